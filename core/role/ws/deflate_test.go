package ws

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/wire/pmd"
	wire "github.com/golws/golws/core/wire/ws"
)

func TestParseDeflate(t *testing.T) {
	d, err := ParseDeflate("permessage-deflate; client_no_context_takeover; client_max_window_bits")
	if err != nil || *d != (Deflate{Offer: pmd.Config{ClientNoContextTakeover: true}}) {
		t.Errorf("%+v %v", d, err)
	}
	d, err = ParseDeflate("permessage-deflate; server_no_context_takeover; server_max_window_bits=10; client_max_window_bits=9")
	if err != nil || *d != (Deflate{Offer: pmd.Config{ServerNoContextTakeover: true, ServerMaxWindowBits: 10, ClientMaxWindowBits: 9}}) {
		t.Errorf("%+v %v", d, err)
	}
	for _, s := range []string{"", "x-webkit-deflate-frame", "permessage-deflate; client_max_window_bits=7", "permessage-deflate; what"} {
		if d, err := ParseDeflate(s); err == nil {
			t.Errorf("%q gives %+v", s, d)
		}
	}
	if _, err := ParseDeflate("permessage-bzip2"); !errors.Is(err, ErrOffer) {
		t.Errorf("%v", err)
	}
}

// allParams are the four parameters in all ways that matter.
func allParams() (ps []pmd.Params) {
	for _, snc := range []bool{false, true} {
		for _, cnc := range []bool{false, true} {
			for _, sb := range []int{0, 8, 9, 12} {
				for _, cb := range []int{0, 8, 9, 12} {
					ps = append(ps, pmd.Params{ServerNoContextTakeover: snc, ClientNoContextTakeover: cnc,
						ServerMaxWindowBits: sb, ClientMaxWindowBits: cb})
				}
			}
		}
	}
	return ps
}

// deflatingPeer compresses what it sends and inflates what it gets.
type deflatingPeer struct {
	*peer
	in  pmd.Inflater
	out pmd.Deflater
}

func newDeflatingPeer(p *peer, params pmd.Params) *deflatingPeer {
	d := &deflatingPeer{peer: p}
	d.in.Init(params, false, 0)
	d.out.Init(params, false, 0)
	return d
}

// message is a compressed message in frames of at most size bytes.
func (d *deflatingPeer) message(op byte, payload string, size int) (b []byte) {
	z := d.out.Compress(nil, []byte(payload), true)
	b0 := op | wire.RSV1
	for {
		n := min(size, len(z))
		if n == len(z) {
			b0 |= fin
		}
		b = append(b, d.frame(b0, string(z[:n]))...)
		if z = z[n:]; len(z) == 0 {
			return b
		}
		b0 = wire.OpContinuation
	}
}

// messages inflates what came.
func (d *deflatingPeer) messages() (ms []string) {
	d.b.t.Helper()
	m, packed := "", false
	for _, f := range d.frames() {
		op, payload, _ := strings.Cut(f, ":")
		switch {
		case op[0] == '8' || op[0] == '9' || op == "10":
			ms = append(ms, f)
			continue
		case op[0] != '0':
			packed = strings.HasSuffix(op, "z")
		}
		final := !strings.Contains(op, "+")
		if !packed {
			m += payload
		} else {
			for src := []byte(payload); ; {
				var dst [1000]byte
				n, taken, st, err := d.in.Inflate(dst[:], src, final)
				if err != nil {
					d.b.t.Fatal(err)
				}
				m += string(dst[:n])
				if src = src[taken:]; st != pmd.More {
					break
				}
			}
		}
		if final {
			ms = append(ms, m)
			m = ""
		}
	}
	return ms
}

// Echoes come back whole under all parameters, however the messages are cut.
func TestDeflateEcho(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 3000)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	say := []string{"Hello", "Hello", "", strings.Repeat("compressible ", 2000), string(noise), "Hello",
		strings.Repeat("compressible ", 20000), "x"}
	for i, params := range allParams() {
		for _, size := range []int{1 << 20, 100} {
			b, p := open(t, benchOptions{start: &params, deflate: &Deflate{}, fragments: i%2 == 0})
			b.rec.echoes()
			b.rec.quiet = true
			d := newDeflatingPeer(p, params)
			for _, m := range say {
				p.send(d.message(wire.OpBinary, m, size))
				b.run()
				if got := d.messages(); len(got) != 1 || got[0] != m {
					t.Fatalf("%+v: %.50q of %d bytes came back as %.50q", params, m, len(m), got)
				}
			}
		}
	}
}

// One write is one frame; what is short goes out as it is.
func TestDeflateFrames(t *testing.T) {
	b, p := open(t, benchOptions{start: &pmd.Params{}, deflate: &Deflate{Threshold: 20}})
	w := b.rec.last
	text := strings.Repeat("again and ", 30)
	within(w, func() {
		for _, f := range []struct {
			s  string
			wp engine.WriteProtocol
		}{
			{text, engine.WriteText},
			{"aaaaaaaaaaaaaaaaaaa", engine.WriteText}, // below the threshold
			{"one", engine.WriteText | engine.WriteNoFin}, {text, engine.WriteContinuation | engine.WriteNoFin},
			{"ping", engine.WritePing}, {"", engine.WriteContinuation},
			{"", engine.WriteBinary},
		} {
			if err := w.Write([]byte(f.s), f.wp); err != nil {
				t.Error(err)
			}
		}
	})
	b.run()
	got := p.frames()
	want := []string{"1z:", "1:aaaaaaaaaaaaaaaaaaa", "1+z:", "0+:", "9:ping", "0:", "2:"}
	if len(got) != len(want) {
		t.Fatalf("%q", got)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("frame %d is %q, want %q…", i, got[i], want[i])
		}
	}
	if len(got[0]) > 30 {
		t.Errorf("%d bytes became %d", len(text), len(got[0]))
	}
}

// However short a message is, it goes out compressed, as lws has it; an empty
// one does not.
func TestDeflateShort(t *testing.T) {
	b, p := open(t, benchOptions{start: &pmd.Params{}, deflate: &Deflate{}})
	b.rec.echoes()
	b.rec.quiet = true
	d := newDeflatingPeer(p, pmd.Params{})
	p.sendFrame(fin|wire.OpText, "Hi")
	b.run()
	if p.got[0] != fin|wire.RSV1|wire.OpText {
		t.Errorf("frame begins with %#x", p.got[0])
	}
	if ms := d.messages(); len(ms) != 1 || ms[0] != "Hi" {
		t.Errorf("echoed %q", ms)
	}
	p.sendFrame(fin|wire.OpText, "")
	b.run()
	p.want("1:")
}

// First, final and remaining are those of the inflated data.
func TestInflatedPieces(t *testing.T) {
	params := pmd.Params{}
	b, p := open(t, benchOptions{start: &params, deflate: &Deflate{}, pieceSize: 1000})
	d := newDeflatingPeer(p, params)
	p.send(d.message(wire.OpText, strings.Repeat("x", 2500), 1<<20))
	p.send(d.message(wire.OpText, "", 1<<20))
	p.send(d.message(wire.OpText, "ab", 1))
	b.run()
	var flags []string
	for _, l := range b.rec.lines {
		i := strings.LastIndexByte(l, '"')
		flags = append(flags, fmt.Sprint(i-len(`RECEIVE "`), l[i+1:]))
	}
	b.rec.lines = nil
	got := strings.Join(flags, ";")
	if !strings.HasPrefix(got, "1000 first left=1;1000 left=1;500 final left=0;0 first final left=0;") || !strings.HasSuffix(got, "final left=0") {
		t.Errorf("%s", got)
	}
}

func TestDeflateFlowControl(t *testing.T) {
	for _, together := range []bool{false, true} {
		params := pmd.Params{}
		b, p := open(t, benchOptions{start: &params, deflate: &Deflate{}, pieceSize: 100, fragments: together})
		d := newDeflatingPeer(p, params)
		var got bytes.Buffer
		n := 0
		b.rec.quiet = true
		b.rec.when(engine.ReasonReceive, func(w *engine.Wsi, in engine.In) int {
			if w.Held() != 0 {
				t.Error("called back while receiving is off")
			}
			got.Write(in.Bytes)
			if n++; n%7 == 0 || n%100 < 5 {
				w.Hold(engine.HoldUser)
				w.SetTimer(10)
			}
			return 0
		})
		b.rec.when(engine.ReasonTimer, func(w *engine.Wsi, in engine.In) int {
			w.Release(engine.HoldUser)
			return 0
		})
		var want strings.Builder
		for i := range 2000 {
			fmt.Fprintf(&want, "line %d\n", i)
		}
		s := d.message(wire.OpText, want.String()+strings.Repeat("z", 300_000), 1<<20)
		s = append(s, d.message(wire.OpText, "tail", 1<<20)...)
		s = append(s, p.frame(fin|wire.OpPing, "!")...)
		p.send(s)
		b.wait(1e6)
		if got.String() != want.String()+strings.Repeat("z", 300_000)+"tail" {
			t.Errorf("%d bytes came, not %d", got.Len(), want.Len()+300_004)
		}
		p.want("10:!")
	}
}

func TestDeflateBreaches(t *testing.T) {
	params := pmd.Params{}
	good := newDeflatingPeer(&peer{client: true}, params)
	bomb := good.message(wire.OpBinary, strings.Repeat("\x00", 1_000_001), 1<<20)
	fresh := newDeflatingPeer(&peer{client: true}, params)
	for _, tt := range []struct {
		name string
		send []byte
		code uint16
	}{
		{"RFC 7692 7.2.2: not deflate", fresh.frame(fin|wire.RSV1|wire.OpText, "\xff\xff\xff\xff"), 1007},
		{"bomb", bomb, 1009},
		{"text", fresh.message(wire.OpText, "abc\xff", 1<<20), 1007},
		{"RFC 7692 6.1: RSV1 on a continuation", append(fresh.frame(wire.OpText, "a"), fresh.frame(fin|wire.RSV1|wire.OpContinuation, "b")...), 1002},
		{"RFC 7692 6.1: RSV1 on a ping", fresh.frame(fin|wire.RSV1|wire.OpPing, "b"), 1002},
	} {
		b, p := open(t, benchOptions{start: &params, deflate: &Deflate{MaxMessage: 1_000_000},
			vhost: engine.VhostOptions{ValidateUTF8: true}})
		total := 0
		b.rec.when(engine.ReasonReceive, func(_ *engine.Wsi, in engine.In) int {
			total += len(in.Bytes)
			return 0
		})
		p.send(tt.send)
		b.run()
		if fs := p.frames(); len(fs) != 1 || !strings.HasPrefix(fs[0], "8:"+code(tt.code, "")) {
			t.Errorf("%s: the peer got %q", tt.name, fs)
		}
		b.wantLog(fmt.Sprintf("closing with %d", tt.code))
		if total > 1_000_000 {
			t.Errorf("%s: %d bytes were delivered", tt.name, total)
		}
		b.rec.lines = nil
	}
}

// A compressed message of any length goes through in bounded memory, both ways.
func TestDeflateStreams(t *testing.T) {
	params := pmd.Params{}
	b, p := open(t, benchOptions{start: &params, deflate: &Deflate{}})
	d := newDeflatingPeer(p, params)
	b.rec.quiet = true
	total := 0
	b.rec.when(engine.ReasonReceive, func(_ *engine.Wsi, in engine.In) int {
		if len(in.Bytes) > 4096 {
			t.Errorf("a piece of %d bytes", len(in.Bytes))
		}
		total += len(in.Bytes)
		return 0
	})
	const size = 1 << 20
	zeros := make([]byte, size)
	op := byte(wire.OpBinary | wire.RSV1)
	for i := range 64 {
		last := i == 63
		if last {
			op |= fin
		}
		p.send(p.frame(op, string(d.out.Compress(nil, zeros, last))))
		op = wire.OpContinuation
		b.run()
	}
	if total != 64*size {
		t.Errorf("%d bytes came, not %d", total, 64*size)
	}
}
