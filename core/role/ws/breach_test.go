package ws

import (
	"strings"
	"testing"

	"github.com/golws/golws/core/engine"
	wire "github.com/golws/golws/core/wire/ws"
)

// A breach of the protocol is answered with its close code, logged, and ends
// the connection; what came before it is delivered.
func TestBreaches(t *testing.T) {
	unmasked := func(p *peer) []byte {
		return wire.AppendFrame(nil, true, 0, wire.OpText, []byte("naked"), false, [4]byte{})
	}
	tests := []struct {
		name   string
		send   func(p *peer) []byte
		code   uint16
		before []string
	}{
		{"5.2 reserved opcode", func(p *peer) []byte { return p.frame(fin|3, "what") }, 1002, nil},
		{"5.2 reserved control opcode", func(p *peer) []byte { return p.frame(fin|0xB, "what") }, 1002, nil},
		{"5.1 not masked", unmasked, 1002, nil},
		{"5.2 reserved bit", func(p *peer) []byte { return p.frame(fin|wire.RSV1|wire.OpText, "x") }, 1002, nil},
		{"5.4 continuation of nothing", func(p *peer) []byte { return p.frame(fin|wire.OpContinuation, "x") }, 1002, nil},
		{"5.4 message within a message", func(p *peer) []byte {
			return append(p.frame(wire.OpText, "a"), p.frame(fin|wire.OpText, "b")...)
		}, 1002, one(`RECEIVE "a" first left=0`)},
		{"5.5 fragmented ping", func(p *peer) []byte { return p.frame(wire.OpPing, "a") }, 1002, nil},
		{"5.5 long ping", func(p *peer) []byte { return p.frame(fin|wire.OpPing, strings.Repeat("x", 126)) }, 1002, nil},
		{"7.4 close code", func(p *peer) []byte { return p.frame(fin|wire.OpClose, "\x03\xed") }, 1002, nil},
		{"5.5.1 close of one byte", func(p *peer) []byte { return p.frame(fin|wire.OpClose, "\x03") }, 1002, nil},
		{"5.5.1 close reason", func(p *peer) []byte { return p.frame(fin|wire.OpClose, "\x03\xe8\xff") }, 1007, nil},
		{"8.1 text", func(p *peer) []byte { return p.frame(fin|wire.OpText, "a\xffb") }, 1007, nil},
		{"8.1 text cut off", func(p *peer) []byte {
			return append(p.frame(wire.OpText, "a"), p.frame(fin|wire.OpContinuation, "\xc3")...)
		}, 1007, one(`RECEIVE "a" first left=0`)},
		{"limit", func(p *peer) []byte { return p.frame(fin|wire.OpText, strings.Repeat("x", 1001)) }, 1009, nil},
	}
	for _, tt := range tests {
		for _, together := range []bool{false, true} {
			b := newBench(t, benchOptions{fragments: together,
				vhost: engine.VhostOptions{ListenRole: "direct", ValidateUTF8: true}})
			b.role.MaxMessage = 1000
			var told []byte
			b.rec.when(engine.ReasonClosed, func(w *engine.Wsi, _ engine.In) int {
				told = ClosePayload(w)
				return 0
			})
			p := b.dial()
			b.rec.lines = nil
			p.send(p.frame(fin|wire.OpText, "hello"))
			p.send(tt.send(p))
			p.sendFrame(fin|wire.OpText, "behind")
			b.run()
			b.want(all(one(hello), tt.before, closed)...)
			fs := p.frames()
			if len(fs) != 1 || !strings.HasPrefix(fs[0], "8:"+code(tt.code, "")) || len(fs[0]) < 6 {
				t.Errorf("%s: the peer got %q", tt.name, fs)
				continue
			}
			b.wantLog("closing with " + map[uint16]string{1002: "1002", 1007: "1007", 1009: "1009"}[tt.code] + ": " + fs[0][4:])
			if string(told) != fs[0][2:] {
				t.Errorf("%s: CLOSED was told %q, the peer %q", tt.name, told, fs[0])
			}
			if !p.ended || p.broken != nil {
				t.Errorf("%s: ended=%v %v", tt.name, p.ended, p.broken)
			}
		}
	}
}

// A breach found while receiving is off is told in its turn.
func TestBreachOnHold(t *testing.T) {
	b, p := open(t, benchOptions{})
	b.rec.when(engine.ReasonReceive, func(w *engine.Wsi, _ engine.In) int {
		w.Hold(engine.HoldUser)
		w.SetTimer(1000)
		return 0
	})
	b.rec.when(engine.ReasonTimer, func(w *engine.Wsi, _ engine.In) int {
		w.Release(engine.HoldUser)
		return 0
	})
	p.send(append(append(p.frame(fin|wire.OpText, "hello"), p.frame(fin|wire.OpText, "two")...), p.frame(fin|3, "")...))
	b.run()
	b.want(all(one(hello, "TIMER", `RECEIVE "two" first final left=0`, "TIMER"), closed)...)
	if fs := p.frames(); len(fs) != 1 || !strings.HasPrefix(fs[0], "8:\x03\xea") {
		t.Errorf("the peer got %q", fs)
	}
}

// Text is not looked at where nobody asked for it.
func TestTextNotValidated(t *testing.T) {
	b, p := open(t, benchOptions{})
	p.sendFrame(fin|wire.OpText, "\xff")
	b.run()
	b.want(`RECEIVE "\xff" first final left=0`)
}

// While the answer to our close frame is awaited, a breach just ends it.
func TestBreachWhileClosing(t *testing.T) {
	b, p := open(t, benchOptions{})
	closing(b, 1000, "")
	p.sendFrame(fin|wire.OpText, "hello")
	b.run()
	p.sendFrame(fin|3, "")
	b.run()
	b.want(all(one(hello), closed)...)
	p.want("8:" + code(1000, ""))
}
