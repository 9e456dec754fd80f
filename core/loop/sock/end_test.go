//go:build linux

package sock_test

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/golws/golws/core/loop"
)

func TestDataComesBeforeTheEnd(t *testing.T) {
	l, _ := newLoop(t)
	r, fd := pair(t, l)
	write(t, fd, "last words")
	closeFd(t, fd)
	r.onEnd = func() {
		if string(r.got) != "last words" {
			t.Errorf("ended after %q", r.got)
		}
	}
	until(t, l, func() bool { return r.ended == 1 })
	if r.endErr != nil {
		t.Errorf("an orderly end came as %v", r.endErr)
	}
	restful(t, l)
	if r.ended != 1 {
		t.Errorf("ended %d times", r.ended)
	}
}

func TestHalfCloseBothWays(t *testing.T) {
	l, _ := newLoop(t)
	a, b := tcpPair(t, l)
	if err := a.c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	until(t, l, func() bool { return b.ended == 1 })
	restful(t, l)
	if _, err := b.c.Write([]byte("still open")); err != nil {
		t.Fatal(err)
	}
	until(t, l, func() bool { return string(a.got) == "still open" })
	if _, err := a.c.Write([]byte("x")); !errors.Is(err, unix.EPIPE) {
		t.Errorf("a write after CloseWrite answers %v", err)
	}
	if err := b.c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	until(t, l, func() bool { return a.ended == 1 })
	if a.endErr != nil || b.endErr != nil {
		t.Errorf("ended with %v and %v", a.endErr, b.endErr)
	}
	restful(t, l) // both directions have ended: EPOLLHUP for as long as the fd is open
}

// reset closes a TCP end with a reset.
func reset(t *testing.T, c loop.Conn) {
	t.Helper()
	if err := unix.SetsockoptLinger(c.Fd(), unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1}); err != nil {
		t.Fatal(err)
	}
	c.Close()
}

func TestResetIsAnError(t *testing.T) {
	l, _ := newLoop(t)
	a, b := tcpPair(t, l)
	reset(t, a.c)
	until(t, l, func() bool { return b.ended == 1 })
	if !errors.Is(b.endErr, unix.ECONNRESET) {
		t.Errorf("ended with %v", b.endErr)
	}
	restful(t, l)
	if _, err := b.c.Write([]byte("x")); !errors.Is(err, unix.EPIPE) {
		t.Errorf("a write answers %v", err)
	}
}

func TestAPausedReaderNoticesNoEndAndDoesNotSpin(t *testing.T) {
	for _, end := range []string{"orderly", "reset"} {
		t.Run(end, func(t *testing.T) {
			l, _ := newLoop(t)
			a, b := tcpPair(t, l)
			b.c.SetReading(false)
			if _, err := a.c.Write([]byte("unread")); err != nil {
				t.Fatal(err)
			}
			if end == "reset" {
				reset(t, a.c)
			} else {
				a.c.Close()
				if err := b.c.CloseWrite(); err != nil {
					t.Fatal(err)
				}
			}
			restful(t, l)
			if len(b.got) > 0 || b.ended > 0 {
				t.Fatalf("a paused reader was given %q and %d ends", b.got, b.ended)
			}
			b.c.SetReading(true)
			until(t, l, func() bool { return b.ended == 1 })
			if end == "reset" {
				if !errors.Is(b.endErr, unix.ECONNRESET) {
					t.Errorf("ended with %v", b.endErr)
				}
			} else if string(b.got) != "unread" || b.endErr != nil {
				t.Errorf("got %q, ended with %v", b.got, b.endErr)
			}
			restful(t, l)
		})
	}
}

func TestAWriterLearnsOfTheResetWhileReadingIsOff(t *testing.T) {
	l, _ := newLoop(t)
	a, b := tcpPair(t, l)
	a.c.SetReading(false)
	b.c.SetReading(false)
	for b.writable == 0 {
		n, err := b.c.Write(make([]byte, 1<<20))
		if err != nil {
			t.Fatal(err)
		}
		if n < 1<<20 {
			break
		}
	}
	var failed error
	b.onWrite = func() { _, failed = b.c.Write([]byte("x")) }
	reset(t, a.c)
	until(t, l, func() bool { return b.writable == 1 })
	if !errors.Is(failed, unix.ECONNRESET) && !errors.Is(failed, unix.EPIPE) {
		t.Errorf("the write that Writable has asked for answers %v", failed)
	}
	restful(t, l)
}

func TestNothingIsToldAfterClose(t *testing.T) {
	l, _ := newLoop(t)
	r, fd := pair(t, l)
	write(t, fd, "one")
	r.onData = func([]byte) { r.c.Close() }
	until(t, l, func() bool { return len(r.got) > 0 })
	closeFd(t, fd)
	restful(t, l)
	if r.ended > 0 || r.writable > 0 || string(r.got) != "one" {
		t.Errorf("after Close: %d ends, %d writables, %q", r.ended, r.writable, r.got)
	}
	if _, err := r.c.Write([]byte("x")); !errors.Is(err, loop.ErrClosed) {
		t.Errorf("Write answers %v", err)
	}
	if _, err := r.c.Writev([][]byte{{1}}); !errors.Is(err, loop.ErrClosed) {
		t.Errorf("Writev answers %v", err)
	}
	if err := r.c.CloseWrite(); !errors.Is(err, loop.ErrClosed) {
		t.Errorf("CloseWrite answers %v", err)
	}
	r.c.SetReading(true)
	if r.c.Fd() != -1 || r.c.Local() != (loop.Addr{}) {
		t.Error("a closed connection has an fd or an address")
	}
}

// Both ends close each other from within one batch: what epoll has reported
// for the second is then stale, and its fd and slot are in use again.
func TestEventsOfAReusedFdAreDropped(t *testing.T) {
	l, d := newLoop(t)
	var pipes [3][2]int
	for i := range pipes {
		if err := unix.Pipe2(pipes[i][:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
			t.Fatal(err)
		}
	}
	var ws [2]*watcher
	told := 0
	late := &watcher{}
	for i := range ws {
		ws[i] = &watcher{}
		w, err := d.Watch(pipes[i][0], ws[i])
		if err != nil {
			t.Fatal(err)
		}
		ws[i].w = w
		ws[i].onReadable = func() {
			told++
			other := ws[1-i]
			other.w.Close()
			if err := unix.Dup2(pipes[2][0], pipes[1-i][0]); err != nil { // the same fd, another pipe
				t.Fatal(err)
			}
			var err error
			if late.w, err = d.Watch(pipes[1-i][0], late); err != nil {
				t.Fatal(err)
			}
			ws[i].w.SetReading(false)
		}
		write(t, pipes[i][1], "x")
	}
	if err := l.Turn(0); err != nil {
		t.Fatal(err)
	}
	if told != 1 || late.readable != 0 {
		t.Errorf("%d old watchers and the new one %d times told, want 1 and 0", told, late.readable)
	}
	write(t, pipes[2][1], "y")
	until(t, l, func() bool { return late.readable > 0 })
	late.w.Close()
	for i := range ws {
		ws[i].w.Close()
	}
	for _, p := range pipes {
		closeFd(t, p[0], p[1])
	}
}

func TestATurnWithinDataKeepsTheLentBytes(t *testing.T) {
	l, _ := newLoop(t)
	a, fda := pair(t, l)
	b, fdb := pair(t, l)
	c, fdc := pair(t, l)
	defer closeFd(t, fda, fdb, fdc)
	depth, deepest := 0, 0
	for i, r := range []*rec{a, b, c} {
		r.onData = func(lent []byte) {
			want := string(lent)
			depth++
			deepest = max(deepest, depth)
			if err := l.Turn(0); err != nil {
				t.Error(err)
			}
			depth--
			if string(lent) != want {
				t.Errorf("conn %d: the bytes changed from %q to %q", i, want, lent)
			}
		}
	}
	for i, fd := range []int{fda, fdb, fdc} {
		write(t, fd, strings.Repeat(string(rune('a'+i)), 1000))
	}
	until(t, l, func() bool { return len(a.got)+len(b.got)+len(c.got) == 3000 })
	if deepest != 3 {
		t.Errorf("%d Data calls were within each other, want 3", deepest)
	}
}
