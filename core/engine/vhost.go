package engine

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync/atomic"

	"github.com/golws/golws/core/loop"
)

// Defaults of VhostOptions' limits, in microseconds.
const (
	DefaultTimeout       loop.Micros = 20e6
	DefaultKeepAliveIdle loop.Micros = 5e6
)

// VhostOptions are what a vhost is made with: lws's
// lws_context_creation_info, as far as it is a vhost's.
type VhostOptions struct {
	Name      string // "" for "default"
	Iface     string // interface name, address, or with UnixSocket a path
	Port      int    // 0: any free one, NoListen, NoListenServer
	Protocols []*Protocol
	PVOs      []*PVO   // by protocol name, options below
	Mounts    []*Mount // longest matching mountpoint wins; SetMounts replaces them
	Headers   []*PVO   // added to every answer
	User      any      // the program's own
	ListenFD  int      // an inherited listening socket, -1 for none

	UnixSocket      bool
	UnixMode        uint32
	UnixUID         int // -1 to leave
	UnixGID         int
	DisableIPv6     bool
	V6Only          bool
	ShareListen     bool // other processes may listen on the same address
	BindDevice      bool // bind sockets, those of clients too, to Iface as a device
	StrictHost      bool // refuse upgrades whose Host header is not the vhost's name and port
	AwaitInterface  bool // where Iface is not there yet, listen when it has come; else that is an error
	ValidateUTF8    bool // refuse text messages that are not UTF-8
	BestPractice    bool // send the recommended security headers
	AdoptListenRole bool // every connection goes to ListenRole, raw-skt where that is empty
	FallbackToRole  bool // what is not HTTP goes to ListenRole
	SkipInit        bool // no PROTOCOL_INIT
	FastOpen        int
	KeepAlive       loop.KeepAlive

	ListenRole     string // role of accepted connections, "" for the default
	ListenProtocol string // protocol of accepted connections, "" for the first; see listenAs

	Extensions any // role/ws's extension settings, nil for none

	ServerString string // Server header, "" for none
	Error404     string // path that a 404 is redirected to, "" for none
	// BodyLimit is the most bytes of an HTTP request's body; more is answered
	// with 413. 0 for none, which is safe by itself: a body is handed over in
	// pieces and never gathered. Programs that keep what they get set it.
	BodyLimit int64

	Timeout        loop.Micros // for a peer that keeps us waiting, 0 for DefaultTimeout
	ConnectTimeout loop.Micros // for one connect, 0 for DefaultTimeout
	KeepAliveIdle  loop.Micros // between requests, 0 for DefaultKeepAliveIdle
	HeadTimeout    loop.Micros // for a complete head, 0 for Timeout
	Retry          *RetryPolicy

	Finalize func(v *Vhost) // called when the vhost is gone
	Face     any            // becomes Vhost.Face, before any callback
}

// AcceptAs sets what connections are taken as, as lws's options have it: role
// and protocol are looked at only for all of them (ADOPT_APPLY_LISTEN_ACCEPT_CONFIG)
// or for those that are no HTTP (FALLBACK_TO_APPLY_LISTEN_ACCEPT_CONFIG).
func (o *VhostOptions) AcceptAs(role, protocol string, all, others bool) {
	if !all && !others {
		return
	}
	o.AdoptListenRole, o.FallbackToRole = all, others
	o.ListenRole, o.ListenProtocol = role, protocol
}

// device is the network interface to bind sockets to, "" for none.
func (o *VhostOptions) device() string {
	if _, err := netip.ParseAddr(o.Iface); !o.BindDevice || o.UnixSocket || err == nil {
		return ""
	}
	return o.Iface
}

// Values of VhostOptions.Port (lws-context-vhost.h, CONTEXT_PORT_…).
const (
	NoListen       = -1 // a client vhost
	NoListenServer = -2 // serves adopted connections only
)

// Mount maps a part of a vhost's URL space: lws's lws_http_mount.
type Mount struct {
	Mountpoint   string
	Origin       string // directory, or protocol name
	Default      string // document for a directory, "" for index.html
	Protocol     string // protocol that the connection is bound to, "" for the first
	OriginKind   MountKind
	MimeTypes    []*PVO
	Headers      []*PVO
	CacheMaxAge  int
	CacheReuse   bool
	CacheRevalid bool
	CachePublic  bool // intermediaries may cache
	CacheNo      bool
	KeepAlive    loop.Micros
	BasicAuth    string // login file
	AuthMask     uint
}

// MountKind is where a mount's content comes from; the values are lws's
// (lws-context-vhost.h, enum lws_mount_protocols).
type MountKind uint8

// Kinds of mount.
const (
	MountHTTP       MountKind = 0
	MountHTTPS      MountKind = 1
	MountFile       MountKind = 2
	MountCGI        MountKind = 3
	MountRedirHTTP  MountKind = 4
	MountRedirHTTPS MountKind = 5
	MountCallback   MountKind = 6
	MountNone       MountKind = 7
)

// Vhost is lws's vhost: protocols, mounts and settings that serve one name, or
// client connections.
type Vhost struct {
	ctx       *Context
	opt       VhostOptions
	port      atomic.Pointer[Port] // set once
	standard  *Protocol            // see Default
	wsis      atomic.Int32
	inited    bool
	started   int         // how many of its protocols have PROTOCOL_INIT behind them
	ready     atomic.Bool // its protocols have started: what is not its maker may call them
	missed    atomic.Bool // a Cancel came before that
	closing   atomic.Bool
	destroyed bool
	freed     atomic.Bool
	bodyLimit atomic.Int64
	mounts    atomic.Pointer[[]*Mount] // replaced, never changed

	Face any // the face's own record
	Data any // role/h1's: what it prepared from the options
}

// noProtocol stands in for a vhost without protocols.
var noProtocol = &Protocol{Name: "default", Handler: HandlerFunc(func(*Wsi, Reason, In) int { return 0 })}

// CreateVhost adds a vhost and listens where it says; with AwaitInterface, where its
// interface or address is not there, as soon as it is. Connections are accepted
// from InitProtocols on. t is the calling thread.
func (c *Context) CreateVhost(t *Thread, o VhostOptions) (*Vhost, error) {
	if c.destroying.Load() {
		return nil, ErrDestroyed
	}
	if o.Name == "" {
		o.Name = "default"
	}
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	if o.ConnectTimeout == 0 {
		o.ConnectTimeout = DefaultTimeout
	}
	if o.KeepAliveIdle == 0 {
		o.KeepAliveIdle = DefaultKeepAliveIdle
	}
	if o.HeadTimeout == 0 {
		o.HeadTimeout = o.Timeout
	}
	o.listenAs()
	if o.ListenRole != "" {
		if _, ok := c.roles[o.ListenRole].(ServerRole); !ok {
			return nil, fmt.Errorf("vhost %s: no role %q that can listen", o.Name, o.ListenRole)
		}
	}
	v := &Vhost{ctx: c, opt: o, Face: o.Face}
	v.SetBodyLimit(o.BodyLimit)
	if v.standard = v.Protocol(o.chosen("default")); v.standard == nil {
		v.standard = v.first()
	}
	v.SetMounts(o.Mounts)
	for _, r := range c.opt.Roles {
		if vr, ok := r.(VhostRole); ok {
			if err := vr.PrepareVhost(v); err != nil {
				return nil, fmt.Errorf("vhost %s: %w", o.Name, err)
			}
		}
	}
	if o.Port != NoListen && o.Port != NoListenServer || o.UnixSocket && o.Port == 0 {
		switch err := c.listen(t, v); {
		case err == nil:
		case o.AwaitInterface && mayCome(err):
			v.Logf(LogErr, "%v; looking for it every second", err)
			v.listenLater(t)
		default:
			return nil, fmt.Errorf("vhost %s: %w", o.Name, err)
		}
	}
	c.mu.Lock()
	vs := append(append([]*Vhost{}, c.Vhosts()...), v)
	c.vhosts.Store(&vs)
	c.mu.Unlock()
	return v, nil
}

// listenAs fills in what lws takes where AdoptListenRole or FallbackToRole come
// without names: raw-skt, and the first protocol with an option "raw", or else
// "default".
func (o *VhostOptions) listenAs() {
	if !o.AdoptListenRole && !o.FallbackToRole {
		return
	}
	if o.ListenRole == "" {
		o.ListenRole = "raw-skt"
	}
	for _, name := range []string{"raw", "default"} {
		if o.ListenProtocol == "" {
			o.ListenProtocol = o.chosen(name)
		}
	}
}

// chosen is the first protocol that has an option of that name, "" for none.
func (o *VhostOptions) chosen(option string) string {
	for _, p := range o.PVOs {
		for _, set := range p.Options {
			if set.Name == option {
				return p.Name
			}
		}
	}
	return ""
}

// InitProtocols makes the PROTOCOL_INIT callbacks that did not come yet, and then
// lets connections come, on every thread. Nonzero from one of them fails.
func (v *Vhost) InitProtocols(t *Thread) error {
	if v.inited {
		return nil
	}
	v.inited = true
	t.enter()
	defer t.leave()
	if v.opt.SkipInit {
		v.open(t)
		return nil
	}
	for i, p := range v.opt.Protocols {
		if p.Handler == nil || p.Name == "" {
			continue
		}
		var in In
		pvo := v.protocolPVO(p.Name)
		if pvo != nil {
			in.Value = pvo
		}
		v.started = i + 1
		refused := v.CallProtocol(t, p, ReasonProtocolInit, in) != 0
		if refused {
			v.started = i
		}
		switch {
		case v.ctx.destroying.Load():
			return ErrDestroyed
		case v.Closing():
			return errVhostClosing
		case refused:
			return fmt.Errorf("vhost %s: protocol %s refused to start", v.opt.Name, p.Name)
		}
	}
	v.open(t)
	return nil
}

// open lets v's protocols be called by others than its maker.
func (v *Vhost) open(t *Thread) {
	v.ready.Store(true)
	if v.missed.Load() {
		v.ctx.Cancel()
	}
	if p := v.Port(); p != nil {
		p.open(t)
	}
}

// cancelled says that lws_cancel_service can be told to v; where it cannot yet,
// all are told again when it can.
func (v *Vhost) cancelled() bool {
	if !v.ready.Load() {
		v.missed.Store(true)
	}
	return v.ready.Load() && !v.Closing()
}

// protocolPVO is the option list that the vhost has for a protocol.
func (v *Vhost) protocolPVO(name string) *PVO {
	for _, o := range v.opt.PVOs {
		if o.Name == name {
			return o
		}
	}
	return nil
}

func (v *Vhost) destroyProtocols(t *Thread) {
	if v.destroyed {
		return
	}
	v.destroyed = true
	if !v.inited {
		return
	}
	for _, p := range v.opt.Protocols[:v.started] {
		if p.Handler != nil && p.Name != "" {
			v.CallProtocol(t, p, ReasonProtocolDestroy, In{})
		}
	}
}

// Closing says that Destroy was called.
func (v *Vhost) Closing() bool { return v.closing.Load() }

// Context is the vhost's context.
func (v *Vhost) Context() *Context { return v.ctx }

// Options are what the vhost was made with.
func (v *Vhost) Options() *VhostOptions { return &v.opt }

// Mounts are the vhost's mounts now. Any thread; not to be changed.
func (v *Vhost) Mounts() []*Mount { return *v.mounts.Load() }

// SetMounts replaces the vhost's mounts; requests under way keep theirs. m and
// what it points to stay as they are from now on. Any thread.
func (v *Vhost) SetMounts(m []*Mount) { v.mounts.Store(&m) }

// SetBodyLimit changes VhostOptions.BodyLimit for the requests from now on. Any
// thread.
func (v *Vhost) SetBodyLimit(n int64) { v.bodyLimit.Store(max(n, 0)) }

// BodyLimit is the most bytes of a request's body, 0 for any number.
func (v *Vhost) BodyLimit() int64 { return v.bodyLimit.Load() }

// Port is what the vhost listens on, nil where it does not, or not yet.
func (v *Vhost) Port() *Port { return v.port.Load() }

// ListenPort is the port number that the vhost listens on, what it was made
// with where it does not.
func (v *Vhost) ListenPort() int {
	if p := v.Port(); p != nil && !p.addr.IsUnix() {
		return int(p.addr.IP.Port())
	}
	return v.opt.Port
}

// Protocol finds one of the vhost's protocols, nil where there is none. "" is
// the first.
func (v *Vhost) Protocol(name string) *Protocol {
	if name == "" {
		return v.first()
	}
	for _, p := range v.opt.Protocols {
		if p.Name == name {
			return p
		}
	}
	return nil
}

func (v *Vhost) first() *Protocol {
	if len(v.opt.Protocols) == 0 {
		return noProtocol
	}
	return v.opt.Protocols[0]
}

// First is the protocol that takes HTTP requests that no mount has.
func (v *Vhost) First() *Protocol { return v.first() }

// Default is the protocol of what names none: of a connection until it is bound,
// and of a WebSocket without a subprotocol. It is the one that has an option
// "default", else the first.
func (v *Vhost) Default() *Protocol { return v.standard }

// CallProtocol calls one protocol with a wsi that stands for the vhost.
func (v *Vhost) CallProtocol(t *Thread, p *Protocol, r Reason, in In) int {
	return v.fake(t, p, func(w *Wsi) int { return p.Handler.Callback(w, r, in) })
}

// CallProtocols calls every protocol of the vhost, until one answers nonzero:
// lws_callback_vhost_protocols_vhost.
func (v *Vhost) CallProtocols(t *Thread, r Reason, in In) int {
	t.enter()
	defer t.leave()
	for _, p := range v.opt.Protocols {
		if p.Handler == nil || v.Closing() {
			continue
		}
		if ret := v.CallProtocol(t, p, r, in); ret != 0 {
			return ret
		}
	}
	return 0
}

// fakeRole is the role of wsi that stand for a vhost.
type fakeRole struct{ BaseRole }

func (fakeRole) Name() string                            { return "vhost" }
func (fakeRole) Reasons(*Wsi) *Reasons                   { return &noReasons }
func (fakeRole) Data(_ *Wsi, b []byte) int               { return len(b) }
func (fakeRole) Ended(*Wsi, error)                       {}
func (fakeRole) Write(*Wsi, []byte, WriteProtocol) error { return ErrClosed }
func (fakeRole) Closed(*Wsi)                             {}

var noReasons = Reasons{ReasonNone, ReasonNone, ReasonNone, ReasonNone}

// fake calls f with a wsi that stands for v. Without memory for one the answer is
// as if f refused.
func (v *Vhost) fake(t *Thread, p *Protocol, f func(*Wsi) int) int {
	t.enter()
	w := t.newWsi(v, fakeRole{})
	if w == nil {
		t.leave()
		return -1
	}
	w.flags |= flagFake
	w.protocol = p
	ret := f(w)
	w.state = stateDead
	t.freeSlot(w)
	t.ctx.opt.Face.WsiFreed(w)
	v.wsis.Add(-1)
	v.maybeGone()
	t.ctx.maybeEmpty()
	t.leave()
	return ret
}

var errVhostClosing = errors.New("the vhost is being destroyed")

// Destroy closes the vhost's wsi and takes it out of the context. When they are
// closed on every thread PROTOCOL_DESTROY comes; it is gone, and Finalize called,
// when the last of them is freed. t is the calling thread.
func (v *Vhost) Destroy(t *Thread) {
	v.wsis.Add(1) // until this is done
	if v.closing.Swap(true) {
		v.wsis.Add(-1)
		v.maybeGone()
		return
	}
	t.enter()
	defer t.leave()
	c := v.ctx
	c.mu.Lock()
	vs := make([]*Vhost, 0, len(c.Vhosts()))
	for _, o := range c.Vhosts() {
		if o != v {
			vs = append(vs, o)
		}
	}
	c.vhosts.Store(&vs)
	if p := v.Port(); p != nil {
		p.leave(v, t)
	}
	c.mu.Unlock()
	var left atomic.Int32
	left.Store(int32(len(c.threads)))
	end := func(t *Thread) {
		t.enter()
		t.closeVhost(v)
		if left.Add(-1) == 0 {
			v.destroyProtocols(t)
		}
		v.wsis.Add(-1)
		v.maybeGone()
		t.leave()
	}
	for _, o := range c.threads {
		if o != t {
			v.wsis.Add(1)
			o.loop.Post(func() { end(o) })
		}
	}
	end(t)
}

func (v *Vhost) maybeGone() {
	if v.closing.Load() && v.wsis.Load() == 0 {
		v.gone()
	}
}

func (v *Vhost) gone() {
	if v.freed.Swap(true) {
		return
	}
	if f := v.opt.Finalize; f != nil {
		f(v)
	}
	v.ctx.opt.Face.VhostFreed(v)
}

// ForHost picks the vhost of p that serves a Host header: the one with that
// name, else the one whose name it ends in, else the first; nil where none is
// left.
func (p *Port) ForHost(host string) *Vhost {
	vs := p.Vhosts()
	name := strings.ToLower(host)
	if i := strings.LastIndexByte(name, ':'); i >= 0 && !strings.HasSuffix(name, "]") {
		name = name[:i]
	}
	for _, v := range vs {
		if strings.EqualFold(v.opt.Name, name) && v.ready.Load() {
			return v
		}
	}
	for _, v := range vs { // a vhost "example.com" serves "www.example.com" too where nobody else does
		if n := len(name) - len(v.opt.Name); n > 1 && name[n-1] == '.' && strings.EqualFold(name[n:], v.opt.Name) && v.ready.Load() {
			return v
		}
	}
	return p.first()
}
