package sim_test

import (
	"bytes"
	"net/netip"

	"github.com/golws/golws/core/loop"
	"github.com/golws/golws/core/loop/sim"
)

// peer is a handler that keeps what it was told, sends what it is given and
// optionally echoes.
type peer struct {
	c        loop.Conn
	echo     bool
	closeEnd bool // close when the other side ends

	out      []byte
	got      bytes.Buffer
	opened   int
	openErr  error
	ended    int
	endErr   error
	writable int
	writeErr error
	onData   func()
}

func (p *peer) Opened(err error) {
	p.opened++
	p.openErr = err
	if err != nil {
		p.c.Close()
		return
	}
	p.flush()
}

func (p *peer) Data(b []byte) {
	p.got.Write(b)
	if p.echo {
		p.send(b)
	}
	for i := range b {
		b[i] = 0 // ours to overwrite
	}
	if p.onData != nil {
		p.onData()
	}
}

func (p *peer) Writable() {
	p.writable++
	p.flush()
}

func (p *peer) Ended(err error) {
	p.ended++
	p.endErr = err
	if p.closeEnd || err != nil {
		p.c.Close()
	}
}

func (p *peer) send(b []byte) {
	waiting := len(p.out) > 0
	p.out = append(p.out, b...)
	if !waiting {
		p.flush()
	}
}

func (p *peer) flush() {
	if len(p.out) == 0 {
		return
	}
	n, err := p.c.Write(p.out)
	p.writeErr = err
	p.out = p.out[n:]
}

// server accepts peers.
type server struct {
	echo     bool
	closeEnd bool
	peers    []*peer
	failed   []error
}

func (s *server) Accepted(c loop.Conn) loop.Handler {
	p := &peer{c: c, echo: s.echo, closeEnd: s.closeEnd}
	s.peers = append(s.peers, p)
	return p
}

func (s *server) AcceptFailed(err error) { s.failed = append(s.failed, err) }

func at(addr netip.Addr, port uint16) loop.Addr {
	return loop.Addr{IP: netip.AddrPortFrom(addr, port)}
}

// world is two hosts and a server on the second.
type world struct {
	n      *sim.Network
	a, b   *sim.Host
	la, lb *loop.Loop
	srv    *server
	ln     loop.Listener
}

func newWorld(t sim.TB, n *sim.Network) *world {
	w := &world{n: n, a: n.Host("a"), b: n.Host("b"), srv: &server{}}
	w.la, w.lb = w.a.Loop(), w.b.Loop()
	var err error
	w.ln, err = w.lb.Driver().Listen(loop.ListenSpec{Addr: at(w.b.Addr(), 80)}, w.srv)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return w
}

func (w *world) dial(t sim.TB) *peer {
	p := &peer{}
	var err error
	p.c, err = w.la.Driver().Dial(loop.DialSpec{Addr: at(w.b.Addr(), 80)}, p)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return p
}
