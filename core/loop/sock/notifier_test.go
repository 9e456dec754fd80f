//go:build linux

package sock_test

import (
	"errors"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/golws/golws/core/loop"
	"github.com/golws/golws/core/loop/sock"
	"github.com/golws/golws/core/loop/sock/epoll"
	"github.com/golws/golws/core/loop/sock/notify"
)

// counting counts what a driver asks of its notifier, and can refuse it.
type counting struct {
	notify.Notifier
	adds, mods, dels, waits int
	refuse                  error
}

func (c *counting) Add(fd int, in notify.Interest, tok notify.Token) error {
	c.adds++
	if c.refuse != nil {
		return c.refuse
	}
	return c.Notifier.Add(fd, in, tok)
}

func (c *counting) Mod(fd int, in notify.Interest, tok notify.Token) error {
	c.mods++
	if c.refuse != nil {
		return c.refuse
	}
	return c.Notifier.Mod(fd, in, tok)
}

func (c *counting) Del(fd int) error {
	c.dels++
	return c.Notifier.Del(fd)
}

func (c *counting) Wait(limit notify.Micros) ([]notify.Event, error) {
	c.waits++
	return c.Notifier.Wait(limit)
}

func newCounting(t *testing.T) (*counting, *loop.Loop) {
	t.Helper()
	n, err := epoll.New()
	if err != nil {
		t.Fatal(err)
	}
	c := &counting{Notifier: n}
	d, err := sock.New(sock.Config{Notifier: c, Buffer: make([]byte, 1<<20)})
	if err != nil {
		t.Fatal(err)
	}
	l := loop.New(d)
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return c, l
}

func TestInterestIsChangedOnlyWhereItMustBe(t *testing.T) {
	c, l := newCounting(t)
	r, fd := pair(t, l)
	defer closeFd(t, fd)
	for range 10 {
		write(t, fd, "x")
		r.c.SetReading(false)
		r.c.SetReading(true)
		until(t, l, func() bool { return len(r.got) > 0 })
		r.got = nil
	}
	if c.adds != 1 || c.mods != 0 {
		t.Errorf("%d adds and %d mods for ten messages, want 1 and 0", c.adds, c.mods)
	}

	// A bulk transfer asks for space once, however often it runs out of it.
	chunk := make([]byte, 1<<20)
	r.onWrite = func() {
		if n, err := r.c.Write(chunk); err != nil || n == len(chunk) {
			t.Errorf("%d, %v", n, err)
		}
	}
	r.onWrite()
	for range 20 {
		before := r.writable
		if _, err := unix.Read(fd, make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
		until(t, l, func() bool { return r.writable > before })
	}
	if c.mods != 1 {
		t.Errorf("%d mods while 20 times short of space, want 1", c.mods)
	}
	r.onWrite = nil
	before := r.writable
	if _, err := unix.Read(fd, make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	until(t, l, func() bool { return r.writable > before })
	restful(t, l)
	if c.mods != 2 {
		t.Errorf("%d mods in all, want 2", c.mods)
	}
}

func TestManyReadyConnectionsShareOneWait(t *testing.T) {
	c, l := newCounting(t)
	const conns = 100
	var recs []*rec
	for range conns {
		r, fd := pair(t, l)
		recs = append(recs, r)
		write(t, fd, "x")
		defer closeFd(t, fd)
	}
	if err := l.Turn(loop.Forever); err != nil {
		t.Fatal(err)
	}
	for _, r := range recs {
		if string(r.got) != "x" {
			t.Fatal("a connection that was ready was not read")
		}
	}
	if c.waits != 1 {
		t.Errorf("%d waits", c.waits)
	}
}

// What the notifier refuses breaks the connection, and is told.
func TestNotifierFailureIsTold(t *testing.T) {
	c, l := newCounting(t)
	r, fd := pair(t, l)
	defer closeFd(t, fd)
	rd, wr := pipe(t)
	defer closeFd(t, rd, wr)
	w := watch(t, l, wr)
	w.w.SetReading(false)
	a := &acceptor{l: l}
	ln, err := l.Driver().Listen(loop.ListenSpec{Addr: ip("127.0.0.1:0")}, a)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	ln.SetAccepting(false)
	r.c.SetReading(false)
	if err := l.Turn(0); err != nil {
		t.Fatal(err)
	}

	c.refuse = unix.ENOMEM
	ln.SetAccepting(true)
	r.c.SetReading(true)
	w.w.SetWriting(true)
	until(t, l, func() bool { return r.ended == 1 && w.hangup == 1 && len(a.errs) == 1 })
	if !errors.Is(r.endErr, unix.ENOMEM) || !errors.Is(a.errs[0], unix.ENOMEM) {
		t.Errorf("told %v and %v", r.endErr, a.errs[0])
	}
	base := openFds(t)
	if _, err := l.Driver().Dial(loop.DialSpec{Addr: ln.Addr()}, newRec(l)); !errors.Is(err, unix.ENOMEM) {
		t.Errorf("dial answers %v", err)
	}
	if _, err := l.Driver().Listen(loop.ListenSpec{Addr: ip("127.0.0.1:0")}, a); !errors.Is(err, unix.ENOMEM) {
		t.Errorf("listen answers %v", err)
	}
	if after := openFds(t); after != base {
		t.Errorf("%d fds before, %d after", base, after)
	}

	c.refuse = nil
	dialled := connect(t, l, loop.DialSpec{Addr: ln.Addr()})
	until(t, l, func() bool { return dialled.opened == 1 && len(a.conns) == 2 }) // after the rest; the one that Dial gave up was under way
	for _, r := range a.conns {
		r.c.Close()
	}
	w.w.Close()
}

// guest is a Notifier whose fds somebody else watches: here poll(2), standing
// for a program's own event loop.
type guest struct {
	fds   map[int]*watched
	fed   []notify.Event
	woken bool
	after notify.Micros
}

type watched struct {
	in  notify.Interest
	tok notify.Token
}

func (g *guest) Add(fd int, in notify.Interest, tok notify.Token) error {
	g.fds[fd] = &watched{in, tok}
	return nil
}

func (g *guest) Mod(fd int, in notify.Interest, tok notify.Token) error { return g.Add(fd, in, tok) }

func (g *guest) Del(fd int) error {
	delete(g.fds, fd)
	return nil
}

func (g *guest) Wait(notify.Micros) ([]notify.Event, error) {
	fed := g.fed
	g.fed, g.woken = nil, false
	return fed, nil
}

func (g *guest) Wake()                              { g.woken = true }
func (g *guest) Deadline(after notify.Micros) error { g.after = after; return nil }
func (g *guest) PollFd() int                        { return -1 }
func (g *guest) Close() error                       { return nil }

// turn is one iteration of the host's loop.
func (g *guest) turn(t *testing.T, l *loop.Loop) {
	var ps []unix.PollFd
	for fd, w := range g.fds {
		p := unix.PollFd{Fd: int32(fd)}
		if w.in&notify.In != 0 {
			p.Events |= unix.POLLIN
		}
		if w.in&notify.Out != 0 {
			p.Events |= unix.POLLOUT
		}
		ps = append(ps, p)
	}
	wait := 10
	if g.woken || g.after == 0 {
		wait = 0
	}
	if _, err := unix.Poll(ps, wait); err != nil && err != unix.EINTR {
		t.Fatal(err)
	}
	for _, p := range ps {
		ev := notify.Event{Token: g.fds[int(p.Fd)].tok}
		for bit, r := range map[int16]notify.Ready{
			unix.POLLIN: notify.Readable, unix.POLLOUT: notify.Writable,
			unix.POLLHUP: notify.Hangup, unix.POLLERR: notify.Hangup,
		} {
			if p.Revents&bit != 0 {
				ev.Ready |= r
			}
		}
		if ev.Ready != 0 {
			g.fed = append(g.fed, ev)
		}
	}
	if err := l.Turn(0); err != nil {
		t.Fatal(err)
	}
}

func TestSomebodyElsesLoopWatches(t *testing.T) {
	g := &guest{fds: map[int]*watched{}, after: -1}
	d, err := sock.New(sock.Config{Notifier: g})
	if err != nil {
		t.Fatal(err)
	}
	l := loop.New(d)
	ln, err := d.Listen(loop.ListenSpec{Addr: ip("127.0.0.1:0")}, &echoServer{})
	if err != nil {
		t.Fatal(err)
	}
	r := newRec(l)
	if r.c, err = d.Dial(loop.DialSpec{Addr: ln.Addr()}, r); err != nil {
		t.Fatal(err)
	}
	msg := make([]byte, 8<<20)
	out := msg
	r.onWrite = func() {
		n, err := r.c.Write(out)
		if err != nil {
			t.Fatal(err)
		}
		out = out[n:]
	}
	if _, err := r.c.Write(msg); err != nil { // before it is open: Writable will follow
		t.Fatal(err)
	}
	e := &expiry{l: l}
	timer := loop.Timer{Owner: e}
	d.PollFd()
	l.Arm(&timer, l.Refresh()+hour)
	if g.after <= 0 {
		t.Error("the host was not told of the timer")
	}
	l.Arm(&timer, l.Refresh()+1000)
	for i := 0; len(r.got) < len(msg) || e.count == 0; i++ {
		if i > 10_000 {
			t.Fatalf("%d bytes echoed, %d timers", len(r.got), e.count)
		}
		g.turn(t, l)
	}
	if err := r.c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	for i := 0; r.ended == 0 && i < 1000; i++ {
		g.turn(t, l)
	}
	r.c.Close()
	if err := ln.Close(); err != nil {
		t.Error(err)
	}
	if len(g.fds) != 0 {
		t.Errorf("%d fds are still watched", len(g.fds))
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}
