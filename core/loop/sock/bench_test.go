//go:build linux

package sock_test

import (
	"net/netip"
	"testing"

	"github.com/golws/golws/core/loop"
	"github.com/golws/golws/core/loop/sock"
)

// pinger sends what it gets back until its count is used up.
type pinger struct {
	c    loop.Conn
	msg  []byte
	want int // bytes of the current round to come
	left *int
}

func (p *pinger) Opened(err error) {
	if err != nil {
		panic(err)
	}
	p.round()
}

func (p *pinger) round() {
	p.want = len(p.msg)
	if n, err := p.c.Write(p.msg); n != len(p.msg) || err != nil {
		panic("short")
	}
}

func (p *pinger) Data(b []byte) {
	if p.want -= len(b); p.want == 0 {
		if *p.left--; *p.left > 0 {
			p.round()
		}
	}
}
func (p *pinger) Writable()       {}
func (p *pinger) Ended(err error) {}

// BenchmarkEcho is one thread's echo server against one thread's clients, over
// loopback: an operation is one message there and back.
func BenchmarkEcho(b *testing.B) {
	for _, bm := range []struct {
		name  string
		conns int
		size  int
	}{{"1conn/64B", 1, 64}, {"100conns/64B", 100, 64}, {"100conns/1KiB", 100, 1024}, {"10conns/64KiB", 10, 65536}} {
		b.Run(bm.name, func(b *testing.B) { benchEcho(b, bm.conns, bm.size) })
	}
}

func benchEcho(b *testing.B, conns, size int) {
	sd, err := sock.New(sock.Config{})
	if err != nil {
		b.Fatal(err)
	}
	sl := loop.New(sd)
	ln, err := sd.Listen(loop.ListenSpec{Addr: loop.Addr{IP: netip.MustParseAddrPort("127.0.0.1:0")}}, &echoServer{})
	if err != nil {
		b.Fatal(err)
	}
	stop, stopped := false, make(chan struct{})
	go func() {
		for !stop {
			sl.Turn(loop.Forever)
		}
		ln.Close()
		sl.Close()
		close(stopped)
	}()
	cd, _ := sock.New(sock.Config{})
	cl := loop.New(cd)
	left := b.N
	var ps []*pinger
	b.SetBytes(int64(size))
	b.ReportAllocs()
	b.ResetTimer()
	for range conns {
		p := &pinger{msg: make([]byte, size), left: &left}
		if p.c, err = cd.Dial(loop.DialSpec{Addr: ln.Addr()}, p); err != nil {
			b.Fatal(err)
		}
		ps = append(ps, p)
	}
	for left > 0 {
		cl.Turn(loop.Forever)
	}
	b.StopTimer()
	for _, p := range ps {
		p.c.Close()
	}
	sl.Post(func() { stop = true })
	<-stopped
	cl.Close()
}
