package platform

import (
	"fmt"

	"github.com/golws/golws/core/engine"
	wire "github.com/golws/golws/core/wire/ws"
)

// HasMessage gives w a message, or a piece of one. b is lent until it returns.
func (r *Role) HasMessage(w *engine.Wsi, b []byte, first, final, binary bool) {
	c := of(w)
	if c == nil || !c.open || c.ended || !w.Open() {
		return
	}
	opcode := byte(wire.OpText)
	if binary {
		opcode = wire.OpBinary
	}
	w.ValidityConfirmed()
	most := w.PieceSize()
	for {
		n := min(len(b), most)
		f := engine.Fragment{
			Data: b[:n], Remaining: uint64(len(b) - n), Opcode: opcode,
			First: first, Final: final && n == len(b),
		}
		first = false
		b = b[n:]
		if len(c.in) > 0 || w.Stopped() {
			if !c.keep(w, f) {
				return
			}
		} else {
			c.deliver(w, f)
		}
		if len(b) == 0 || !w.Open() {
			return
		}
	}
}

// keep holds a copy of f until receiving is on again.
func (c *conn) keep(w *engine.Wsi, f engine.Fragment) bool {
	if c.inBytes += len(f.Data) + pieceCost; c.inBytes > maxKept {
		w.Logf(engine.LogWarn, "more than %d bytes arrived while receiving was off", maxKept)
		SetCloseReason(w, wire.CloseTooBig, nil)
		w.Close()
		return false
	}
	f.Data = append([]byte(nil), f.Data...)
	c.in = append(c.in, piece{f: f})
	return true
}

func (c *conn) deliver(w *engine.Wsi, f engine.Fragment) {
	fs := [1]engine.Fragment{f}
	if _, ret := w.Deliver(engine.ReasonClientReceive, fs[:]); ret != 0 {
		w.Close()
	}
}

// Resumed delivers what was kept.
func (r *Role) Resumed(w *engine.Wsi) {
	c := of(w)
	for c != nil && len(c.in) > 0 && !w.Stopped() {
		p := c.in[0]
		c.in[0] = piece{}
		c.in = c.in[1:]
		c.inBytes -= len(p.f.Data) + pieceCost
		if p.end != nil {
			c.over(w, p.end)
			return
		}
		c.deliver(w, p.f)
	}
	if c != nil && len(c.in) == 0 {
		c.in, c.inBytes = nil, 0
	}
}

// HasClosed tells that the platform's WebSocket has closed, or could not be
// opened.
func (r *Role) HasClosed(w *engine.Wsi, code uint16, reason []byte, clean bool) {
	c := of(w)
	if c == nil || c.ended {
		return
	}
	c.ended = true
	if !c.open {
		w.Fail(fmt.Sprintf("connecting: the platform's WebSocket closed with %d %s", code, reason))
		return
	}
	end := &bye{code: code, reason: append([]byte(nil), reason...), clean: clean}
	if w.Open() && (len(c.in) > 0 || w.Stopped()) {
		c.in = append(c.in, piece{end: end})
		return
	}
	c.over(w, end)
}

// over ends w behind everything that came before.
func (c *conn) over(w *engine.Wsi, end *bye) {
	c.clean = end.clean
	if end.code != 0 && wire.ValidCloseCode(end.code) {
		c.peer = wire.AppendClose(nil, end.code, string(end.reason))
	} else {
		c.peer = []byte{}
	}
	if w.Open() && end.clean {
		// What it returns decides whether the close is answered, which the
		// platform has done already.
		w.Call(engine.ReasonWSPeerInitiatedClose, engine.In{Bytes: append([]byte{}, c.peer...)})
	}
	if w.Alive() {
		w.CloseNow()
	}
}
