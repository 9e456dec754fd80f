//go:build linux

package sock_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/golws/golws/core/loop"
	"github.com/golws/golws/core/loop/sock"
)

// echo sends back what comes. It reads no further while something waits to be
// sent, so it holds at most one read.
type echo struct {
	c     loop.Conn
	q     []byte
	split bool // write in three pieces
}

func (e *echo) Opened(error) {}

func (e *echo) Data(b []byte) {
	if n := e.write(b); n < len(b) {
		e.q = append(e.q[:0], b[n:]...)
		e.c.SetReading(false)
	}
}

func (e *echo) write(b []byte) int {
	var n int
	var err error
	if e.split {
		a, z := len(b)/3, len(b)/2
		n, err = e.c.Writev([][]byte{b[:a], nil, b[a:z], b[z:]})
	} else {
		n, err = e.c.Write(b)
	}
	if err != nil {
		e.c.Close()
		return len(b)
	}
	return n
}

func (e *echo) Writable() {
	if e.q = e.q[e.write(e.q):]; len(e.q) == 0 {
		e.c.SetReading(true)
	}
}

func (e *echo) Ended(err error) {
	if err == nil && len(e.q) > 0 {
		return
	}
	e.c.Close()
}

type echoServer struct {
	split bool
	count int
}

func (s *echoServer) Accepted(c loop.Conn) loop.Handler {
	s.count++
	return &echo{c: c, split: s.split}
}

func (s *echoServer) AcceptFailed(error) {}

// service turns a loop on a goroutine of its own.
type service struct {
	*loop.Loop
	d    *sock.Driver
	stop bool
	done chan struct{}
}

func newService(t testing.TB) *service {
	t.Helper()
	d, err := sock.New(sock.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return &service{Loop: loop.New(d), d: d, done: make(chan struct{})}
}

func (s *service) start(t testing.TB) {
	go func() {
		defer close(s.done)
		for !s.stop {
			if err := s.Turn(loop.Forever); err != nil {
				t.Error(err)
				return
			}
		}
	}()
}

// call runs f on the loop's thread and waits for it.
func (s *service) call(f func()) {
	ran := make(chan struct{})
	s.Post(func() { f(); close(ran) })
	<-ran
}

func (s *service) end(t testing.TB) {
	s.Post(func() { s.stop = true })
	<-s.done
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func openFds(t testing.TB) int {
	t.Helper()
	es, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(es)
}

// noLeaks fails a test that leaves more fds than it found.
func noLeaks(t testing.TB) {
	t.Helper()
	runtime.GC() // what others left to finalizers
	before := openFds(t)
	t.Cleanup(func() {
		if after := openFds(t); after > before {
			t.Errorf("%d fds before, %d after", before, after)
		}
	})
}

// network and address for the net package.
func netAddr(a loop.Addr) (string, string) {
	if a.IsUnix() {
		return "unix", a.Path
	}
	return "tcp", a.String()
}

func TestEchoOfManySizesInOddChunks(t *testing.T) {
	warmNet(t)
	noLeaks(t)
	for _, tc := range []struct {
		name string
		spec loop.ListenSpec
	}{
		{"tcp4", loop.ListenSpec{Addr: ip("127.0.0.1:0")}},
		{"tcp6", loop.ListenSpec{Addr: ip("[::1]:0"), V6Only: true}},
		{"unix", loop.ListenSpec{Addr: loop.Addr{Path: filepath.Join(t.TempDir(), "s")}}},
		{"abstract", loop.ListenSpec{Addr: loop.Addr{Path: fmt.Sprintf("@golws-test-%d", os.Getpid())}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newService(t)
			ln, err := s.d.Listen(tc.spec, &echoServer{split: tc.name == "tcp4" || tc.name == "unix"})
			if err != nil {
				t.Fatal(err)
			}
			s.start(t)
			var wg sync.WaitGroup
			for i, size := range []int{1, 2, 100, 4096, 65535, 131072, 131073, 1 << 20, 5_000_001} {
				wg.Add(1)
				go func() {
					defer wg.Done()
					exchange(t, ln.Addr(), size, uint64(i))
				}()
			}
			wg.Wait()
			s.call(func() {
				if err := ln.Close(); err != nil {
					t.Error(err)
				}
			})
			s.end(t)
		})
	}
}

func exchange(t *testing.T, a loop.Addr, size int, seed uint64) {
	network, addr := netAddr(a)
	c, err := net.Dial(network, addr)
	if err != nil {
		t.Error(err)
		return
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Error(err)
	}
	msg := make([]byte, size)
	rng := rand.New(rand.NewPCG(seed, 2))
	for i := range msg {
		msg[i] = byte(rng.Uint32())
	}
	go func() {
		for b := msg; len(b) > 0; {
			k := min(len(b), 1+rng.IntN(1+size/7))
			if _, err := c.Write(b[:k]); err != nil {
				t.Error(err)
				return
			}
			b = b[k:]
		}
		if err := c.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
			t.Error(err)
		}
	}()
	got, err := io.ReadAll(c)
	if err != nil || !bytes.Equal(got, msg) {
		t.Errorf("%d bytes: %d came back, %v", size, len(got), err)
	}
}

// warmNet has the net package open what it keeps open (its own epoll).
func warmNet(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
}

func TestTwoThousandConnectionsLeaveNoFd(t *testing.T) {
	const conns = 2000
	var lim unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &lim); err != nil || lim.Cur < 2*conns+200 {
		t.Skipf("the fd limit is %d", lim.Cur)
	}
	noLeaks(t)
	s := newService(t)
	base := openFds(t)
	srv := &echoServer{}
	ln, err := s.d.Listen(loop.ListenSpec{Addr: ip("127.0.0.1:0")}, srv)
	if err != nil {
		t.Fatal(err)
	}
	var recs []*rec
	for range conns {
		r := newRec(s.Loop)
		if r.c, err = s.d.Dial(loop.DialSpec{Addr: ln.Addr()}, r); err != nil {
			t.Fatal(err)
		}
		recs = append(recs, r)
	}
	opened := func() int {
		n := 0
		for _, r := range recs {
			n += r.opened
		}
		return n
	}
	until(t, s.Loop, func() bool { return opened() == conns && srv.count == conns })
	for i, r := range recs {
		if i%2 == 0 { // half of them end at this side, half at the other
			r.c.Close()
		} else if _, err := r.c.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	until(t, s.Loop, func() bool {
		for i, r := range recs {
			if i%2 == 1 && len(r.got) == 0 {
				return false
			}
		}
		return true
	})
	for _, r := range recs {
		r.c.Close()
		r.c.Close() // idempotent
	}
	if err := ln.Close(); err != nil {
		t.Error(err)
	}
	until(t, s.Loop, func() bool { return openFds(t) <= base })
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
