package engine

import (
	"errors"
	"fmt"
	"net/netip"
	"sync/atomic"

	"github.com/golws/golws/core/loop"
)

// Port is one listening address, shared by the vhosts that name it and by the
// service threads.
type Port struct {
	ctx       *Context
	addr      loop.Addr
	spec      loop.ListenSpec
	iface     string
	number    int
	vhosts    atomic.Pointer[[]*Vhost]
	listeners []loop.Listener // by thread; nil where not listening yet
	opened    bool            // one of the vhosts was ready; under ctx.mu, like spec
	closed    atomic.Bool     // by Deprecate
}

// Vhosts are those that listen here, also those that are not ready yet. The first
// that is serves what asks for none of them.
func (p *Port) Vhosts() []*Vhost { return *p.vhosts.Load() }

func (p *Port) first() *Vhost {
	for _, v := range p.Vhosts() {
		if v.ready.Load() {
			return v
		}
	}
	return nil
}

// Addr is where it listens.
func (p *Port) Addr() loop.Addr { return p.addr }

// Listener is the listener on one thread, nil where there is none.
func (p *Port) Listener(t *Thread) loop.Listener { return p.listeners[t.index] }

// listen joins v to the port that it names, making it where it is the first. It
// accepts when Port.open is called.
func (c *Context) listen(t *Thread, v *Vhost) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if v.Closing() { // Destroy is past taking it off its port
		return errVhostClosing
	}
	o := &v.opt
	if o.Port != 0 || o.UnixSocket {
		for _, p := range c.ports {
			same := p.iface == o.Iface && p.spec.Addr.IsUnix() == o.UnixSocket
			if same && (o.UnixSocket || p.number == o.Port) && !p.closed.Load() {
				vs := append(append([]*Vhost{}, p.Vhosts()...), v)
				p.vhosts.Store(&vs)
				v.port.Store(p)
				return nil
			}
		}
	}
	p := &Port{ctx: c, iface: o.Iface, number: o.Port, listeners: make([]loop.Listener, len(c.threads))}
	p.vhosts.Store(&[]*Vhost{v})
	p.spec = loop.ListenSpec{
		Fd: -1, V6Only: o.V6Only, ReusePort: o.ShareListen, FastOpen: o.FastOpen,
		Spread:   len(c.threads) > 1 && o.ListenFD < 0,
		UnixMode: o.UnixMode, UnixUID: o.UnixUID, UnixGID: o.UnixGID, KeepAlive: o.KeepAlive,
	}
	addrs, err := c.listenAddrs(v, p)
	if err != nil {
		return err
	}
	var l loop.Listener
	for _, a := range addrs {
		p.spec.Addr = a
		if l, err = t.loop.Driver().Listen(p.spec, &accepting{t, p}); err == nil {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", addrs[len(addrs)-1], err)
	}
	p.addr = l.Addr()
	if !p.addr.IsUnix() {
		p.number = int(p.addr.IP.Port())
		if o.Port != 0 && o.ListenFD < 0 {
			p.number = o.Port
		}
	}
	l.SetAccepting(false)
	p.listeners[t.index] = l
	p.spec.Fd = l.Fd()
	v.port.Store(p)
	c.ports = append(c.ports, p)
	return nil
}

// open begins to accept, on every thread. t is the calling thread.
func (p *Port) open(t *Thread) {
	p.ctx.mu.Lock()
	defer p.ctx.mu.Unlock()
	if p.opened {
		return
	}
	p.opened = true
	for _, ot := range p.ctx.threads {
		if ot == t {
			p.openOn(t)
			continue
		}
		ot.loop.Post(func() {
			p.ctx.mu.Lock() // the first listener stays meanwhile
			defer p.ctx.mu.Unlock()
			p.openOn(ot)
		})
	}
}

// openOn accepts on one thread: by the listener that is there, else by one on the
// same socket. c.mu is held.
func (p *Port) openOn(t *Thread) {
	if p.ctx.destroying.Load() || len(p.Vhosts()) == 0 || p.closed.Load() {
		return
	}
	l := p.listeners[t.index]
	if l == nil {
		var err error
		if l, err = t.loop.Driver().Listen(p.spec, &accepting{t, p}); err != nil {
			p.ctx.Logf(LogErr, "service thread %d cannot share %s: %v", t.index, p.addr, err)
			return
		}
		p.listeners[t.index] = l
	}
	l.SetAccepting(!t.full)
}

// listenAddrs are the addresses to try in order.
func (c *Context) listenAddrs(v *Vhost, p *Port) ([]loop.Addr, error) {
	o := &v.opt
	if o.ListenFD >= 0 {
		p.spec.Fd = o.ListenFD
		return []loop.Addr{{}}, nil
	}
	if o.UnixSocket {
		if o.Iface == "" {
			return nil, errors.New("a unix socket needs its path as the interface")
		}
		return []loop.Addr{{Path: o.Iface}}, nil
	}
	if o.Port < 0 || o.Port > 65535 {
		return nil, fmt.Errorf("no port %d", o.Port)
	}
	port := uint16(o.Port)
	at := func(a netip.Addr) loop.Addr { return loop.Addr{IP: netip.AddrPortFrom(a, port)} }
	if o.Iface == "" {
		v4 := at(netip.IPv4Unspecified())
		if o.DisableIPv6 {
			return []loop.Addr{v4}, nil
		}
		return []loop.Addr{at(netip.IPv6Unspecified()), v4}, nil
	}
	if a, err := netip.ParseAddr(o.Iface); err == nil {
		return []loop.Addr{at(a)}, nil
	}
	if c.opt.Interfaces == nil {
		return nil, fmt.Errorf("no interface %q: none are known here", o.Iface)
	}
	as, err := c.opt.Interfaces(o.Iface)
	if err != nil {
		return nil, errNoInterface{fmt.Errorf("interface %q: %w", o.Iface, err)}
	}
	p.spec.Device = o.device()
	for _, a := range as { // lws listens on one address of an interface: IPv4 first
		if a.Is4() || !o.DisableIPv6 {
			return []loop.Addr{at(a)}, nil
		}
	}
	return nil, errNoInterface{fmt.Errorf("interface %q has no address", o.Iface)}
}

// checkFull turns accepting off where the thread has all the wsi that it may
// have, and on again.
func (t *Thread) checkFull() {
	most := t.ctx.opt.Connections
	full := t.count >= most
	if most == 0 || full == t.full {
		return
	}
	t.full = full
	if full {
		t.ctx.Logf(LogNotice, "service thread %d has %d connections and accepts no more for now", t.index, t.count)
	}
	t.ctx.mu.Lock()
	defer t.ctx.mu.Unlock()
	for _, p := range t.ctx.ports {
		if l := p.listeners[t.index]; l != nil && p.opened {
			l.SetAccepting(!full)
		}
	}
}

// leave takes v off the port; the last one closes it. c.mu is held.
func (p *Port) leave(v *Vhost, t *Thread) {
	vs := make([]*Vhost, 0, len(p.Vhosts()))
	for _, o := range p.Vhosts() {
		if o != v {
			vs = append(vs, o)
		}
	}
	p.vhosts.Store(&vs)
	if len(vs) > 0 {
		return
	}
	for i, o := range p.ctx.ports {
		if o == p {
			p.ctx.ports = append(p.ctx.ports[:i:i], p.ctx.ports[i+1:]...)
			break
		}
	}
	p.closeOn(t)
	for _, o := range p.ctx.threads {
		if o != t {
			o.loop.Post(func() { p.closeOn(o) })
		}
	}
}

func (p *Port) closeOn(t *Thread) {
	if l := p.listeners[t.index]; l != nil {
		p.listeners[t.index] = nil
		if err := l.Close(); err != nil {
			p.ctx.Logf(LogWarn, "closing %s: %v", p.addr, err)
		}
	}
}

// accepting takes the connections of a port on one thread.
type accepting struct {
	t *Thread
	p *Port
}

// AcceptFailed logs.
func (a *accepting) AcceptFailed(err error) {
	a.p.ctx.Logf(LogErr, "accepting on %s: %v", a.p.addr, err)
}

// Accepted makes a wsi of the connection.
func (a *accepting) Accepted(c loop.Conn) loop.Handler {
	v := a.p.first()
	if v == nil || a.p.ctx.destroying.Load() {
		return nil
	}
	t := a.t
	t.enter()
	role := v.opt.ListenRole
	if v.opt.FallbackToRole { // only what is not HTTP goes there
		role = ""
	}
	w := t.accept(v, c, a.p, role)
	t.checkFull()
	t.leave()
	if w == nil {
		return nil
	}
	return (*link)(w)
}

// accept begins a server connection; nil where it was refused. The carrier is
// closed by then where the wsi got it.
func (t *Thread) accept(v *Vhost, c loop.Conn, p *Port, role string) *Wsi {
	sr := t.ctx.serverRole(role)
	if sr == nil {
		v.Logf(LogErr, "no role %q for an accepted connection", role)
		return nil
	}
	v.wsis.Add(1) // the callback may destroy it
	defer func() {
		v.wsis.Add(-1)
		v.maybeGone()
	}()
	filter := v.fake(t, v.first(), func(w *Wsi) int {
		return v.first().Handler.Callback(w, ReasonFilterNetworkConnection, In{Num: c.Fd()})
	})
	if v.Closing() {
		return nil
	}
	if filter != 0 {
		v.Logf(LogInfo, "connection from %s refused by FILTER_NETWORK_CONNECTION", c.Remote())
		return nil
	}
	w := t.newWsi(v, sr)
	if w == nil {
		return nil
	}
	w.Port = p
	w.carrier = c
	w.state = stateOpen
	w.created()
	if w.Alive() && !sr.Accepted(w) && w.Alive() {
		w.CloseNow()
	}
	if !w.Alive() {
		return nil
	}
	return w
}

func (c *Context) serverRole(name string) ServerRole {
	if name != "" {
		sr, _ := c.roles[name].(ServerRole)
		return sr
	}
	for _, r := range c.opt.Roles {
		if sr, ok := r.(ServerRole); ok {
			return sr
		}
	}
	return nil
}
