//go:build linux

package sock_test

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/golws/golws/core/loop"
)

type watcher struct {
	w          loop.Watch
	readable   int
	writable   int
	hangup     int
	onReadable func()
}

func (w *watcher) Readable() {
	w.readable++
	if w.onReadable != nil {
		w.onReadable()
	}
}
func (w *watcher) Writable() { w.writable++ }
func (w *watcher) Hangup()   { w.hangup++ }

func watch(t *testing.T, l *loop.Loop, fd int) *watcher {
	t.Helper()
	w := &watcher{}
	var err error
	if w.w, err = l.Driver().Watch(fd, w); err != nil {
		t.Fatal(err)
	}
	return w
}

func pipe(t *testing.T) (r, w int) {
	t.Helper()
	var p [2]int
	if err := unix.Pipe2(p[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		t.Fatal(err)
	}
	return p[0], p[1]
}

func TestWatchedPipe(t *testing.T) {
	l, _ := newLoop(t)
	rd, wr := pipe(t)
	w := watch(t, l, rd)
	restful(t, l)
	write(t, wr, "abc")
	buf := make([]byte, 2)
	w.onReadable = func() {
		if _, err := unix.Read(rd, buf); err != nil {
			t.Error(err)
		}
	}
	until(t, l, func() bool { return w.readable == 2 })
	restful(t, l)

	w.w.SetReading(false)
	write(t, wr, "def")
	closeFd(t, wr)
	restful(t, l) // hung up, but nobody wants to know
	if w.readable != 2 || w.hangup != 0 {
		t.Fatalf("told %d times of data and %d of the end while off", w.readable-2, w.hangup)
	}
	w.w.SetReading(true)
	until(t, l, func() bool { return w.hangup == 1 })
	if w.readable != 4 {
		t.Errorf("hung up after %d reads, want 2 for what was left", w.readable-2)
	}
	restful(t, l)
	if w.hangup != 1 {
		t.Errorf("%d hangups", w.hangup)
	}
	w.w.Close()
	w.w.Close()
	closeFd(t, rd)
}

func TestWritableIsToldOnceForEachAsking(t *testing.T) {
	l, _ := newLoop(t)
	rd, wr := pipe(t)
	w := watch(t, l, wr)
	w.w.SetReading(false)
	for i := 1; i <= 3; i++ {
		w.w.SetWriting(true)
		until(t, l, func() bool { return w.writable == i })
		restful(t, l)
		if w.writable != i {
			t.Fatalf("asked %d times, told %d times", i, w.writable)
		}
	}
	filler := make([]byte, 65536)
	for {
		if _, err := unix.Write(wr, filler); err != nil {
			break
		}
	}
	w.w.SetWriting(true)
	restful(t, l)
	if w.writable != 3 {
		t.Fatal("a full pipe is said to be writable")
	}
	closeFd(t, rd)
	until(t, l, func() bool { return w.hangup == 1 })
	restful(t, l)
	w.w.Close()
	closeFd(t, wr)
}

func TestRegularFileIsAlwaysReady(t *testing.T) {
	l, _ := newLoop(t)
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := watch(t, l, int(f.Fd()))
	for i := 1; i <= 3; i++ {
		if err := l.Turn(loop.Forever); err != nil {
			t.Fatal(err)
		}
		if w.readable != i {
			t.Fatalf("readable %d times in %d turns", w.readable, i)
		}
	}
	w.w.SetReading(false)
	restful(t, l)
	w.w.SetWriting(true)
	until(t, l, func() bool { return w.writable == 1 })
	restful(t, l)
	if w.writable != 1 || w.readable != 3 || w.hangup != 0 {
		t.Errorf("writable %d, readable %d, hangup %d", w.writable, w.readable, w.hangup)
	}
	w.w.SetReading(true)
	w.onReadable = func() { w.w.Close() }
	until(t, l, func() bool { return w.readable == 4 })
	restful(t, l)
}

func TestWatchOfNothingIsAnError(t *testing.T) {
	_, d := newLoop(t)
	if _, err := d.Watch(9999, &watcher{}); err == nil {
		t.Error("an fd that is not open is watched")
	}
}
