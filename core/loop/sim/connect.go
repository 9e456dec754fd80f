package sim

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"syscall"

	"github.com/golws/golws/core/loop"
)

const (
	backlog               = 128
	acceptPause    Micros = 100_000
	firstEphemeral        = 49152
)

// port is one listening socket, which several listeners may share.
type port struct {
	host   *Host
	addr   loop.Addr
	v6only bool
	fd     int
	ls     []*listener
	turn   int // whose the next connection is
}

// listener is a port on one driver.
type listener struct {
	d      *Driver
	p      *port
	a      loop.Acceptor
	queue  []*conn
	resume loop.Timer
	off    bool
	closed bool
}

// Listen is loop.Driver's. Devices, modes, owners and socket options mean
// nothing here. Listener.Fd is a number that only ListenSpec.Fd of a driver of
// the same host knows.
func (d *Driver) Listen(spec loop.ListenSpec, a loop.Acceptor) (loop.Listener, error) {
	p, err := d.host.bind(spec)
	if err != nil {
		return nil, err
	}
	l := &listener{d: d, p: p, a: a}
	l.resume.Owner = l
	p.ls = append(p.ls, l)
	d.listeners = append(d.listeners, l)
	return l, nil
}

func (h *Host) bind(spec loop.ListenSpec) (*port, error) {
	n := h.n
	if spec.Fd > 0 {
		if p := n.shared[spec.Fd]; p != nil && p.host == h {
			return p, nil
		}
		return nil, fail("dup", syscall.EBADF)
	}
	p := &port{host: h, addr: spec.Addr, v6only: spec.V6Only}
	if !p.addr.IsUnix() {
		ip := p.addr.IP.Addr()
		if !ip.IsValid() {
			return nil, fail("socket", syscall.EAFNOSUPPORT)
		}
		if !ip.IsUnspecified() && !h.has(ip) {
			return nil, fail("bind", syscall.EADDRNOTAVAIL)
		}
		if p.addr.IP.Port() == 0 {
			p.addr.IP = netip.AddrPortFrom(ip, n.ephemeral())
		}
	}
	for _, q := range h.ports {
		if q.addr == p.addr && !spec.ReusePort {
			return nil, fail("bind", syscall.EADDRINUSE)
		}
	}
	n.fd++
	p.fd = n.fd
	n.shared[p.fd] = p
	h.ports = append(h.ports, p)
	return p, nil
}

func (h *Host) has(ip netip.Addr) bool {
	return ip.IsLoopback() || slices.Contains(h.addrs, ip)
}

func (n *Network) ephemeral() uint16 {
	if n.port++; n.port < firstEphemeral {
		n.port = firstEphemeral
	}
	return n.port
}

// find is the port that a connect to addr reaches.
func (h *Host) find(addr loop.Addr) *port {
	var wild *port
	for _, p := range h.ports {
		if p.addr == addr {
			return p
		}
		ip := p.addr.IP.Addr()
		if addr.IsUnix() || p.addr.IsUnix() || p.addr.IP.Port() != addr.IP.Port() || !ip.IsUnspecified() {
			continue
		}
		if ip.Is4() == addr.IP.Addr().Is4() || ip.Is6() && !p.v6only {
			wild = p
		}
	}
	return wild
}

// hostOf is the host that has the address, as seen from h.
func (h *Host) hostOf(addr loop.Addr) *Host {
	if addr.IsUnix() || addr.IP.Addr().IsLoopback() {
		return h
	}
	for _, x := range h.n.hosts {
		if slices.Contains(x.addrs, addr.IP.Addr()) {
			return x
		}
	}
	return nil
}

// Dial is loop.Driver's. An address that no host has is answered with
// EHOSTUNREACH after a second.
func (d *Driver) Dial(spec loop.DialSpec, h loop.Handler) (loop.Conn, error) {
	n, addr := d.n, spec.Addr
	if !addr.IsUnix() && !addr.IP.IsValid() {
		return nil, fmt.Errorf("connect to %v: %w", addr, fail("socket", syscall.EAFNOSUPPORT))
	}
	if spec.Made != nil {
		if err := spec.Made(-1); err != nil {
			return nil, err
		}
	}
	c := &conn{d: d, h: h, remote: addr, dialing: true}
	to := d.host.hostOf(addr)
	if !addr.IsUnix() {
		c.local = d.source(spec, to)
	}
	d.open++
	n.tracef("%s dial", c)
	if to == nil {
		n.after(1_000_000, func() { c.answered(fail("connect", syscall.EHOSTUNREACH)) })
		return c, nil
	}
	n.post(d.host, to, func() {
		n.after(n.travel(n.linkOf(d.host, to)), func() { to.asked(c) })
	})
	return c, nil
}

func (d *Driver) source(spec loop.DialSpec, to *Host) loop.Addr {
	ip, port := spec.Local, spec.LocalPort
	want4 := spec.Addr.IP.Addr().Is4()
	if !ip.IsValid() && to == d.host {
		ip = spec.Addr.IP.Addr()
	}
	for _, a := range d.host.addrs {
		if !ip.IsValid() && a.Is4() == want4 {
			ip = a
		}
	}
	if port == 0 {
		port = d.n.ephemeral()
	}
	return loop.Addr{IP: netip.AddrPortFrom(ip, port)}
}

// asked is a connect that has reached the host.
func (h *Host) asked(c *conn) {
	n := h.n
	if c.closed {
		return
	}
	l := n.linkOf(c.d.host, h)
	p := h.find(c.remote)
	if p == nil || n.chance(l.Refuse) {
		n.reply(h, c, fail("connect", syscall.ECONNREFUSED))
		return
	}
	to := p.ls[p.turn%len(p.ls)]
	p.turn++
	if len(to.queue) >= backlog {
		return // dropped, as a full backlog does
	}
	s := &conn{d: to.d, peer: c, local: c.remote, remote: c.local}
	c.peer = s
	to.d.open++
	to.queue = append(to.queue, s)
	n.reply(h, c, nil)
}

func (n *Network) reply(from *Host, c *conn, err error) {
	n.post(from, c.d.host, func() {
		n.after(n.travel(n.linkOf(from, c.d.host)), func() { c.answered(err) })
	})
}

func (c *conn) answered(err error) {
	c.replied, c.answer = true, err
	c.enqueue()
}

func (l *listener) work() bool {
	return !l.closed && !l.off && !l.resume.Armed() && len(l.queue) > 0
}

func (l *listener) accept() {
	h := l.d.host
	for l.work() {
		if h.acceptFails > 0 {
			h.acceptFails--
			l.d.loop.Arm(&l.resume, l.d.n.now+acceptPause)
			l.a.AcceptFailed(h.acceptErr)
			return
		}
		c := l.queue[0]
		l.queue = l.queue[1:]
		l.d.n.tracef("%s accepted", c)
		hd := l.a.Accepted(c)
		switch {
		case c.closed:
		case hd == nil:
			c.Close()
		default:
			c.h = hd
			c.enqueue()
		}
	}
}

// Expired ends the rest after a failed accept. It is loop.Expirer's.
func (l *listener) Expired(*loop.Timer) {
	if !l.closed {
		l.d.woken.Store(true)
	}
}

// Addr is loop.Listener's.
func (l *listener) Addr() loop.Addr { return l.p.addr }

// Fd is loop.Listener's.
func (l *listener) Fd() int { return l.p.fd }

// SetAccepting is loop.Listener's.
func (l *listener) SetAccepting(on bool) { l.off = !on }

// Close is loop.Listener's. What waits to be accepted is reset.
func (l *listener) Close() error {
	if l.closed {
		return nil
	}
	l.closed = true
	if l.resume.Armed() {
		l.d.loop.Disarm(&l.resume)
	}
	l.d.listeners = slices.DeleteFunc(l.d.listeners, func(x *listener) bool { return x == l })
	for _, c := range l.queue {
		c.closed = true
		l.d.open--
		c.refuse()
	}
	l.queue = nil
	p := l.p
	p.ls = slices.DeleteFunc(p.ls, func(x *listener) bool { return x == l })
	if len(p.ls) == 0 {
		p.host.ports = slices.DeleteFunc(p.host.ports, func(x *port) bool { return x == p })
		delete(l.d.n.shared, p.fd)
	}
	return nil
}

// Pair makes a connected pair of sockets and answers their numbers, which only
// Adopt of the given drivers knows.
func (n *Network) Pair(a, b *Driver) (fda, fdb int) {
	x := &conn{d: a, local: loop.Addr{Path: "pair"}, remote: loop.Addr{Path: "pair"}}
	y := &conn{d: b, local: x.local, remote: x.remote, peer: x}
	x.peer = y
	a.open++
	b.open++
	n.fd += 2
	n.pairs[n.fd-1], n.pairs[n.fd] = x, y
	return n.fd - 1, n.fd
}

// Adopt is loop.Driver's. It takes the ends of a Pair; real sockets are
// unsupported.
func (d *Driver) Adopt(fd int, h loop.Handler) (loop.Conn, error) {
	c := d.n.pairs[fd]
	if c == nil || c.d != d {
		return nil, fmt.Errorf("adopt fd %d on a simulated network: %w", fd, errors.ErrUnsupported)
	}
	delete(d.n.pairs, fd)
	c.h = h
	c.enqueue()
	return c, nil
}
