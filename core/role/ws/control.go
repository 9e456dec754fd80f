package ws

import (
	"github.com/golws/golws/core/engine"
	wire "github.com/golws/golws/core/wire/ws"
)

// pong is the answer to a ping while the out queue is stuck.
type pong struct {
	n uint8
	b [wire.MaxControl]byte
}

// answerPing sends the pong behind what was sent before. While the peer does
// not take what is queued, only the latest ping is answered (section 5.5.3).
func (c *conn) answerPing(w *engine.Wsi, payload []byte) {
	if !w.PartialBuffered() {
		c.sendControl(w, wire.OpPong, payload)
		return
	}
	r := c.rarely()
	if r.pong == nil {
		r.pong = new(pong)
	}
	r.pong.n = uint8(copy(r.pong.b[:], payload))
}

func (c *conn) drained(w *engine.Wsi) {
	if c.rare == nil || c.rare.pong == nil {
		return
	}
	p := c.rare.pong
	c.rare.pong = nil
	if w.Open() {
		c.sendControl(w, wire.OpPong, p.b[:p.n])
	}
}

// sendControl sends a control frame, whose payload has at most MaxControl
// bytes, behind what callbacks have written.
func (c *conn) sendControl(w *engine.Wsi, opcode byte, payload []byte) {
	if w.Open() {
		w.Context().Options().Face.Collect(w.Thread())
	}
	c.send(w, wire.Fin|opcode, payload, c.key(0))
}
