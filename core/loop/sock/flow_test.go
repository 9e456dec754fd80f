//go:build linux

package sock_test

import (
	"bytes"
	"io"
	"net"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/golws/golws/core/loop"
)

func TestWritableOnceForEachShortage(t *testing.T) {
	l, _ := newLoop(t)
	r, fd := pair(t, l)
	defer closeFd(t, fd)
	chunk := make([]byte, 100_000)
	sent := 0
	short := func() {
		for {
			n, err := r.c.Write(chunk)
			if err != nil {
				t.Fatal(err)
			}
			if sent += n; n < len(chunk) {
				return
			}
		}
	}
	drain := func() {
		for buf := make([]byte, 65536); sent > 0; {
			n, err := unix.Read(fd, buf)
			if err != nil {
				t.Fatal(err)
			}
			sent -= n
		}
	}
	for round := 1; round <= 3; round++ {
		short()
		if n, err := r.c.Write([]byte("x")); n != 0 || err != nil {
			t.Fatalf("a write to a full socket answers %d, %v", n, err)
		}
		restful(t, l)
		drain()
		until(t, l, func() bool { return r.writable == round })
		restful(t, l)
		if r.writable != round {
			t.Fatalf("%d shortages, %d times writable", round, r.writable)
		}
	}
	// Refilled from within Writable again and again.
	r.onWrite = short
	short()
	for range 10 {
		before := r.writable
		drain()
		until(t, l, func() bool { return r.writable == before+1 })
	}
	restful(t, l)
}

func TestGatheredWriteOfManyPieces(t *testing.T) {
	l, _ := newLoop(t)
	r, fd := pair(t, l)
	defer closeFd(t, fd)
	var bufs [][]byte
	for i := range 1000 { // many more than one call takes, some of them empty
		bufs = append(bufs, bytes.Repeat([]byte{byte(i)}, i%5))
	}
	want := bytes.Join(bufs, nil)
	if n, err := r.c.Writev(bufs); n != len(want) || err != nil {
		t.Fatalf("%d of %d, %v", n, len(want), err)
	}
	got := make([]byte, len(want))
	if n, err := unix.Read(fd, got); n != len(want) || err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d came, %v, equal: %v", n, err, bytes.Equal(got, want))
	}
	for _, none := range [][][]byte{nil, {nil}, {{}, nil}} {
		if n, err := r.c.Writev(none); n != 0 || err != nil {
			t.Errorf("writing nothing answers %d, %v", n, err)
		}
	}
	// More than fits: what was taken is a prefix.
	big := bytes.Repeat([]byte("0123456789"), 20_000)
	n, err := r.c.Writev([][]byte{big, big, big, big, big, big, big, big, big, big})
	if err != nil || n == 0 || n >= 10*len(big) {
		t.Fatalf("%d of %d, %v", n, 10*len(big), err)
	}
	closing := r.c
	rest := make([]byte, n)
	for got := 0; got < n; {
		k, err := unix.Read(fd, rest[got:])
		if err != nil {
			t.Fatal(err)
		}
		got += k
	}
	closing.Close()
	if !bytes.Equal(rest, bytes.Repeat(big, 10)[:n]) {
		t.Error("what was taken is not the beginning of what was given")
	}
}

func TestSetReadingHoldsDataBack(t *testing.T) {
	l, _ := newLoop(t)
	r, fd := pair(t, l)
	defer closeFd(t, fd)
	r.c.SetReading(false)
	write(t, fd, "later")
	restful(t, l)
	if len(r.got) > 0 {
		t.Fatalf("%q was delivered with reading off", r.got)
	}
	r.c.SetReading(true)
	until(t, l, func() bool { return string(r.got) == "later" })
	r.c.SetReading(false) // and on again within a turn is as if nothing was
	r.c.SetReading(true)
	write(t, fd, "!")
	until(t, l, func() bool { return string(r.got) == "later!" })
}

// A peer that sends much and reads slowly must not make the echo grow: the
// driver buffers nothing, and the kernel takes only so much.
func TestSlowReaderInBoundedMemory(t *testing.T) {
	s := newService(t)
	ln, err := s.d.Listen(loop.ListenSpec{Addr: ip("127.0.0.1:0")}, &echoServer{})
	if err != nil {
		t.Fatal(err)
	}
	s.start(t)
	c, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	const total = 64 << 20
	chunk := make([]byte, 1<<20)
	go func() {
		for range total / len(chunk) {
			if _, err := c.Write(chunk); err != nil {
				t.Error(err)
				return
			}
		}
	}()
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	buf := make([]byte, 1<<20)
	peak := uint64(0)
	if err := c.SetReadDeadline(time.Now().Add(60 * time.Second)); err != nil {
		t.Fatal(err)
	}
	for got := 0; got < total; {
		n, err := io.ReadFull(c, buf)
		if err != nil {
			t.Fatal(err)
		}
		if got += n; got%(8<<20) == 0 {
			time.Sleep(5 * time.Millisecond) // slow is what this reader is
			runtime.ReadMemStats(&now)
			peak = max(peak, now.HeapAlloc)
		}
	}
	if grown := int64(peak) - int64(before.HeapAlloc); grown > 8<<20 {
		t.Errorf("the heap has grown by %d bytes for %d echoed", grown, total)
	}
	s.call(func() { ln.Close() })
	s.end(t)
}

func TestDeliveringAndWritingAllocateNothing(t *testing.T) {
	l, _ := newLoop(t)
	r, fd := pair(t, l)
	defer closeFd(t, fd)
	var peer [64]byte
	r.onData = func(b []byte) {
		r.got = r.got[:0]
		if _, err := r.c.Write(b); err != nil {
			t.Error(err)
		}
	}
	msg := []byte("hello")
	turn := func() {
		if _, err := unix.Write(fd, msg); err != nil {
			t.Error(err)
		}
		if err := l.Turn(loop.Forever); err != nil {
			t.Error(err)
		}
		if _, err := unix.Read(fd, peer[:]); err != nil {
			t.Error(err)
		}
	}
	turn()
	if n := testing.AllocsPerRun(1000, turn); n != 0 {
		t.Errorf("%v allocations for an echo", n)
	}
	bufs := [][]byte{msg, msg}
	if n := testing.AllocsPerRun(1000, func() {
		if _, err := r.c.Writev(bufs); err != nil {
			t.Error(err)
		}
		if _, err := unix.Read(fd, peer[:]); err != nil {
			t.Error(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations for a gathered write", n)
	}
}
