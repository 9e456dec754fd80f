package ws

import (
	"github.com/golws/golws/core/engine"
	wire "github.com/golws/golws/core/wire/ws"
)

// standing is what may go on with a connection behind a callback.
type standing uint8

const (
	running standing = iota // pieces are delivered
	holding                 // not now: receiving is turned off
	ending                  // never again; the peer's close frame is looked for
	over                    // w is dead
)

func standingOf(w *engine.Wsi) standing {
	switch {
	case !w.Stopped():
		return running
	case !w.Alive():
		return over
	case !w.Open():
		return ending
	}
	return holding
}

// receive decodes b where it lies. It takes all of it unless w comes to be on
// hold or dies.
func (c *conn) receive(w *engine.Wsi, b []byte) int {
	if c.kept != nil {
		return 0
	}
	bt := c.th.borrow()
	n := c.decode(w, b, bt)
	c.th.giveBack(bt)
	return n
}

func (c *conn) decode(w *engine.Wsi, b []byte, bt *batch) int {
	most := w.PieceSize()
	for n := 0; ; {
		ev, k, err := c.dec.Next(b[n:], most)
		n += k
		st := running
		switch {
		case err != nil:
			st = c.deliver(w, bt)
			if st == holding {
				c.keep().err = err
			} else {
				c.breach(w, err)
			}
			return len(b)
		case ev.Kind == wire.NeedMore:
			c.deliver(w, bt)
			return n
		case ev.Kind == wire.Data:
			if !w.Open() {
				continue
			}
			if c.z != nil && ev.Rsv&wire.RSV1 != 0 {
				st = c.inflate(w, &ev, bt)
				break
			}
			bt.fs = append(bt.fs, engine.Fragment{
				Data: ev.Payload, Remaining: ev.Remaining, Opcode: ev.Opcode, Rsv: ev.Rsv,
				First: ev.First, Final: ev.Final,
			})
			if len(bt.fs) == maxBatch {
				st = c.deliver(w, bt)
			}
		default:
			switch st = c.deliver(w, bt); st {
			case holding:
				c.keep().control(ev.Opcode, ev.Payload)
			case running, ending:
				c.control(w, ev.Opcode, ev.Payload)
				st = standingOf(w)
			}
		}
		switch st {
		case holding:
			return n
		case over:
			return len(b)
		}
	}
}

// deliver gives the pieces of bt to the protocol and empties it. What a hold
// leaves undelivered is kept.
func (c *conn) deliver(w *engine.Wsi, bt *batch) standing {
	fs := bt.fs
	for len(fs) > 0 && w.Open() {
		n, ret := w.Deliver(c.receiveReason(), fs)
		fs = fs[n:]
		if ret != 0 {
			w.Close()
		}
		if standingOf(w) == holding {
			if len(fs) > 0 {
				c.keep().pieces(fs)
			}
			break
		}
	}
	bt.clear()
	return standingOf(w)
}

func (c *conn) receiveReason() engine.Reason {
	if c.client() {
		return engine.ReasonClientReceive
	}
	return engine.ReasonReceive
}

// control takes a whole control frame.
func (c *conn) control(w *engine.Wsi, opcode byte, payload []byte) {
	if opcode == wire.OpClose {
		c.peerCloses(w, payload)
		return
	}
	if !w.Open() {
		return // section 5.5.1: nothing follows our close frame
	}
	switch opcode {
	case wire.OpPing:
		c.answerPing(w, payload)
		return
	case wire.OpPong:
		w.ValidityConfirmed()
		r := engine.ReasonReceivePong
		if c.client() {
			r = engine.ReasonClientReceivePong
		}
		if w.Call(r, engine.In{Bytes: payload}) != 0 {
			w.Close()
		}
	default: // ConnectInfo.AllowUnknownOpcode
		f := [1]engine.Fragment{{Data: payload, Opcode: opcode, First: true, Final: true}}
		if _, ret := w.Deliver(c.receiveReason(), f[:]); ret != 0 {
			w.Close()
		}
	}
}
