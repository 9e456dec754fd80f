//go:build linux

package sock_test

import (
	"bytes"
	"io"
	"net"
	"net/netip"
	"testing"

	"github.com/golws/golws/core/loop"
	"github.com/golws/golws/core/loop/sock"
)

type echo struct {
	c   loop.Conn
	q   []byte
	srv *echoServer
}

func (e *echo) Opened(error) {}
func (e *echo) Data(b []byte) {
	if len(e.q) > 0 {
		e.q = append(e.q, b...)
		return
	}
	n, err := e.c.Write(b)
	if err != nil {
		e.c.Close()
		return
	}
	e.q = append(e.q, b[n:]...)
	if len(e.q) > 0 {
		e.c.SetReading(false)
	}
}
func (e *echo) Writable() {
	n, err := e.c.Write(e.q)
	if err != nil {
		e.c.Close()
		return
	}
	e.q = e.q[n:]
	if len(e.q) == 0 {
		e.c.SetReading(true)
	}
}
func (e *echo) Ended(err error) { e.c.Close() }

type echoServer struct{}

func (s *echoServer) Accepted(c loop.Conn) loop.Handler { return &echo{c: c, srv: s} }
func (s *echoServer) AcceptFailed(error)                {}

func TestSmoke(t *testing.T) {
	d, err := sock.New(sock.Config{})
	if err != nil {
		t.Fatal(err)
	}
	l := loop.New(d)
	ln, err := d.Listen(loop.ListenSpec{Addr: loop.Addr{IP: netip.MustParseAddrPort("127.0.0.1:0")}}, &echoServer{})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		c, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Error(err)
			return
		}
		msg := bytes.Repeat([]byte("hello"), 1000000)
		go c.Write(msg)
		got := make([]byte, len(msg))
		if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, msg) {
			t.Error(err)
		}
		c.Close()
		l.Post(func() { ln.Close() })
	}()
	for {
		select {
		case <-done:
			l.Turn(0)
			l.Close()
			return
		default:
		}
		l.Turn(1000)
	}
}
