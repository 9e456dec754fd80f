//go:build linux

package sock_test

import (
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/golws/golws/core/loop"
	"github.com/golws/golws/core/loop/sock"
)

func ip(s string) loop.Addr { return loop.Addr{IP: netip.MustParseAddrPort(s)} }

// rec records what a handler is told.
type rec struct {
	l *loop.Loop
	c loop.Conn

	opened   int
	openErr  error
	got      []byte
	writable int
	ended    int
	endErr   error
	onData   func(b []byte)
	onEnd    func()
	onWrite  func()
}

func newRec(l *loop.Loop) *rec { return &rec{l: l} }

func (r *rec) Opened(err error) { r.opened, r.openErr = r.opened+1, err }

func (r *rec) Data(b []byte) {
	r.got = append(r.got, b...)
	if r.onData != nil {
		r.onData(b)
	}
}

func (r *rec) Writable() {
	r.writable++
	if r.onWrite != nil {
		r.onWrite()
	}
}

func (r *rec) Ended(err error) {
	r.ended, r.endErr = r.ended+1, err
	if r.onEnd != nil {
		r.onEnd()
	}
}

// acceptor hands its connections to recs.
type acceptor struct {
	l     *loop.Loop
	conns []*rec
	errs  []error
	none  bool
}

func (a *acceptor) Accepted(c loop.Conn) loop.Handler {
	if a.none {
		return nil
	}
	r := newRec(a.l)
	r.c = c
	a.conns = append(a.conns, r)
	return r
}

func (a *acceptor) AcceptFailed(err error) { a.errs = append(a.errs, err) }

// newLoop makes a loop that the test's end closes.
func newLoop(t testing.TB) (*loop.Loop, *sock.Driver) {
	t.Helper()
	return newLoopWith(t, sock.Config{})
}

func newLoopWith(t testing.TB, c sock.Config) (*loop.Loop, *sock.Driver) {
	t.Helper()
	d, err := sock.New(c)
	if err != nil {
		t.Fatal(err)
	}
	l := loop.New(d)
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l, d
}

// until turns l until cond holds.
func until(t testing.TB, l *loop.Loop, cond func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !cond(); {
		if time.Now().After(end) {
			t.Fatal("what was waited for did not come")
		}
		if err := l.Turn(10_000); err != nil {
			t.Fatal(err)
		}
	}
}

// restful fails unless l has nothing to do: turns then wait. A signal, such as
// the Go runtime's own, may end a few early.
func restful(t testing.TB, l *loop.Loop) {
	t.Helper()
	if err := l.Turn(0); err != nil { // what is left of before
		t.Fatal(err)
	}
	turns := 0
	for end := time.Now().Add(30 * time.Millisecond); time.Now().Before(end); turns++ {
		if err := l.Turn(loop.Micros(time.Until(end)/time.Microsecond) + 1); err != nil {
			t.Fatal(err)
		}
	}
	if turns > 5 {
		t.Errorf("a loop with nothing to do turned %d times in 30 ms", turns)
	}
}

// pair adopts one end of a socket pair. The other is the test's.
func pair(t testing.TB, l *loop.Loop) (*rec, int) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	r := newRec(l)
	if r.c, err = l.Driver().Adopt(fds[0], r); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.c.Close() })
	return r, fds[1]
}

// tcpPair is an accepted and a dialled end of one TCP connection.
func tcpPair(t testing.TB, l *loop.Loop) (accepted, dialled *rec) {
	t.Helper()
	a := &acceptor{l: l}
	ln, err := l.Driver().Listen(loop.ListenSpec{Addr: ip("127.0.0.1:0")}, a)
	if err != nil {
		t.Fatal(err)
	}
	dialled = newRec(l)
	if dialled.c, err = l.Driver().Dial(loop.DialSpec{Addr: ln.Addr()}, dialled); err != nil {
		t.Fatal(err)
	}
	until(t, l, func() bool { return len(a.conns) == 1 && dialled.opened == 1 })
	if dialled.openErr != nil {
		t.Fatal(dialled.openErr)
	}
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	accepted = a.conns[0]
	t.Cleanup(func() { accepted.c.Close(); dialled.c.Close() })
	return accepted, dialled
}

func write(t testing.TB, fd int, s string) {
	t.Helper()
	if n, err := unix.Write(fd, []byte(s)); n != len(s) || err != nil {
		t.Fatal(n, err)
	}
}

func closeFd(t testing.TB, fds ...int) {
	t.Helper()
	for _, fd := range fds {
		if err := unix.Close(fd); err != nil {
			t.Fatal(err)
		}
	}
}
