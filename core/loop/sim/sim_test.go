package sim_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/golws/golws/core/loop"
	"github.com/golws/golws/core/loop/sim"
)

const second = 1_000_000

var rough = sim.Link{
	Latency: 500, Jitter: 3000, Bandwidth: 10 << 20, Window: 3000, Segment: 700,
	ShortRead: 0.5, ShortWrite: 0.5, Delay: 0.1, DelayBy: 50_000,
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * 7 / 3)
	}
	return b
}

func TestEchoSurvivesEveryFaultThatLosesNothing(t *testing.T) {
	for range 50 {
		n := sim.Test(t)
		n.SetLink(rough)
		w := newWorld(t, n)
		w.srv.echo = true
		p := w.dial(t)
		msg := pattern(50_000)
		p.send(msg)
		must(t, n.RunUntil(func() bool { return p.got.Len() == len(msg) }, 600*second))
		if !bytes.Equal(p.got.Bytes(), msg) {
			t.Fatal("the bytes came back changed")
		}
		if p.opened != 1 || p.ended != 0 || p.writable == 0 {
			t.Fatalf("opened %d, ended %d, writable %d times", p.opened, p.ended, p.writable)
		}
	}
}

// run is one session with all faults; it answers its trace.
func run(t testing.TB, seed uint64) string {
	var trace strings.Builder
	n := sim.New(seed)
	n.Trace(&trace)
	l := rough
	l.Reset, l.Refuse = 0.01, 0.2
	n.SetLink(l)
	w := newWorld(t, n)
	w.srv.echo, w.srv.closeEnd = true, true
	for i := range 10 {
		p := w.dial(t)
		p.send(pattern(1000 * i))
		p.closeEnd = true
	}
	must(t, n.Run(n.Now()+100*second))
	return trace.String()
}

func TestSameSeedSameTrace(t *testing.T) {
	first := run(t, 42)
	if first != run(t, 42) {
		t.Error("two runs with one seed differ")
	}
	if first == run(t, 43) {
		t.Error("two seeds give one run")
	}
	if !strings.Contains(first, "reset") || !strings.Contains(first, "refused") {
		t.Error("the faults did not show")
	}
}

func TestClockMovesByLatency(t *testing.T) {
	n := sim.Test(t)
	n.SetLink(sim.Link{Latency: 1000})
	w := newWorld(t, n)
	w.srv.echo = true
	p := w.dial(t)
	begin := n.Now()
	must(t, n.RunUntil(func() bool { return p.opened == 1 }, second))
	if d := n.Now() - begin; d != 2000 {
		t.Errorf("connected after %d µs, want one round trip", d)
	}
	p.send([]byte("x"))
	must(t, n.RunUntil(func() bool { return p.got.Len() == 1 }, second))
	if d := n.Now() - begin; d != 4000 {
		t.Errorf("echoed after %d µs, want two round trips", d)
	}
}

func TestBandwidthAndWindowBoundTheSender(t *testing.T) {
	n := sim.Test(t)
	n.SetLink(sim.Link{Latency: 10, Bandwidth: 100_000, Window: 4000})
	w := newWorld(t, n)
	p := w.dial(t)
	must(t, n.RunUntil(func() bool { return p.opened == 1 }, second))
	begin := n.Now()
	w.srv.peers[0].c.SetReading(false)
	p.send(pattern(50_000))
	must(t, n.Run(begin+second))
	if len(p.out) != 46_000 {
		t.Fatalf("%d bytes left with a reader that does not read, want all but the window", len(p.out))
	}
	w.srv.peers[0].c.SetReading(true)
	begin = n.Now()
	must(t, n.RunUntil(func() bool { return w.srv.peers[0].got.Len() == 50_000 }, 10*second))
	if d := n.Now() - begin; d < 460_000 || d > 600_000 {
		t.Errorf("46 kB at 100 kB/s took %d µs", d)
	}
}

func TestRefusedUnreachableAndUnknown(t *testing.T) {
	n := sim.Test(t)
	w := newWorld(t, n)
	n.SetLink(sim.Link{Latency: 100})
	dial := func(a loop.Addr) *peer {
		p := &peer{}
		var err error
		p.c, err = w.la.Driver().Dial(loop.DialSpec{Addr: a}, p)
		must(t, err)
		if p.opened != 0 {
			t.Error("Opened came before Dial returned")
		}
		return p
	}
	closed := dial(at(w.b.Addr(), 81))
	unknown := dial(at(at(w.b.Addr(), 0).IP.Addr().Next().Next(), 80))
	must(t, n.Run(n.Now()+2*second))
	n.SetLinkBetween(w.a, w.b, sim.Link{Unreachable: true})
	lost := dial(at(w.b.Addr(), 80))
	must(t, n.Run(n.Now()+100*second))
	if !errors.Is(closed.openErr, syscall.ECONNREFUSED) {
		t.Errorf("nobody listens: %v", closed.openErr)
	}
	if !errors.Is(unknown.openErr, syscall.EHOSTUNREACH) {
		t.Errorf("no such host: %v", unknown.openErr)
	}
	if lost.opened != 0 {
		t.Errorf("an unreachable host has answered: %v", lost.openErr)
	}
	n.SetLinkBetween(w.a, w.b, sim.Link{Refuse: 1})
	must(t, n.Run(n.Now()+second))
	if !errors.Is(lost.openErr, syscall.ECONNREFUSED) {
		t.Errorf("reachable again and refusing: %v", lost.openErr)
	}
}

func TestHalfCloseStillCarriesTheOtherWay(t *testing.T) {
	n := sim.Test(t)
	n.SetLink(rough)
	w := newWorld(t, n)
	p := w.dial(t)
	must(t, n.RunUntil(func() bool { return p.opened == 1 && len(w.srv.peers) == 1 }, second))
	p.send([]byte("request"))
	must(t, n.RunUntil(func() bool { return len(p.out) == 0 }, second))
	must(t, p.c.CloseWrite())
	s := w.srv.peers[0]
	must(t, n.RunUntil(func() bool { return s.ended == 1 }, second))
	if s.got.String() != "request" || s.endErr != nil {
		t.Fatalf("got %q, ended with %v", s.got.String(), s.endErr)
	}
	if _, err := p.c.Write([]byte("more")); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("a write after CloseWrite answers %v", err)
	}
	s.send([]byte("answer"))
	must(t, n.RunUntil(func() bool { return p.got.String() == "answer" }, second))
	s.c.Close()
	must(t, n.RunUntil(func() bool { return p.ended == 1 }, second))
	if p.endErr != nil {
		t.Errorf("an orderly end came as %v", p.endErr)
	}
}

func TestResetReachesBothEnds(t *testing.T) {
	n := sim.Test(t)
	w := newWorld(t, n)
	p := w.dial(t)
	must(t, n.RunUntil(func() bool { return p.opened == 1 && len(w.srv.peers) == 1 }, second))
	n.SetLink(sim.Link{Reset: 1})
	p.send([]byte("x"))
	s := w.srv.peers[0]
	must(t, n.RunUntil(func() bool { return p.ended == 1 && s.ended == 1 }, second))
	if !errors.Is(p.endErr, syscall.ECONNRESET) || !errors.Is(s.endErr, syscall.ECONNRESET) {
		t.Errorf("ended with %v and %v", p.endErr, s.endErr)
	}
}

func TestWriteToAClosedPeerResets(t *testing.T) {
	n := sim.Test(t)
	w := newWorld(t, n)
	p := w.dial(t)
	must(t, n.RunUntil(func() bool { return len(w.srv.peers) == 1 && p.opened == 1 }, second))
	w.srv.peers[0].c.Close()
	must(t, n.RunUntil(func() bool { return p.ended == 1 }, second))
	p.send([]byte("x"))
	must(t, n.Run(n.Now()+second))
	if p.writeErr != nil {
		t.Errorf("the first write after the peer's close answers %v", p.writeErr)
	}
	if _, err := p.c.Write([]byte("y")); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("the second write answers %v", err)
	}
}

func TestListenersShareTheLoad(t *testing.T) {
	n := sim.Test(t)
	w := newWorld(t, n)
	other, second2 := w.b.Loop(), &server{}
	_, err := other.Driver().Listen(loop.ListenSpec{Fd: w.ln.Fd()}, second2)
	must(t, err)
	for range 10 {
		w.dial(t)
	}
	must(t, n.RunUntil(func() bool { return len(w.srv.peers)+len(second2.peers) == 10 }, second))
	if len(w.srv.peers) != 5 {
		t.Errorf("%d and %d connections", len(w.srv.peers), len(second2.peers))
	}
}

func TestFailedAcceptRestsAndResumes(t *testing.T) {
	n := sim.Test(t)
	w := newWorld(t, n)
	w.b.FailAccepts(syscall.EMFILE, 3)
	begin := n.Now()
	w.dial(t)
	must(t, n.RunUntil(func() bool { return len(w.srv.peers) == 1 }, 2*second))
	if len(w.srv.failed) != 3 || n.Now()-begin < 300_000 {
		t.Errorf("%d failures in %d µs", len(w.srv.failed), n.Now()-begin)
	}
}

func TestPairAndLeaks(t *testing.T) {
	n := sim.Test(t)
	da, db := n.Host("a").Driver(), n.Host("b").Driver()
	la := loop.New(da)
	lb := loop.New(db)
	fa, fb := n.Pair(da, db)
	pa, pb := &peer{}, &peer{echo: true, closeEnd: true}
	var err error
	pa.c, err = da.Adopt(fa, pa)
	must(t, err)
	pb.c, err = db.Adopt(fb, pb)
	must(t, err)
	if _, err := da.Adopt(fa, pa); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("adopting twice answers %v", err)
	}
	db.Drive(func() error { return lb.Turn(0) })
	pa.send([]byte("over"))
	for pa.got.String() != "over" {
		must(t, la.Turn(loop.Forever)) // turns the other loop meanwhile
	}
	pa.c.Close()
	must(t, n.RunUntil(func() bool { return da.Open()+db.Open() == 0 }, second))
	if err := la.Turn(loop.Forever); err == nil {
		t.Error("a wait that nothing will end has ended well")
	}
}

func TestHoldWaitsForAnotherGoroutine(t *testing.T) {
	n := sim.Test(t)
	l := n.Host("a").Loop()
	release := n.Hold()
	var posted, expired loop.Micros
	var tm loop.Timer
	tm.Owner = expirer(func() { expired = n.Now() })
	l.Arm(&tm, n.Now()+10*second)
	begin := n.Now()
	go func() {
		time.Sleep(time.Millisecond) // real work, at a virtual instant
		l.Post(func() { posted = n.Now() })
		release()
	}()
	must(t, n.RunUntil(func() bool { return expired != 0 }, 20*second))
	if posted != begin || expired != begin+10*second {
		t.Errorf("posted at %d, timer at %d after %d", posted, expired, begin)
	}
}

type expirer func()

func (f expirer) Expired(*loop.Timer) { f() }

func TestLentBytesAreSpoiled(t *testing.T) {
	n := sim.Test(t)
	w := newWorld(t, n)
	k := &keeper{}
	var err error
	k.c, err = w.la.Driver().Dial(loop.DialSpec{Addr: at(w.b.Addr(), 80)}, k)
	must(t, err)
	must(t, n.RunUntil(func() bool { return len(w.srv.peers) == 1 }, second))
	w.srv.peers[0].send([]byte("mine?"))
	must(t, n.RunUntil(func() bool { return k.kept != nil }, second))
	if bytes.Contains(k.kept, []byte("mine")) {
		t.Error("bytes that were lent outlive Data")
	}
}

type keeper struct {
	peer
	kept []byte
}

func (k *keeper) Data(b []byte) { k.kept = b }

func TestRestlessLoopIsAnErrorWithTheSeed(t *testing.T) {
	n := sim.New(7)
	l := n.Host("a").Loop()
	var again func()
	again = func() { l.Defer(again) }
	l.Defer(again)
	err := n.Run(n.Now() + second)
	if err == nil || !strings.Contains(err.Error(), fmt.Sprint("seed ", 7)) {
		t.Errorf("a loop that never rests: %v", err)
	}
}
