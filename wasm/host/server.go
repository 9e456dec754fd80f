package host

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/golws/golws/core/loop"
	"github.com/golws/golws/core/loop/sock"
)

// Server is an instance with the system's sockets under it. One loop serves
// them; received bytes go from the socket to the module's memory and sent ones
// from there to the socket, with no copy between.
//
// Everything but Post and Stop belongs to the goroutine that calls Run.
type Server struct {
	*Instance
	loop    *loop.Loop
	conns   map[int32]*socket
	lsns    map[int32]loop.Listener
	queries map[int32]context.CancelFunc
	timer   loop.Timer
	stopped bool
}

// NewServer makes an instance with sockets. Contexts are made in it before Run,
// or in a Post.
func NewServer(ctx context.Context, p *Program, box Sandbox) (*Server, error) {
	s := &Server{conns: map[int32]*socket{}, lsns: map[int32]loop.Listener{}, queries: map[int32]context.CancelFunc{}}
	s.timer.Owner = s
	var err error
	if s.Instance, err = p.New(ctx, (*sockets)(s), box); err != nil {
		return nil, err
	}
	d, err := sock.New(sock.Config{Buffer: s.ReceiveBuffer()})
	if err != nil {
		return nil, errors.Join(err, s.Instance.Close())
	}
	s.loop = loop.New(d)
	return s, nil
}

// Run serves until ctx is done, Stop is called or the instance is over, whose
// error it returns.
func (s *Server) Run(ctx context.Context) error {
	defer context.AfterFunc(ctx, s.loop.Wake)()
	for ctx.Err() == nil && !s.stopped && s.Err() == nil {
		if err := s.loop.Turn(loop.Forever); err != nil {
			return err
		}
	}
	return s.Err()
}

// Post has f run on Run's goroutine. Any goroutine may call it.
func (s *Server) Post(f func()) { s.loop.Post(f) }

// Stop ends Run. Any goroutine may call it.
func (s *Server) Stop() { s.Post(func() { s.stopped = true }) }

// Close closes the sockets and ends the instance. It is called when Run has
// returned; Stop is for everywhere else.
func (s *Server) Close() error {
	for _, l := range s.lsns {
		_ = l.Close() // the loop closes what is left
	}
	for _, c := range s.conns {
		c.c.Close()
	}
	for _, cancel := range s.queries {
		cancel()
	}
	s.loop.Disarm(&s.timer)
	return errors.Join(s.loop.Close(), s.Instance.Close())
}

// ListenPort is the port that a vhost listens on.
func (s *Server) ListenPort(vh int32) (int32, error) {
	return s.Invoke("lws_get_vhost_listen_port", uint64(uint32(vh)))
}

// happened looks at what telling the module of an event has answered: that the
// connection is gone meanwhile is no error.
func (s *Server) happened(err error) {
	if err != nil && !errors.Is(err, ErrHandle) && s.Err() == nil {
		s.log(1, 0, "an event was refused: "+err.Error())
	}
}

// sockets is a server as the Backend of its instance.
type sockets Server

// socket is one connection.
type socket struct {
	s *Server
	c loop.Conn
	h int32
}

// Opened tells the module how a dial ended.
func (c *socket) Opened(err error) { c.s.happened(c.s.Instance.Opened(c.h, err)) }

// Data tells the module of bytes, which lie in its memory already.
func (c *socket) Data(b []byte) { c.s.happened(c.s.Instance.Data(c.h, b)) }

// Writable tells the module that there is space.
func (c *socket) Writable() { c.s.happened(c.s.Instance.Writable(c.h)) }

// Ended tells the module of the peer's end.
func (c *socket) Ended(err error) { c.s.happened(c.s.Instance.Ended(c.h, err)) }

// acceptor takes a listener's connections.
type acceptor struct {
	s *Server
	h int32
}

// Accepted gives the connection to the module.
func (a *acceptor) Accepted(c loop.Conn) loop.Handler {
	h, err := a.s.NewConn(a.h, c.Remote().String(), c.Local().String())
	if err != nil {
		a.s.happened(err)
		return nil
	}
	k := &socket{a.s, c, h}
	a.s.conns[h] = k
	ok, err := a.s.Instance.Accepted(a.h, h)
	if a.s.happened(err); !ok {
		return nil
	}
	return k
}

// AcceptFailed tells the module.
func (a *acceptor) AcceptFailed(err error) { a.s.happened(a.s.Instance.AcceptFailed(a.h, err)) }

func parseAddr(s string) (loop.Addr, error) {
	if strings.HasPrefix(s, "/") || strings.HasPrefix(s, "@") || strings.HasPrefix(s, ".") {
		return loop.Addr{Path: s}, nil
	}
	ap, err := netip.ParseAddrPort(s)
	return loop.Addr{IP: ap}, err
}

// Open is Backend's.
func (b *sockets) Open(conn int32, addr, local string) error {
	s := (*Server)(b)
	a, err := parseAddr(addr)
	if err != nil {
		return err
	}
	spec := loop.DialSpec{Addr: a}
	if local != "" {
		from, err := netip.ParseAddrPort(local)
		if err != nil {
			return err
		}
		spec.LocalPort = from.Port()
		if !from.Addr().IsUnspecified() {
			spec.Local = from.Addr()
		}
	}
	k := &socket{s: s, h: conn}
	if k.c, err = s.loop.Driver().Dial(spec, k); err != nil {
		s.log(8, 0, fmt.Sprintf("connecting to %s: %v", addr, err))
		return err
	}
	s.conns[conn] = k
	return nil
}

// Send is Backend's.
func (b *sockets) Send(conn int32, pieces [][]byte) (int, error) {
	s := (*Server)(b)
	k := s.conns[conn]
	if k == nil {
		return 0, loop.ErrClosed
	}
	if len(pieces) == 1 {
		return k.c.Write(pieces[0])
	}
	return k.c.Writev(pieces)
}

// Shutdown is Backend's.
func (b *sockets) Shutdown(conn int32) {
	s := (*Server)(b)
	if k := s.conns[conn]; k != nil {
		if err := k.c.CloseWrite(); err != nil {
			s.log(8, 0, "shutting down a connection: "+err.Error())
		}
	}
}

// Reading is Backend's.
func (b *sockets) Reading(conn int32, on bool) {
	s := (*Server)(b)
	if k := s.conns[conn]; k != nil {
		k.c.SetReading(on)
	}
}

// Close is Backend's.
func (b *sockets) Close(conn int32) {
	s := (*Server)(b)
	if k := s.conns[conn]; k != nil {
		delete(s.conns, conn)
		k.c.Close()
	}
}

// Listen is Backend's.
func (b *sockets) Listen(lsn int32, addr string, v6only, share bool) (int, error) {
	s := (*Server)(b)
	a, err := parseAddr(addr)
	if err != nil {
		return 0, err
	}
	l, err := s.loop.Driver().Listen(loop.ListenSpec{Addr: a, Fd: -1, V6Only: v6only, ReusePort: share, UnixUID: -1, UnixGID: -1}, &acceptor{s, lsn})
	if err != nil {
		return 0, err
	}
	s.lsns[lsn] = l
	return int(l.Addr().IP.Port()), nil
}

// CloseListener is Backend's.
func (b *sockets) CloseListener(lsn int32) {
	s := (*Server)(b)
	if l := s.lsns[lsn]; l != nil {
		delete(s.lsns, lsn)
		if err := l.Close(); err != nil {
			s.log(8, 0, "closing a listener: "+err.Error())
		}
	}
}

// Resolve is Backend's: the system resolves, on a goroutine.
func (b *sockets) Resolve(qry int32, host string) error {
	s := (*Server)(b)
	ctx, cancel := context.WithCancel(s.ctx)
	s.queries[qry] = cancel
	go func() {
		as, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		texts := make([]string, len(as))
		for i, a := range as {
			texts[i] = a.String()
		}
		s.Post(func() {
			if s.queries[qry] != nil {
				delete(s.queries, qry)
				cancel()
				s.happened(s.Instance.Resolved(qry, strings.Join(texts, ","), err))
			}
		})
	}()
	return nil
}

// CancelResolve is Backend's.
func (b *sockets) CancelResolve(qry int32) {
	s := (*Server)(b)
	if cancel := s.queries[qry]; cancel != nil {
		delete(s.queries, qry)
		cancel()
	}
}

// Now is Backend's.
func (b *sockets) Now() int64 { return b.loop.Driver().Now() }

// Deadline is Backend's.
func (b *sockets) Deadline(at int64) {
	s := (*Server)(b)
	if at == 0 {
		s.loop.Disarm(&s.timer)
		return
	}
	s.loop.Arm(&s.timer, at)
}

// Expired ticks.
func (s *Server) Expired(*loop.Timer) { s.happened(s.Tick()) }

// ContextGone is Backend's.
func (b *sockets) ContextGone(cx int32, dead bool) {
	s := (*Server)(b)
	if dead {
		s.log(1, 0, fmt.Sprintf("context %d has died of an internal error", cx))
	}
}
