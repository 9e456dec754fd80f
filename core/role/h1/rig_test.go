package h1_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop"
	"github.com/golws/golws/core/loop/sim"
	"github.com/golws/golws/core/role/h1"
	"github.com/golws/golws/core/role/raw"
)

const second = 1_000_000

// hook is what a test's protocol does at a callback.
type hook func(w *engine.Wsi, r engine.Reason, in engine.In) int

// rig is a context on one host of a simulated network, and a peer of bare
// bytes on another.
type rig struct {
	t      *testing.T
	n      *sim.Network
	host   *sim.Host
	peers  *sim.Host
	drv    *sim.Driver
	loop   *loop.Loop // the peers'
	ctx    *engine.Context
	log    []string // "protocol REASON in"
	lines  []string // log lines
	hooks  map[string]hook
	bound  map[*engine.Wsi]bool
	leaves bool // the test destroys the context itself
}

type rigFace struct {
	engine.NoFace
	r *rig
}

func (f rigFace) WsiBound(w *engine.Wsi) bool {
	if f.r.bound[w] {
		f.r.t.Errorf("bound twice")
	}
	f.r.bound[w] = true
	return true
}

func (f rigFace) WsiDropped(w *engine.Wsi) {
	if !f.r.bound[w] {
		f.r.t.Errorf("dropped and not bound")
	}
	delete(f.r.bound, w)
}

type rigLogger struct{ r *rig }

func (l rigLogger) Enabled(engine.Level) bool { return true }
func (l rigLogger) Log(_ engine.Level, _ *engine.Context, _ *engine.Vhost, _ *engine.Wsi, line string) {
	l.r.lines = append(l.r.lines, line)
}

func newRig(t *testing.T, o engine.Options) *rig {
	t.Helper()
	r := &rig{t: t, n: sim.Test(t), hooks: map[string]hook{}, bound: map[*engine.Wsi]bool{}}
	r.host, r.peers = r.n.Host("ours"), r.n.Host("theirs")
	r.drv = r.host.Driver()
	r.loop = r.peers.Loop()
	o.Drivers = []loop.Driver{r.drv}
	o.Face, o.Logger = rigFace{r: r}, rigLogger{r}
	o.Random = func(b []byte) { clear(b) }
	o.WallClock = func() int64 { return 784111777 + r.n.Now()/second }
	if o.Roles == nil {
		o.Roles = []engine.Role{&h1.Server{}, &h1.Client{}, &raw.Socket{}}
	}
	var err error
	if r.ctx, err = engine.NewContext(o); err != nil {
		t.Fatal(err)
	}
	th := r.ctx.Thread(0)
	r.drv.Drive(func() error {
		if err := th.Service(0); !errors.Is(err, engine.ErrDestroyed) {
			return err
		}
		return nil
	})
	t.Cleanup(func() {
		if !r.leaves {
			r.run(6 * second) // what lingers
			r.ctx.Destroy()
			r.run(6 * second)
		}
		if n := r.ctx.Live(); n != 0 {
			t.Errorf("%d wsi are left", n)
		}
		if len(r.bound) != 0 {
			t.Errorf("%d bindings are left", len(r.bound))
		}
	})
	return r
}

// protocol is one whose callbacks are recorded and hooked by its name.
func (r *rig) protocol(name string) *engine.Protocol {
	return &engine.Protocol{Name: name, Handler: engine.HandlerFunc(func(w *engine.Wsi, re engine.Reason, in engine.In) int {
		switch re {
		case engine.ReasonProtocolInit, engine.ReasonProtocolDestroy, engine.ReasonGetThreadID, engine.ReasonFilterNetworkConnection,
			engine.ReasonEventWaitCancelled:
			return 0
		}
		line := name + " " + re.String()
		switch {
		case re == engine.ReasonConnecting:
			return 0
		case in.Bytes != nil:
			line += " " + string(in.Bytes)
		}
		r.log = append(r.log, line)
		if h := r.hooks[name]; h != nil {
			return h(w, re, in)
		}
		return 0
	})}
}

// vhost makes a vhost on port 80 with protocols "a" and "b".
func (r *rig) vhost(o engine.VhostOptions) *engine.Vhost {
	r.t.Helper()
	if o.Protocols == nil {
		o.Protocols = []*engine.Protocol{r.protocol("a"), r.protocol("b")}
	}
	if o.Port == 0 {
		o.Port = 80
	}
	o.ListenFD = -1
	o.SkipInit = true
	v, err := r.ctx.CreateVhost(r.ctx.Thread(0), o)
	if err == nil {
		err = v.InitProtocols(r.ctx.Thread(0))
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return v
}

func (r *rig) run(us int64) {
	r.t.Helper()
	if err := r.n.Run(r.n.Now() + us); err != nil {
		r.t.Fatal(err)
	}
}

// peer is a bare connection to the rig's server, or one that its client made.
type peer struct {
	r     *rig
	c     loop.Conn
	out   []byte
	got   bytes.Buffer
	open  bool
	ended bool
	sips  bool // stops reading behind each piece
	err   error
}

func (p *peer) Opened(err error) { p.open, p.err = err == nil, err; p.flush() }
func (p *peer) Data(b []byte) {
	p.got.Write(b)
	if p.sips {
		p.c.SetReading(false)
	}
}
func (p *peer) Writable() { p.flush() }
func (p *peer) Ended(err error) {
	p.ended, p.err = true, err
	p.c.Close()
}

func (p *peer) flush() {
	if len(p.out) > 0 && p.open {
		n, err := p.c.Write(p.out)
		if err == nil {
			p.out = p.out[n:]
		}
	}
}

func (r *rig) dial() *peer { return r.dialPort(80) }

func (r *rig) dialPort(port uint16) *peer {
	r.t.Helper()
	p := &peer{r: r}
	c, err := r.loop.Driver().Dial(loop.DialSpec{Addr: loop.Addr{IP: netip.AddrPortFrom(r.host.Addr(), port)}}, p)
	if err != nil {
		r.t.Fatal(err)
	}
	p.c = c
	r.run(1000)
	if !p.open {
		r.t.Fatalf("not connected: %v", p.err)
	}
	return p
}

// send sends s and lets the network come to rest.
func (p *peer) send(s string) *peer {
	p.out = append(p.out, s...)
	p.flush()
	p.r.run(20_000)
	return p
}

// take is what arrived since the last take, without the dates.
func (p *peer) take() string {
	s := p.got.String()
	p.got.Reset()
	var b strings.Builder
	for _, l := range strings.SplitAfter(s, "\r\n") {
		if !strings.HasPrefix(l, "date: ") {
			b.WriteString(l)
		}
	}
	return b.String()
}

// listen takes the connections that the rig's client makes.
func (r *rig) listen(port uint16) *listener {
	r.t.Helper()
	l := &listener{r: r}
	if _, err := r.loop.Driver().Listen(loop.ListenSpec{Fd: -1, Addr: loop.Addr{IP: netip.AddrPortFrom(r.peers.Addr(), port)}}, l); err != nil {
		r.t.Fatal(err)
	}
	return l
}

type listener struct {
	r     *rig
	peers []*peer
}

func (l *listener) Accepted(c loop.Conn) loop.Handler {
	p := &peer{r: l.r, c: c, open: true}
	l.peers = append(l.peers, p)
	return p
}
func (l *listener) AcceptFailed(err error) { l.r.t.Error(err) }

func (r *rig) takeLog() string {
	s := strings.Join(r.log, "\n")
	r.log = nil
	return s
}

// wantLog compares the callbacks since the last time.
func (r *rig) wantLog(want string) {
	r.t.Helper()
	want = strings.TrimSpace(strings.ReplaceAll(want, "\t", ""))
	if got := r.takeLog(); got != want {
		r.t.Errorf("callbacks:\n%s\nwant:\n%s", got, want)
	}
}

func (r *rig) wantLine(part string) {
	r.t.Helper()
	for _, l := range r.lines {
		if strings.Contains(l, part) {
			return
		}
	}
	r.t.Errorf("no log line says %q in:\n%s", part, strings.Join(r.lines, "\n"))
}

// wantText compares what a peer got.
func (p *peer) wantText(want string) {
	p.r.t.Helper()
	if got := p.take(); got != want {
		p.r.t.Errorf("on the wire:\n%s\nwant:\n%s", visible(got), visible(want))
	}
}

func visible(s string) string { return fmt.Sprintf("%q", s) }

// answer sends a whole answer with a length.
func answer(w *engine.Wsi, body string) {
	buf := make([]byte, 0, 1024)
	b, err := h1.AppendCommonHeaders(w, buf, 200, "text/plain", int64(len(body)))
	if err == nil {
		b, err = h1.AppendFinalize(w, b)
	}
	if err == nil {
		err = w.Write(b, engine.WriteHTTPHeaders)
	}
	if err == nil {
		err = w.Write([]byte(body), engine.WriteHTTPFinal)
	}
	if err != nil {
		panic(err)
	}
}

// completed is what programs do: close where they are told to.
func completed(w *engine.Wsi) int {
	if h1.TransactionCompleted(w) != 0 {
		return -1
	}
	return 0
}

const (
	headOK    = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: "
	headClose = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: text/plain\r\ncontent-length: "
)

func page(status int, body string) string {
	b := fmt.Sprintf(`<html><head><meta charset=utf-8 http-equiv="Content-Language" content="en"/>`+
		`<link rel="stylesheet" type="text/css" href="/error.css"/></head><body><h1>%d</h1>%s</body></html>`, status, body)
	return b
}
