//go:build linux

package hosted_test

import (
	"errors"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/golws/golws/core/loop"
	"github.com/golws/golws/core/loop/sock"
	"github.com/golws/golws/core/loop/sock/epoll"
	"github.com/golws/golws/core/loop/sock/hosted"
	"github.com/golws/golws/core/loop/sock/notify"
)

// host does what a program's event loop does: it polls what it was told to
// watch, and has the driver turn when something is ready.
type host struct {
	fds   map[int]notify.Interest
	told  []string
	bell  int
	turns int
}

func (h *host) Added(fd int, in notify.Interest) {
	h.fds[fd] = in
	h.told = append(h.told, "added")
}

func (h *host) Changed(fd int, in notify.Interest) {
	h.fds[fd] = in
	h.told = append(h.told, "changed")
}

func (h *host) Removed(fd int) {
	delete(h.fds, fd)
	h.told = append(h.told, "removed")
}

// run waits as the program's loop would, and turns.
func (h *host) run(t *testing.T, l *loop.Loop) {
	t.Helper()
	ps := []unix.PollFd{{Fd: int32(h.bell), Events: unix.POLLIN}}
	for fd, in := range h.fds {
		p := unix.PollFd{Fd: int32(fd)}
		if in&notify.In != 0 {
			p.Events |= unix.POLLIN
		}
		if in&notify.Out != 0 {
			p.Events |= unix.POLLOUT
		}
		ps = append(ps, p)
	}
	n, err := unix.Poll(ps, 20_000)
	if errors.Is(err, unix.EINTR) {
		return
	}
	if err != nil || n == 0 {
		t.Fatalf("nothing is ready in what the host watches: %v", err)
	}
	h.turns++
	if err := l.Turn(0); err != nil {
		t.Fatal(err)
	}
}

func newHost(t *testing.T) (*host, *loop.Loop) {
	t.Helper()
	fds, err := epoll.New()
	if err != nil {
		t.Fatal(err)
	}
	bell, err := epoll.New()
	if err != nil {
		t.Fatal(err)
	}
	h := &host{fds: map[int]notify.Interest{}}
	n, err := hosted.New(fds, bell, h)
	if err != nil {
		t.Fatal(err)
	}
	h.bell = n.Bell()
	d, err := sock.New(sock.Config{Notifier: n})
	if err != nil {
		t.Fatal(err)
	}
	d.PollFd()
	l := loop.New(d)
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return h, l
}

// peer is one end of a socket pair, a Handler.
type peer struct {
	conn     loop.Conn
	got      int
	writable int
	ended    bool
}

func (p *peer) Opened(error)  {}
func (p *peer) Data(b []byte) { p.got += len(b) }
func (p *peer) Writable()     { p.writable++ }
func (p *peer) Ended(error)   { p.ended = true }

func pair(t *testing.T, l *loop.Loop) (a, b *peer) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	a, b = &peer{}, &peer{}
	for i, p := range []*peer{a, b} {
		if p.conn, err = l.Driver().Adopt(fds[i], p); err != nil {
			t.Fatal(err)
		}
	}
	return a, b
}

func TestHostSeesEveryDescriptorAndItsInterest(t *testing.T) {
	h, l := newHost(t)
	a, b := pair(t, l)
	if h.fds[a.conn.Fd()] != notify.In || h.fds[b.conn.Fd()] != notify.In {
		t.Errorf("watched: %v", h.fds)
	}
	big := make([]byte, 8<<20)
	sent, err := a.conn.Write(big)
	if err != nil || sent == len(big) {
		t.Fatalf("the socket took %d of %d bytes, %v", sent, len(big), err)
	}
	if h.fds[a.conn.Fd()] != notify.In|notify.Out {
		t.Errorf("a short write is not watched for space: %v", h.fds)
	}
	for b.got < len(big) {
		h.run(t, l)
		if a.writable > 0 && sent < len(big) {
			a.writable = 0
			n, err := a.conn.Write(big[sent:])
			if err != nil {
				t.Fatal(err)
			}
			sent += n
		}
	}
	b.conn.SetReading(false)
	if err := l.Turn(0); err != nil {
		t.Fatal(err)
	}
	if h.fds[b.conn.Fd()] != 0 {
		t.Errorf("a paused conn is watched for %v", h.fds[b.conn.Fd()])
	}
	fd := a.conn.Fd()
	a.conn.Close()
	if _, there := h.fds[fd]; there || h.told[len(h.told)-1] != "removed" {
		t.Errorf("a closed fd is still watched: %v", h.told)
	}
	b.conn.SetReading(true)
	for !b.ended {
		h.run(t, l)
	}
	b.conn.Close()
	if len(h.fds) != 0 {
		t.Errorf("left: %v", h.fds)
	}
	if i := slices.Index(h.told, "added"); i != 0 {
		t.Errorf("told %v", h.told)
	}
}

type expired struct{ n int }

func (e *expired) Expired(*loop.Timer) { e.n++ }

// The bell is all that a host needs for what has no descriptor of its own.
func TestBellRingsForDeadlinesAndPosts(t *testing.T) {
	h, l := newHost(t)
	e := &expired{}
	tm := loop.Timer{Owner: e}
	l.Arm(&tm, l.Refresh()+2000)
	for e.n == 0 {
		h.run(t, l)
	}
	if h.turns > 20 {
		t.Errorf("%d turns for one deadline", h.turns)
	}
	done := false
	go l.Post(func() { done = true })
	for !done {
		h.run(t, l)
	}
	if n, err := unix.Poll([]unix.PollFd{{Fd: int32(h.bell), Events: unix.POLLIN}}, 0); n != 0 || err != nil {
		t.Errorf("the bell rings on: %d, %v", n, err)
	}
}

// A program may wait in the driver after all.
func TestDriverWaitsByItself(t *testing.T) {
	_, l := newHost(t)
	a, b := pair(t, l)
	if _, err := a.conn.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	for b.got < 5 {
		if err := l.Turn(loop.Forever); err != nil {
			t.Fatal(err)
		}
	}
	a.conn.Close()
	b.conn.Close()
}
