package ws

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop"
	"github.com/golws/golws/core/loop/sim"
	"github.com/golws/golws/core/wire/pmd"
	wire "github.com/golws/golws/core/wire/ws"
)

// bench is a context on a simulated network, and loops for its peers.
type bench struct {
	t     testing.TB
	net   *sim.Network
	host  *sim.Host
	drv   *sim.Driver
	ctx   *engine.Context
	peers *loop.Loop // of another host
	logs  logLines
	rec   *recorder
	role  *Role
}

type benchOptions struct {
	roles     []engine.Role // beside the role itself and direct
	vhost     engine.VhostOptions
	start     *pmd.Params // permessage-deflate that direct begins with
	deflate   *Deflate
	fragments bool // the protocol takes fragments together
	pieceSize int
	txBatch   int
	seed      uint64
}

func newBench(t testing.TB, o benchOptions) *bench {
	t.Helper()
	b := &bench{t: t, role: &Role{}, rec: &recorder{}}
	if o.seed != 0 {
		b.net = sim.TestSeed(t, o.seed)
	} else {
		b.net = sim.Test(t)
	}
	b.host = b.net.Host("golws")
	b.drv = b.host.Driver()
	b.peers = b.net.Host("peer").Loop()
	random := rand.New(rand.NewPCG(1, b.net.Seed()))
	var err error
	b.ctx, err = engine.NewContext(engine.Options{
		Drivers: []loop.Driver{b.drv},
		Roles:   append(append([]engine.Role{}, o.roles...), &direct{b.role, o}, b.role),
		Logger:  &b.logs,
		Random: func(p []byte) {
			for i := range p {
				p[i] = byte(random.Uint32())
			}
		},
		WallClock: func() int64 { return 0 },
		PieceSize: o.pieceSize,
		TxBatch:   o.txBatch,
	})
	if err != nil {
		t.Fatal(err)
	}
	th := b.ctx.Thread(0)
	b.drv.Drive(func() error { return th.Service(0) })
	if o.vhost.Protocols == nil {
		var h engine.Handler = b.rec
		if o.fragments {
			h = fragments{b.rec}
		}
		o.vhost.Protocols = []*engine.Protocol{{Name: "http", Handler: h}, {Name: "echo", Handler: h}}
	}
	if o.vhost.Port == 0 {
		o.vhost.Port = 80
	}
	o.vhost.ListenFD = -1
	v, err := b.ctx.CreateVhost(th, o.vhost)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.InitProtocols(th); err != nil {
		t.Fatal(err)
	}
	b.rec.lines = nil
	t.Cleanup(b.finish)
	return b
}

// finish destroys the context and looks for what is left.
func (b *bench) finish() {
	if b.t.Failed() {
		b.t.Logf("log: %q", []string(b.logs))
	}
	b.ctx.Destroy()
	if n := b.ctx.Live(); n != 0 {
		b.t.Errorf("%d wsi are left", n)
	}
	if n := b.drv.Open(); n != 0 {
		b.t.Errorf("%d connections or listeners are left open", n)
	}
}

// run lets the network go on until nothing more happens at this time or soon.
func (b *bench) run() { b.wait(100_000) }

func (b *bench) wait(us loop.Micros) {
	b.t.Helper()
	if err := b.net.Run(b.net.Now() + us); err != nil {
		b.t.Fatal(err)
	}
}

// direct is a server role whose connections are WebSockets from the start.
type direct struct {
	*Role
	o benchOptions
}

func (*direct) Name() string { return "direct" }

func (d *direct) Accepted(w *engine.Wsi) bool {
	w.SetRole(d.Role)
	o := wire.Options{}
	if d.o.start != nil {
		o.Reserved = wire.RSV1
	}
	c := d.newConn(w, true, o)
	w.State = c
	if d.o.start != nil {
		d.o.deflate.begin(w, c, *d.o.start)
	}
	if w.Bind(w.Vhost().Protocol("echo")) != 0 {
		return false
	}
	w.SetEstablished()
	if w.Call(engine.ReasonEstablished, engine.In{}) != 0 {
		w.Close()
	}
	w.ValidityConfirmed()
	return true
}

// recorder is a protocol that writes down its callbacks and does what a test
// has set for a reason.
type recorder struct {
	lines []string
	on    map[engine.Reason]func(w *engine.Wsi, in engine.In) int
	last  *engine.Wsi
	calls int // of Callback and Fragments
	quiet bool
}

func (r *recorder) when(reason engine.Reason, f func(w *engine.Wsi, in engine.In) int) {
	if r.on == nil {
		r.on = map[engine.Reason]func(*engine.Wsi, engine.In) int{}
	}
	r.on[reason] = f
}

func (r *recorder) Callback(w *engine.Wsi, reason engine.Reason, in engine.In) int {
	r.calls++
	return r.one(w, reason, in)
}

func (r *recorder) one(w *engine.Wsi, reason engine.Reason, in engine.In) int {
	if !w.Fake() {
		r.last = w
	}
	if !r.quiet && !w.Fake() {
		line := reason.String()
		switch reason {
		case engine.ReasonReceive, engine.ReasonClientReceive:
			f := w.Fragment()
			line += fmt.Sprintf(" %q", in.Bytes)
			if f.First {
				line += " first"
			}
			if f.Final {
				line += " final"
			}
			if f.Opcode == wire.OpBinary {
				line += " binary"
			}
			line += fmt.Sprintf(" left=%d", f.Remaining)
		default:
			if in.Bytes != nil {
				line += fmt.Sprintf(" %q", in.Bytes)
			}
		}
		r.lines = append(r.lines, line)
	}
	if f := r.on[reason]; f != nil {
		return f(w, in)
	}
	return 0
}

// fragments is a recorder that takes pieces together, as the C library does.
type fragments struct{ *recorder }

func (f fragments) Fragments(w *engine.Wsi, r engine.Reason, fs []engine.Fragment) (int, int) {
	f.calls++
	for i := range fs {
		*w.Fragment() = fs[i]
		if ret := f.one(w, r, engine.In{Bytes: fs[i].Data}); ret != 0 || w.Stopped() {
			return i + 1, ret
		}
	}
	return len(fs), 0
}

// want holds the callbacks since the last call against lines.
func (b *bench) want(lines ...string) {
	b.t.Helper()
	got := b.rec.lines
	b.rec.lines = nil
	if strings.Join(got, "\n") != strings.Join(lines, "\n") {
		b.t.Errorf("callbacks:\n  %s\nwant:\n  %s", strings.Join(got, "\n  "), strings.Join(lines, "\n  "))
	}
}

// logLines keeps what is logged from notice up.
type logLines []string

func (l *logLines) Enabled(lv engine.Level) bool { return lv <= engine.LogInfo }

func (l *logLines) Log(_ engine.Level, _ *engine.Context, _ *engine.Vhost, _ *engine.Wsi, line string) {
	*l = append(*l, line)
}

func (b *bench) wantLog(part string) {
	b.t.Helper()
	for _, l := range b.logs {
		if strings.Contains(l, part) {
			return
		}
	}
	b.t.Errorf("no log line has %q: %q", part, []string(b.logs))
}

// peer is a bare TCP peer that speaks as it is told.
type peer struct {
	b      *bench
	c      loop.Conn
	client bool // its frames are masked
	out    []byte
	got    []byte
	ended  bool
	broken error
	dec    wire.Decoder
}

// dial connects a client to the bench's server.
func (b *bench) dial() *peer {
	b.t.Helper()
	p := &peer{b: b, client: true}
	p.dec.Init(false, wire.Options{Reserved: wire.RSV1})
	c, err := b.peers.Driver().Dial(loop.DialSpec{Addr: loop.Addr{IP: netip.AddrPortFrom(b.host.Addr(), 80)}}, p)
	if err != nil {
		b.t.Fatal(err)
	}
	p.c = c
	b.run()
	return p
}

func (p *peer) Opened(err error) {
	if err != nil {
		p.b.t.Errorf("dialling: %v", err)
	}
}

func (p *peer) Data(b []byte) { p.got = append(p.got, b...) }
func (p *peer) Writable()     { p.flush() }

func (p *peer) Ended(err error) {
	p.ended, p.broken = true, err
}

func (p *peer) flush() {
	n, err := p.c.Write(p.out)
	if err != nil {
		p.out = nil
		return
	}
	p.out = p.out[n:]
}

func (p *peer) send(b []byte) {
	p.out = append(p.out, b...)
	p.flush()
}

// frame makes a frame as the peer sends it.
func (p *peer) frame(b0 byte, payload string) []byte {
	return wire.AppendFrame(nil, b0&wire.Fin != 0, b0&0x70, b0&0xF, []byte(payload), p.client, [4]byte{1, 2, 3, 4})
}

func (p *peer) sendFrame(b0 byte, payload string) { p.send(p.frame(b0, payload)) }

// frames decodes what the peer got and forgets it: "op:payload" for each frame,
// with "+" behind op where the message goes on and "z" where it is compressed.
func (p *peer) frames() []string {
	p.b.t.Helper()
	var fs []string
	for b := p.got; len(b) > 0; {
		h := b
		size, need := int(b[1]&0x7F), 2
		switch size {
		case 126:
			size, need = int(b[2])<<8|int(b[3]), 4
		case 127:
			size, need = int(b[6])<<24|int(b[7])<<16|int(b[8])<<8|int(b[9]), 10
		}
		var key []byte
		if b[1]&0x80 != 0 {
			key = b[need : need+4]
			need += 4
		}
		if masked := key != nil; masked == p.client {
			p.b.t.Errorf("a frame with masked=%v came", masked)
		}
		if len(b) < need+size {
			p.b.t.Errorf("frame cut off: %d of %d bytes", len(b), need+size)
			break
		}
		payload := bytes.Clone(b[need : need+size])
		if key != nil {
			wire.Mask(payload, [4]byte(key), 0)
		}
		s := fmt.Sprintf("%d", h[0]&0xF)
		if h[0]&wire.Fin == 0 {
			s += "+"
		}
		if h[0]&wire.RSV1 != 0 {
			s += "z"
		}
		fs = append(fs, s+":"+string(payload))
		b = b[need+size:]
	}
	p.got = nil
	return fs
}

func (p *peer) want(frames ...string) {
	p.b.t.Helper()
	if got := p.frames(); strings.Join(got, "|") != strings.Join(frames, "|") {
		p.b.t.Errorf("peer got %q\nwant %q", got, frames)
	}
}

const fin = wire.Fin

// established is what comes before anything of interest on direct.
var established = []string{"WSI_CREATE", "WS_SERVER_BIND_PROTOCOL", "ESTABLISHED"}

// closed is what ends a server connection.
var closed = []string{"WS_SERVER_DROP_PROTOCOL", "CLOSED", "WSI_DESTROY"}

// open makes a bench with one established connection, whose callbacks so far
// are forgotten.
func open(t testing.TB, o benchOptions) (*bench, *peer) {
	t.Helper()
	o.vhost.ListenRole = "direct"
	b := newBench(t, o)
	p := b.dial()
	b.want(established...)
	return b, p
}

func code(c uint16, reason string) string { return string(wire.AppendClose(nil, c, reason)) }

func all(a ...[]string) (s []string) {
	for _, l := range a {
		s = append(s, l...)
	}
	return s
}

func one(s ...string) []string { return s }

// echoes has the protocol send back each piece as a frame like its own.
func (r *recorder) echoes() {
	f := func(w *engine.Wsi, in engine.In) int {
		f := w.Fragment()
		wp := engine.WriteContinuation
		if f.First {
			wp = engine.WriteText
			if f.Opcode == wire.OpBinary {
				wp = engine.WriteBinary
			}
		}
		if !f.Final {
			wp |= engine.WriteNoFin
		}
		if err := w.Write(in.Bytes, wp); err != nil {
			return -1
		}
		return 0
	}
	r.when(engine.ReasonReceive, f)
	r.when(engine.ReasonClientReceive, f)
}
