package ws

import (
	"errors"
	"strings"
	"testing"

	"github.com/golws/golws/core/engine"
	wire "github.com/golws/golws/core/wire/ws"
)

const hello = `RECEIVE "hello" first final left=0`

// closing has the protocol close at its first RECEIVE.
func closing(b *bench, reason uint16, text string) {
	b.rec.when(engine.ReasonReceive, func(w *engine.Wsi, _ engine.In) int {
		if reason != 0 {
			SetCloseReason(w, reason, []byte(text))
		}
		return -1
	})
}

func TestReturnMinus1(t *testing.T) {
	for _, together := range []bool{false, true} {
		b, p := open(t, benchOptions{fragments: together})
		closing(b, 0, "")
		p.send(append(p.frame(fin|wire.OpText, "hello"), p.frame(fin|wire.OpText, "not wanted")...))
		b.run()
		b.want(all(one(hello), closed)...)
		p.want("8:")
		if !p.ended {
			t.Error("the peer sees no end of TCP")
		}
		p.c.Close()
		b.run()
	}
}

func TestCloseReason(t *testing.T) {
	b, p := open(t, benchOptions{})
	closing(b, 3001, "enough")
	p.sendFrame(fin|wire.OpText, "hello")
	b.run()
	b.want(hello)
	p.want("8:" + code(3001, "enough"))
	if p.ended {
		t.Error("TCP ended before the peer's answer")
	}
	w := b.rec.last
	if err := w.Write([]byte("late"), engine.WriteText); err != engine.ErrClosed {
		t.Errorf("a write behind the close frame: %v", err)
	}
	// Nothing of what is still on its way is delivered or answered.
	p.sendFrame(fin|wire.OpText, "late")
	p.sendFrame(fin|wire.OpPing, "late")
	p.sendFrame(fin|wire.OpClose, code(3001, "enough"))
	b.run()
	b.want(closed...)
	p.want()
	if !p.ended {
		t.Error("the server did not end TCP behind both close frames")
	}
}

func TestCloseNeverAnswered(t *testing.T) {
	b, p := open(t, benchOptions{})
	closing(b, 1000, "")
	p.sendFrame(fin|wire.OpText, "hello")
	b.run()
	b.want(hello)
	b.wait(CloseTimeout - 200_000)
	b.want()
	b.wait(300_000)
	b.want(closed...)
	b.wantLog("timed out waiting for the peer's close")
	p.want("8:" + code(1000, ""))
}

func TestCloseAnsweredByDrop(t *testing.T) {
	b, p := open(t, benchOptions{})
	closing(b, 1000, "")
	p.sendFrame(fin|wire.OpText, "hello")
	b.run()
	p.c.Close()
	b.run()
	b.want(all(one(hello), closed)...)
}

// Both sides' close frames pass each other: each is the other's answer.
func TestSimultaneousClose(t *testing.T) {
	b, p := open(t, benchOptions{})
	closing(b, 1000, "mine")
	p.send(append(p.frame(fin|wire.OpText, "hello"), p.frame(fin|wire.OpClose, code(1001, "yours"))...))
	b.run()
	b.want(all(one(hello), closed)...)
	p.want("8:" + code(1000, "mine"))
	if !p.ended {
		t.Error("TCP did not end")
	}
}

func TestPeerCloses(t *testing.T) {
	b, p := open(t, benchOptions{})
	var kept []byte
	b.rec.when(engine.ReasonClosed, func(w *engine.Wsi, _ engine.In) int {
		kept = ClosePayload(w)
		return 0
	})
	p.sendFrame(fin|wire.OpClose, code(1000, "bye"))
	b.run()
	b.want(all(one(`WS_PEER_INITIATED_CLOSE "\x03\xe8bye"`), closed)...)
	p.want("8:" + code(1000, "bye"))
	if string(kept) != code(1000, "bye") {
		t.Errorf("ClosePayload in CLOSED is %q", kept)
	}
}

func TestPeerClosesWithoutCode(t *testing.T) {
	b, p := open(t, benchOptions{})
	p.sendFrame(fin|wire.OpClose, "")
	b.run()
	b.want(all(one(`WS_PEER_INITIATED_CLOSE ""`), closed)...)
	p.want("8:")
}

func TestPeerCloseNotEchoed(t *testing.T) {
	b, p := open(t, benchOptions{})
	b.rec.when(engine.ReasonWSPeerInitiatedClose, func(*engine.Wsi, engine.In) int { return 1 })
	p.sendFrame(fin|wire.OpClose, code(1000, "bye"))
	b.run()
	b.want(all(one(`WS_PEER_INITIATED_CLOSE "\x03\xe8bye"`), closed)...)
	p.want()
	if !p.ended {
		t.Error("TCP did not end")
	}
}

// A reason set in WS_PEER_INITIATED_CLOSE is what the peer gets back.
func TestPeerCloseAnsweredWithReason(t *testing.T) {
	b, p := open(t, benchOptions{})
	b.rec.when(engine.ReasonWSPeerInitiatedClose, func(w *engine.Wsi, _ engine.In) int {
		SetCloseReason(w, 1008, []byte("no"))
		return 0
	})
	p.sendFrame(fin|wire.OpClose, code(1000, ""))
	b.run()
	p.want("8:" + code(1008, "no"))
	b.rec.lines = nil
}

func TestPeerDrops(t *testing.T) {
	b, p := open(t, benchOptions{})
	p.c.Close()
	b.run()
	b.want(closed...)
}

// What was written before a close is sent before the close frame, also to a
// peer that reads slowly.
func TestCloseBehindQueue(t *testing.T) {
	b, p := open(t, benchOptions{})
	p.c.SetReading(false)
	big := strings.Repeat("0123456789", 30_000)
	b.rec.when(engine.ReasonReceive, func(w *engine.Wsi, _ engine.In) int {
		if err := w.Write([]byte(big), engine.WriteText); err != nil {
			t.Error(err)
		}
		return -1
	})
	p.sendFrame(fin|wire.OpText, "hello")
	b.wait(1_000_000)
	b.want(all(one(hello), closed)...)
	p.c.SetReading(true)
	b.run()
	p.want("1:"+big, "8:")
	if !p.ended {
		t.Error("TCP did not end")
	}
}

func TestSetCloseReasonRefusals(t *testing.T) {
	b, p := open(t, benchOptions{})
	b.rec.when(engine.ReasonReceive, func(w *engine.Wsi, _ engine.In) int {
		if !SetCloseReason(w, 1006, []byte("x")) {
			t.Error("not a WebSocket?")
		}
		return -1
	})
	p.sendFrame(fin|wire.OpText, "hello")
	b.run()
	b.wantLog("close code 1006 must not be sent")
	p.want("8:")
	p.sendFrame(fin|wire.OpClose, "")
	b.run()

	p = b.dial()
	b.rec.when(engine.ReasonReceive, func(w *engine.Wsi, _ engine.In) int {
		SetCloseReason(w, 1000, []byte("caf\xe9"))
		return -1
	})
	p.sendFrame(fin|wire.OpText, "hello")
	b.run()
	b.wantLog("not UTF-8")
	p.want("8:" + code(1000, ""))
	p.sendFrame(fin|wire.OpClose, "")
	b.run()

	p = b.dial()
	b.rec.when(engine.ReasonReceive, func(w *engine.Wsi, _ engine.In) int {
		SetCloseReason(w, 1000, []byte(strings.Repeat("é", 80)))
		return -1
	})
	p.sendFrame(fin|wire.OpText, "hello")
	b.run()
	p.want("8:" + code(1000, strings.Repeat("é", 61)))
	p.sendFrame(fin|wire.OpClose, "")
	b.run()
}

func TestDestroySaysGoingAway(t *testing.T) {
	b, p := open(t, benchOptions{})
	b.ctx.Destroy()
	b.want(closed...)
	b.run()
	p.want("8:" + code(1001, ""))
}

func TestVhostDestroySaysGoingAway(t *testing.T) {
	b, p := open(t, benchOptions{})
	b.ctx.Vhosts()[0].Destroy(b.ctx.Thread(0))
	b.run()
	b.want(closed...)
	p.want("8:" + code(1001, ""))
}

func TestDestroyInCallback(t *testing.T) {
	for _, ret := range []int{0, -1} {
		b, p := open(t, benchOptions{})
		b.rec.when(engine.ReasonReceive, func(w *engine.Wsi, _ engine.In) int {
			w.Context().Destroy()
			return ret
		})
		p.sendFrame(fin|wire.OpText, "hello")
		if err := b.net.Run(b.net.Now() + 100_000); err != nil && !errors.Is(err, engine.ErrDestroyed) {
			t.Fatal(err)
		}
		b.want(all(one(hello), closed)...)
		b.run()
		p.want("8:" + code(1001, ""))
	}
}

// A close frame right behind data that had the connection ended is not told.
func TestCloseFrameBehindTheEnd(t *testing.T) {
	b, p := open(t, benchOptions{})
	b.rec.when(engine.ReasonReceive, func(w *engine.Wsi, _ engine.In) int {
		w.CloseNow()
		return 0
	})
	p.send(append(p.frame(fin|wire.OpText, "hello"), p.frame(fin|wire.OpClose, "")...))
	b.run()
	b.want(all(one(hello), closed)...)
}

// A close while receiving is off drops what was kept, and finds the peer's
// close frame in it.
func TestCloseOnHold(t *testing.T) {
	for _, behind := range [][]byte{nil, []byte("x")} {
		b, p := open(t, benchOptions{})
		b.rec.when(engine.ReasonReceive, func(w *engine.Wsi, _ engine.In) int {
			w.Hold(engine.HoldUser)
			return 0
		})
		s := append(p.frame(fin|wire.OpText, "hello"), p.frame(fin|wire.OpText, "kept")...)
		s = append(s, p.frame(fin|wire.OpPing, "kept")...)
		p.send(append(append(s, p.frame(fin|wire.OpClose, "")...), behind...))
		b.run()
		b.want(hello)
		w := b.rec.last
		within(w, func() {
			SetCloseReason(w, 1000, nil)
			w.Close()
		})
		b.run()
		b.want(closed...)
		p.want("8:" + code(1000, ""))
		if !p.ended {
			t.Error("TCP did not end")
		}
	}
}

// What is answered in WRITEABLE is answered before an end, also where the end
// came in the same segment as what is answered.
func TestAnsweredBeforeTheEnd(t *testing.T) {
	for _, tt := range []struct {
		end  func(p *peer) []byte
		want string
	}{
		{func(p *peer) []byte { return p.frame(fin|wire.OpClose, code(1000, "")) }, "8:" + code(1000, "")},
		{func(p *peer) []byte { return p.frame(fin|3, "") }, "8:" + code(1002, "unknown opcode")},
	} {
		for _, hold := range []bool{false, true} {
			b, p := open(t, benchOptions{})
			var say []string
			b.rec.when(engine.ReasonReceive, func(w *engine.Wsi, in engine.In) int {
				say = append(say, string(in.Bytes))
				w.CallbackOnWritable()
				return 0
			})
			b.rec.when(engine.ReasonServerWriteable, func(w *engine.Wsi, _ engine.In) int {
				if err := w.Write([]byte(say[0]), engine.WriteText); err != nil {
					t.Error(err)
				}
				if say = say[1:]; len(say) > 0 {
					w.CallbackOnWritable()
				}
				if hold {
					w.Hold(engine.HoldUser)
					w.SetTimer(1000)
				}
				return 0
			})
			b.rec.when(engine.ReasonTimer, func(w *engine.Wsi, _ engine.In) int {
				w.Release(engine.HoldUser)
				return 0
			})
			p.send(append(append(p.frame(fin|wire.OpText, "a"), p.frame(fin|wire.OpText, "b")...), tt.end(p)...))
			b.run()
			p.want("1:a", "1:b", tt.want)
			n := len(b.rec.lines)
			if n < 3 || strings.Join(b.rec.lines[n-3:], " ") != strings.Join(closed, " ") {
				t.Errorf("%q", b.rec.lines)
			}
		}
	}
}

// Every callback may end its own connection at once.
func TestCloseNowInCallbacks(t *testing.T) {
	for _, reason := range []engine.Reason{
		engine.ReasonReceive, engine.ReasonReceivePong, engine.ReasonWSPeerInitiatedClose,
		engine.ReasonEstablished, engine.ReasonServerWriteable,
	} {
		for _, together := range []bool{false, true} {
			b := newBench(t, benchOptions{fragments: together, vhost: engine.VhostOptions{ListenRole: "direct"}})
			b.rec.when(engine.ReasonEstablished, func(w *engine.Wsi, _ engine.In) int {
				w.CallbackOnWritable()
				return 0
			})
			b.rec.when(reason, func(w *engine.Wsi, _ engine.In) int {
				w.CloseNow()
				return 0
			})
			p := b.dial()
			p.send(session(p))
			b.run()
			n := len(b.rec.lines)
			if n < 3 || strings.Join(b.rec.lines[n-3:], " ") != strings.Join(closed, " ") {
				t.Errorf("%s: %q", reason, b.rec.lines)
			}
		}
	}
}

func TestCloseInEstablished(t *testing.T) {
	b := newBench(t, benchOptions{vhost: engine.VhostOptions{ListenRole: "direct"}})
	b.rec.when(engine.ReasonEstablished, func(*engine.Wsi, engine.In) int { return -1 })
	p := b.dial()
	b.want(all(established, closed)...)
	p.want("8:")
}

func TestTimeoutClosesWithoutFrame(t *testing.T) {
	b, p := open(t, benchOptions{})
	b.rec.last.SetTimeout(engine.TimeoutUserReasonBase, 1e6)
	b.wait(2e6)
	b.want(closed...)
	p.want()
}
