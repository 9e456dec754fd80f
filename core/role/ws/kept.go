package ws

import (
	"bytes"

	"github.com/golws/golws/core/engine"
	wire "github.com/golws/golws/core/wire/ws"
)

// kept is what was decoded when receiving was turned off, in order. It is never
// more than what arrived in one batch, inflated data apart, of which a batch
// has inflateSize at most.
type kept struct {
	fs   []engine.Fragment // control opcodes stand for control frames
	rest wire.Event        // what is not inflated yet of a compressed piece, which follows fs
	err  error             // and this follows that
}

func (c *conn) keep() *kept {
	if c.kept == nil {
		c.kept = &kept{}
	}
	return c.kept
}

// pieces keeps a copy of fs, whose memory is lent.
func (k *kept) pieces(fs []engine.Fragment) {
	n := 0
	for i := range fs {
		n += len(fs[i].Data)
	}
	buf := make([]byte, 0, n)
	for _, f := range fs {
		at := len(buf)
		buf = append(buf, f.Data...)
		f.Data = buf[at:len(buf):len(buf)]
		k.fs = append(k.fs, f)
	}
}

func (k *kept) control(opcode byte, payload []byte) {
	k.fs = append(k.fs, engine.Fragment{Opcode: opcode, Data: bytes.Clone(payload)})
}

// Resumed delivers what was kept, in its order, as far as it gets.
func (*Role) Resumed(w *engine.Wsi) {
	c, ok := w.State.(*conn)
	if !ok || c.kept == nil {
		return
	}
	k := c.kept
	for len(k.fs) > 0 {
		if standingOf(w) == over {
			return
		}
		if wire.IsControl(k.fs[0].Opcode) {
			f := k.fs[0]
			k.fs = k.fs[1:]
			c.control(w, f.Opcode, f.Data)
		} else {
			n := 1
			for n < len(k.fs) && !wire.IsControl(k.fs[n].Opcode) {
				n++
			}
			if w.Open() {
				done, ret := w.Deliver(c.receiveReason(), k.fs[:n])
				n = done
				if ret != 0 {
					w.Close()
				}
			}
			k.fs = k.fs[n:]
		}
		if standingOf(w) == holding {
			return
		}
	}
	if standingOf(w) == over {
		return
	}
	c.kept = nil
	if k.rest.Kind == wire.Data && w.Open() {
		bt := c.th.borrow()
		st := c.inflate(w, &k.rest, bt)
		if st != holding && st != over {
			st = c.deliver(w, bt)
		}
		c.th.giveBack(bt)
		if st == over {
			return
		}
	}
	if k.err != nil {
		if c.kept != nil {
			c.kept.err = k.err
			return
		}
		c.breach(w, k.err)
	}
}
