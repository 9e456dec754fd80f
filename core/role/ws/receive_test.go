package ws

import (
	"fmt"
	"strings"
	"testing"

	"github.com/golws/golws/core/engine"
	wire "github.com/golws/golws/core/wire/ws"
)

func TestReceive(t *testing.T) {
	for _, together := range []bool{false, true} {
		b, p := open(t, benchOptions{fragments: together})
		p.sendFrame(wire.OpBinary, "one")
		p.sendFrame(fin|wire.OpPing, "ping")
		p.sendFrame(wire.OpContinuation, "two")
		p.sendFrame(fin|wire.OpContinuation, "three")
		p.sendFrame(fin|wire.OpPong, "pong")
		p.sendFrame(fin|wire.OpText, "")
		p.sendFrame(fin|wire.OpClose, code(1001, ""))
		b.run()
		b.want(all(one(
			`RECEIVE "one" first binary left=0`, `RECEIVE "two" binary left=0`, `RECEIVE "three" final binary left=0`,
			`RECEIVE_PONG "pong"`, `RECEIVE "" first final left=0`,
			`WS_PEER_INITIATED_CLOSE "\x03\xe9"`), closed)...)
		p.want("10:ping", "8:\x03\xe9")
		if !p.ended || p.broken != nil {
			t.Errorf("ended=%v err=%v, want an orderly end", p.ended, p.broken)
		}
	}
}

func TestPieces(t *testing.T) {
	b := newBench(t, benchOptions{vhost: engine.VhostOptions{ListenRole: "direct"}, pieceSize: 40})
	p := b.dial()
	b.rec.lines = nil
	p.sendFrame(fin|wire.OpText, strings.Repeat("x", 100))
	b.run()
	x := strings.Repeat("x", 40)
	b.want(fmt.Sprintf("RECEIVE %q first left=60", x), fmt.Sprintf("RECEIVE %q left=20", x),
		fmt.Sprintf("RECEIVE %q final left=0", x[:20]))
}

// What arrives together is delivered in one call.
func TestOneCrossing(t *testing.T) {
	b, p := open(t, benchOptions{fragments: true})
	before := b.rec.calls
	var all []byte
	for i := range 40 {
		all = append(all, p.frame(fin|wire.OpText, fmt.Sprint(i))...)
	}
	p.send(all)
	b.run()
	if n := b.rec.calls - before; n != 1 {
		t.Errorf("%d crossings for 40 messages", n)
	}
	if len(b.rec.lines) != 40 {
		t.Errorf("%d callbacks for 40 messages", len(b.rec.lines))
	}
}

// session is what a client says, with everything that has an order.
func session(p *peer) []byte {
	var s []byte
	add := func(b0 byte, payload string) { s = append(s, p.frame(b0, payload)...) }
	add(fin|wire.OpText, "first")
	add(wire.OpText, strings.Repeat("long ", 60))
	add(fin|wire.OpPing, "between")
	add(wire.OpContinuation, "")
	add(fin|wire.OpContinuation, strings.Repeat("end ", 300))
	add(fin|wire.OpPong, "")
	for i := range 150 {
		add(fin|wire.OpBinary, fmt.Sprint("message ", i))
	}
	add(fin|wire.OpPing, "last")
	add(fin|wire.OpClose, code(1000, "done"))
	return s
}

// messages joins pieces to messages, so that runs with different pieces can be
// compared.
func messages(lines []string) (out []string) {
	var at = -1
	for _, l := range lines {
		if !strings.HasPrefix(l, "RECEIVE \"") {
			out = append(out, l)
			continue
		}
		i := strings.LastIndexByte(l, '"')
		data, flags := l[len(`RECEIVE "`):i], l[i:]
		if strings.Contains(flags, "first") {
			out = append(out, "MESSAGE ")
			at = len(out) - 1
		}
		out[at] += data
		if strings.Contains(flags, "final") {
			out[at] += " end"
		}
	}
	return out
}

func TestChunkingDoesNotMatter(t *testing.T) {
	var want []string
	for _, size := range []int{1 << 20, 1, 2, 7, 100, 1000} {
		b, p := open(t, benchOptions{fragments: size%2 == 0, seed: uint64(size)})
		s := session(p)
		for len(s) > 0 {
			n := min(size, len(s))
			p.send(s[:n])
			s = s[n:]
			b.wait(10)
		}
		b.run()
		got := messages(b.rec.lines)
		if want == nil {
			want = got
			if len(want) < 150 {
				t.Fatalf("only %q", want)
			}
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("in chunks of %d: %q\nwant %q", size, got, want)
		}
		b.rec.lines = nil
		p.want("10:between", "10:last", "8:"+code(1000, "done"))
	}
}

// Receiving is turned off in the middle of a batch, after every possible
// callback: nothing is lost and the order stays.
func TestFlowControl(t *testing.T) {
	run := func(stopAt func(n int) bool, together bool, reopen func(b *bench, w *engine.Wsi)) []string {
		b, p := open(t, benchOptions{fragments: together})
		n := 0
		stop := func(w *engine.Wsi, _ engine.In) int {
			if w.Held() != 0 {
				t.Error("called back while receiving is off")
			}
			if n++; stopAt(n) {
				w.Hold(engine.HoldUser)
			}
			return 0
		}
		b.rec.when(engine.ReasonReceive, stop)
		b.rec.when(engine.ReasonReceivePong, stop)
		p.send(session(p))
		for range 400 {
			b.wait(1000)
			if w := b.rec.last; w.Alive() && w.Held() != 0 {
				reopen(b, w)
			}
		}
		p.want("10:between", "10:last", "8:"+code(1000, "done"))
		lines := b.rec.lines
		b.rec.lines = nil
		return messages(lines)
	}
	release := func(b *bench, w *engine.Wsi) {
		w.Thread().Enter()
		w.Release(engine.HoldUser)
		w.Thread().Leave()
	}
	want := run(func(int) bool { return false }, false, release)
	for _, together := range []bool{false, true} {
		for k := 1; k < 12; k++ {
			if got := run(func(n int) bool { return n == k }, together, release); strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("stopped at %d: %q", k, got)
			}
		}
		if got := run(func(int) bool { return true }, together, release); strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("stopped at each: %q", got)
		}
	}
}

// A callback that runs the loop does not let later bytes overtake.
func TestNestedService(t *testing.T) {
	b, p := open(t, benchOptions{fragments: true})
	sent := false
	b.rec.when(engine.ReasonReceive, func(w *engine.Wsi, in engine.In) int {
		if !sent {
			sent = true
			p.sendFrame(fin|wire.OpText, "later")
			for range 10 {
				if err := w.Thread().Service(1000); err != nil {
					t.Error(err)
				}
			}
		}
		return 0
	})
	p.send(append(p.frame(fin|wire.OpText, "a"), p.frame(fin|wire.OpText, "b")...))
	b.run()
	b.want(`RECEIVE "a" first final left=0`, `RECEIVE "b" first final left=0`, `RECEIVE "later" first final left=0`)
}

func TestHoldAndReleaseInOneCallback(t *testing.T) {
	b, p := open(t, benchOptions{})
	b.rec.when(engine.ReasonReceive, func(w *engine.Wsi, in engine.In) int {
		w.Hold(engine.HoldUser)
		w.Release(engine.HoldUser)
		return 0
	})
	p.send(append(p.frame(fin|wire.OpText, "a"), p.frame(fin|wire.OpText, "b")...))
	b.run()
	p.sendFrame(fin|wire.OpText, "c")
	b.run()
	b.want(`RECEIVE "a" first final left=0`, `RECEIVE "b" first final left=0`, `RECEIVE "c" first final left=0`)
}
