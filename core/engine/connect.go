package engine

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/golws/golws/core/loop"
)

// ConnectInfo says what to connect to and how: lws's
// lws_client_connect_info.
type ConnectInfo struct {
	Thread *Thread // on which it lives, nil for the first
	Vhost  *Vhost  // nil for the first

	Address string // name or numeric address; "+path" is a unix socket
	Port    int
	Path    string
	Host    string // Host header, "" for Address
	Origin  string
	// Protocols are the subprotocols to offer, comma separated.
	Protocols     string
	LocalProtocol string // of the vhost's, to bind to; "" to go by Protocols
	Method        string // "" for a WebSocket, "RAW", or an HTTP method
	SSL           uint   // LCCSCF_ flags

	User   any // per-session data of the caller's own, nil for the protocol's
	Opaque any
	Parent *Wsi
	Retry  *RetryPolicy

	Iface     string
	LocalPort int
	Priority  int // of the socket, 0 to 6

	AllowReservedBits  bool
	AllowUnknownOpcode bool
	AuthUser, AuthPass string
	Extensions         any // role/ws's settings, nil for the vhost's

	// Made is called with the wsi before anything can happen to it.
	Made func(w *Wsi)
}

// Flags of ConnectInfo.SSL that are the engine's (lws-client.h, LCCSCF_…).
const (
	flagUseSSL          = 1 << 0
	flagReuseAddr       = 1 << 14
	flagPublicAddr      = 1 << 15
	flagPrioritizeReads = 1 << 20
	flagLowLatency      = 1 << 24
	flagHighThroughput  = 1 << 25
	flagHighReliability = 1 << 26
	flagLowCost         = 1 << 27
)

// connecting is a connect under way.
type connecting struct {
	ci     *ConnectInfo
	cancel func() // of the resolver
	addrs  []loop.Addr
	next   int
	errs   []string
}

func (k *connecting) stop() {
	if k.cancel != nil {
		k.cancel()
		k.cancel = nil
	}
}

// Connect begins a client connection. The error is one of ci itself; all that
// happens later is told by callbacks, never before Connect has returned.
func (c *Context) Connect(ci *ConnectInfo) (*Wsi, error) {
	if c.destroying.Load() {
		return nil, ErrDestroyed
	}
	t := ci.Thread
	if t == nil {
		t = c.threads[0]
	}
	v := ci.Vhost
	if v == nil {
		vs := c.Vhosts()
		if len(vs) == 0 {
			return nil, errors.New("no vhost to connect by")
		}
		v = vs[0]
	}
	if v.Closing() {
		return nil, errVhostClosing
	}
	name := "h1"
	switch {
	case ci.Method == "":
		name = "ws"
	case strings.EqualFold(ci.Method, "RAW"):
		name = "raw-skt"
	}
	role, ok := c.roles[name].(ClientRole)
	if !ok {
		return nil, fmt.Errorf("no client role %s", name)
	}
	if _, own := role.(Dialer); ci.SSL&flagUseSSL != 0 && !own {
		return nil, errors.New("there is no TLS yet, and the connection asks for it (LCCSCF_USE_SSL)")
	}
	unix := strings.HasPrefix(ci.Address, "+")
	if ci.Address == "" || unix && len(ci.Address) == 1 {
		return nil, errors.New("no address to connect to")
	}
	if !unix && (ci.Port <= 0 || ci.Port > 65535) {
		return nil, fmt.Errorf("no port %d", ci.Port)
	}
	p, err := ci.protocol(v)
	if err != nil {
		return nil, err
	}
	if ci.LocalPort < 0 || ci.LocalPort > 65535 {
		return nil, fmt.Errorf("no local port %d", ci.LocalPort)
	}
	t.enter()
	defer t.leaveLater()
	w := t.newWsi(v, role)
	if w == nil {
		return nil, ErrNoMemory
	}
	w.flags |= flagClient
	w.User, w.Opaque = ci.User, ci.Opaque
	if ci.Retry != nil {
		w.retry = ci.Retry
	}
	if ci.Parent != nil {
		w.SetParent(ci.Parent)
	}
	if ci.Made != nil {
		ci.Made(w)
	}
	if err := role.Prepare(w, ci); err != nil {
		w.abandon()
		return nil, err
	}
	w.connect = &connecting{ci: ci}
	w.created()
	if !w.Alive() {
		return nil, errors.New("closed from its first callback")
	}
	if w.Bind(p) != 0 || !w.Alive() {
		return nil, w.refuse("the protocol refused to be bound")
	}
	if r := role.Reasons(w).Made; r != ReasonNone && w.Call(r, In{}) != 0 || !w.Alive() {
		return nil, w.refuse("refused by the protocol")
	}
	t.loop.Defer(w.resolve)
	return w, nil
}

// refuse is Fail for a connection that Connect does not answer; the caller says
// why.
func (w *Wsi) refuse(text string) error {
	w.closeText = &text
	w.CloseNow()
	return errors.New(text)
}

// protocol is what the connection is bound to: the named one, the first
// offered one that the vhost has, or the vhost's first.
func (ci *ConnectInfo) protocol(v *Vhost) (*Protocol, error) {
	if ci.LocalProtocol != "" {
		if p := v.Protocol(ci.LocalProtocol); p != nil {
			return p, nil
		}
		return nil, fmt.Errorf("vhost %s has no protocol %q", v.opt.Name, ci.LocalProtocol)
	}
	for name := range strings.SplitSeq(ci.Protocols, ",") {
		if name = strings.TrimSpace(name); name != "" {
			if p := v.Protocol(name); p != nil {
				return p, nil
			}
		}
	}
	return v.first(), nil
}

func (w *Wsi) resolve() {
	k := w.connect
	if k == nil || !w.Alive() {
		return
	}
	w.t.enter()
	defer w.t.leave()
	ci := k.ci
	w.SetTimeout(TimeoutConnect, w.vhost.opt.ConnectTimeout)
	if d, ok := w.role.(Dialer); ok {
		w.dialBy(d)
		return
	}
	if path, ok := strings.CutPrefix(ci.Address, "+"); ok {
		k.addrs = []loop.Addr{{Path: path}}
		w.dialNext()
		return
	}
	host := strings.TrimSuffix(strings.TrimPrefix(ci.Address, "["), "]")
	if a, err := netip.ParseAddr(host); err == nil {
		w.resolved([]netip.Addr{a}, nil)
		return
	}
	r := w.t.ctx.opt.Resolver
	if r == nil {
		w.Fail(fmt.Sprintf("resolving %s: only numeric addresses are known here", host))
		return
	}
	k.cancel = r.Resolve(host, func(as []netip.Addr, err error) {
		w.t.loop.Post(func() {
			w.t.enter()
			if w.connect == k && w.Alive() {
				k.cancel = nil
				w.resolved(as, err)
			}
			w.t.leave()
		})
	})
}

func (w *Wsi) resolved(as []netip.Addr, err error) {
	k := w.connect
	if err == nil && len(as) == 0 {
		err = errors.New("no address")
	}
	if err != nil {
		w.Fail(fmt.Sprintf("resolving %s: %v", k.ci.Address, err))
		return
	}
	for _, a := range as {
		if a.Is6() && !a.Is4In6() && w.vhost.opt.DisableIPv6 {
			continue
		}
		k.addrs = append(k.addrs, loop.Addr{IP: netip.AddrPortFrom(a.Unmap(), uint16(k.ci.Port))})
	}
	w.dialNext()
}

// dialNext tries the next address; without one it fails with all the reasons.
func (w *Wsi) dialNext() {
	k := w.connect
	for k.next < len(k.addrs) {
		a := k.addrs[k.next]
		k.next++
		spec, err := w.dialSpec(a)
		if err == nil {
			w.SetTimeout(TimeoutConnect, w.vhost.opt.ConnectTimeout)
			var c loop.Conn
			c, err = w.t.loop.Driver().Dial(spec, (*link)(w))
			if err == nil {
				w.carrier = c
				return
			}
			if !w.Alive() { // by its CONNECTING callback
				return
			}
			if errors.Is(err, errConnecting) {
				w.Fail(errConnecting.Error())
				return
			}
		}
		k.errs = append(k.errs, fmt.Sprintf("connecting to %s: %v", a, err))
	}
	if len(k.errs) == 0 {
		k.errs = []string{"no usable address for " + k.ci.Address}
	}
	w.Fail(strings.Join(k.errs, "; "))
}

var errConnecting = errors.New("refused by the CONNECTING callback")

// made is DialSpec.Made: it shows the socket to the user before it connects.
func (w *Wsi) made(fd int) error {
	if w.Call(ReasonConnecting, In{Num: fd}) != 0 {
		return errConnecting
	}
	if !w.Alive() {
		return ErrClosed
	}
	return nil
}

// typeOfService is the byte of the IP header that RFC 1349 4 describes.
func (ci *ConnectInfo) typeOfService() (tos int) {
	for flag, bits := range map[uint]int{flagLowLatency: 0x10, flagHighThroughput: 8, flagHighReliability: 4, flagLowCost: 2} {
		if ci.SSL&flag != 0 {
			tos |= bits
		}
	}
	return tos
}

func (w *Wsi) dialSpec(a loop.Addr) (loop.DialSpec, error) {
	ci := w.connect.ci
	s := loop.DialSpec{
		Addr: a, LocalPort: uint16(ci.LocalPort), KeepAlive: w.vhost.opt.KeepAlive, Made: w.made,
		TOS: ci.typeOfService(), Priority: ci.Priority, ReuseAddr: ci.SSL&flagReuseAddr != 0,
		PublicAddr: ci.SSL&flagPublicAddr != 0, ReadAll: ci.SSL&flagPrioritizeReads != 0,
	}
	if !a.IsUnix() {
		s.Device = w.vhost.opt.device()
	}
	if ci.Iface == "" || a.IsUnix() {
		return s, nil
	}
	if l, err := netip.ParseAddr(ci.Iface); err == nil {
		s.Local = l
		return s, nil
	}
	ifs := w.t.ctx.opt.Interfaces
	if ifs == nil {
		return s, fmt.Errorf("no interface %q", ci.Iface)
	}
	as, err := ifs(ci.Iface)
	if err != nil {
		return s, fmt.Errorf("interface %q: %w", ci.Iface, err)
	}
	for _, l := range as {
		if l.Is4() == a.IP.Addr().Is4() {
			s.Local = l
			return s, nil
		}
	}
	return s, fmt.Errorf("interface %q has no address of that family", ci.Iface)
}

// Dialer is a ClientRole whose connections are made by somebody else, who knows
// names and addresses by himself.
type Dialer interface {
	// Dial begins to connect; Wsi.Dialled tells the outcome, never before Dial
	// has returned.
	Dial(w *Wsi) (Carrier, error)
}

func (w *Wsi) dialBy(d Dialer) {
	c, err := d.Dial(w)
	if err != nil {
		w.Fail("connecting: " + err.Error())
		return
	}
	w.carrier = c
	if w.Call(ReasonConnecting, In{Num: c.Fd()}) != 0 && w.Alive() {
		w.Fail("refused by the CONNECTING callback")
	}
}

// Dialled tells how what a Dialer has begun ended.
func (w *Wsi) Dialled(err error) {
	switch {
	case w.connect == nil || w.state != stateNew:
	case err != nil:
		w.Fail("connecting: " + err.Error())
	default:
		w.dialled(nil)
	}
}

// connectTimedOut gives up the step that took too long: the name, or one
// address of several. It answers whether there was one.
func (w *Wsi) connectTimedOut() bool {
	k := w.connect
	switch {
	case w.state != stateNew || k == nil || w.timeoutReason != TimeoutConnect:
		return false
	case w.carrier == nil:
		w.Fail(fmt.Sprintf("resolving %s: timed out", k.ci.Address))
	case k.next == 0: // a Dialer's
		w.Fail("connecting: timed out")
	default:
		w.dialled(errTimedOut)
	}
	return true
}

var errTimedOut = errors.New("timed out")

// dialled is the outcome of one address.
func (w *Wsi) dialled(err error) {
	if w.state != stateNew {
		return
	}
	k := w.connect
	if err != nil {
		k.errs = append(k.errs, fmt.Sprintf("connecting to %s: %v", k.addrs[k.next-1], err))
		w.carrier.Close()
		w.carrier = nil
		w.dialNext()
		return
	}
	w.connect = nil
	w.state = stateOpen
	w.SetTimeout(TimeoutNone, 0)
	w.role.Opened(w)
}
