//go:build linux

package sock_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/golws/golws/core/loop"
)

// readable polls fd for at most wait.
func readable(t *testing.T, fd int, wait time.Duration) bool {
	t.Helper()
	for {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(wait/time.Millisecond))
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		return n == 1
	}
}

type expiry struct {
	early bool
	l     *loop.Loop
	count int
}

func (e *expiry) Expired(x *loop.Timer) {
	e.count++
	e.early = e.early || e.l.Driver().Now() < x.At()
}

// hour is a time that no test takes.
const hour = loop.Micros(3600e6)

func TestPollFdIsReadableWhenThereIsWork(t *testing.T) {
	l, _ := newLoop(t)
	e := &expiry{l: l}
	early := loop.Timer{Owner: e}
	l.Arm(&early, l.Refresh()+hour) // before anybody asked for the fd
	fd := l.Driver().PollFd()
	idle := func(when string) {
		t.Helper()
		if readable(t, fd, 0) {
			t.Errorf("readable %s", when)
		}
	}
	turn := func(why string) {
		t.Helper()
		if !readable(t, fd, 20*time.Second) {
			t.Fatalf("not readable %s", why)
		}
		if err := l.Turn(0); err != nil {
			t.Fatal(err)
		}
	}
	idle("before the timer")
	l.Arm(&early, l.Refresh()+5_000)
	turn("at the timer's time")
	if e.count != 1 {
		t.Error("the timer did not expire when the fd was readable")
	}
	idle("after the timer")

	r, peer := pair(t, l)
	defer closeFd(t, peer)
	idle("after Adopt")
	write(t, peer, "x")
	turn("when data has come")
	idle("after it was delivered")
	if len(r.got) != 1 {
		t.Error("nothing was delivered")
	}

	l.Wake()
	l.Wake()
	turn("after Wake")
	idle("after the turn that was woken")

	ran := 0
	l.Post(func() { ran++ })
	turn("after Post")
	idle("after the post ran")
	l.Defer(func() { ran++; l.Defer(func() { ran++ }) })
	turn("after Defer")
	turn("after a deferred function has deferred")
	idle("after what was deferred")
	if ran != 3 {
		t.Errorf("%d of 3 ran", ran)
	}

	x := loop.Timer{Owner: e}
	l.Arm(&x, l.Refresh()+1_000)
	l.Disarm(&x)
	time.Sleep(3 * time.Millisecond)
	idle("at the time of a timer that was disarmed")
	l.Arm(&x, l.Refresh()+1_000_000)
	l.Arm(&x, l.Refresh()+1_000)
	turn("at the time of a timer that was armed again")
	idle("after it")
	if e.count != 2 || e.early {
		t.Errorf("%d expiries, early: %v", e.count, e.early)
	}

	for full := false; !full; {
		n, err := r.c.Write(make([]byte, 65536))
		if err != nil {
			t.Fatal(err)
		}
		full = n < 65536
	}
	idle("while the peer does not read")
	for r.writable == 0 {
		if _, err := unix.Read(peer, make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
		if readable(t, fd, 0) {
			turn("when there is space")
		}
	}
	if err := l.Turn(0); err != nil { // takes the interest in space back
		t.Fatal(err)
	}
	idle("after Writable")

	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := watch(t, l, int(f.Fd()))
	turn("with a regular file")
	turn("with a regular file, as ever")
	w.w.SetReading(false)
	idle("when the file is not to be read")
	w.w.SetReading(true)
	turn("when it is again")
	w.w.Close()
	idle("when it is watched no more")

}

// Timers through PollFd fire on time, with one turn each.
func TestDeadlinesNeitherEarlyNorSpinning(t *testing.T) {
	for _, guest := range []bool{false, true} {
		l, d := newLoop(t)
		e := &expiry{l: l}
		fd := -1
		if guest {
			fd = d.PollFd()
		}
		turns := 0
		for i := range 50 {
			x := loop.Timer{Owner: e}
			l.Arm(&x, l.Refresh()+loop.Micros(137*i))
			for x.Armed() {
				if guest && !readable(t, fd, 20*time.Second) {
					t.Fatal("the fd did not become readable")
				}
				limit := loop.Forever
				if guest {
					limit = 0
				}
				if err := l.Turn(limit); err != nil {
					t.Fatal(err)
				}
				turns++
			}
		}
		if e.early || e.count != 50 || turns > 60 {
			t.Errorf("guest %v: early %v, %d expiries of 50 in %d turns", guest, e.early, e.count, turns)
		}
	}
}

func TestPostAndWakeFromManyThreads(t *testing.T) {
	s := newService(t)
	s.start(t)
	const posters, each = 8, 2000
	ran := 0
	var wg sync.WaitGroup
	for range posters {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range each {
				s.Post(func() { ran++ })
				s.Wake()
			}
		}()
	}
	wg.Wait()
	got := 0
	s.call(func() { got = ran })
	if got != posters*each {
		t.Errorf("%d of %d ran", got, posters*each)
	}
	s.end(t)
	s.Wake() // harmless
	s.Post(func() {})
}
