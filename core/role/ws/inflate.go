package ws

import (
	"bytes"
	"errors"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/wire/pmd"
	wire "github.com/golws/golws/core/wire/ws"
)

// deflating is permessage-deflate on one connection.
type deflating struct {
	in        pmd.Inflater
	out       pmd.Deflater
	text      wire.UTF8
	threshold int
	validate  bool // text that comes
	begun     bool // a piece of the message that comes was delivered
}

// inflate adds to bt what a compressed piece inflates to, and delivers where
// there is no more room. A hold on the way keeps the rest of the piece.
//
// Remaining of an inflated piece cannot be known before it is 0; until then it
// is that of the compressed frame, at least 1.
func (c *conn) inflate(w *engine.Wsi, ev *wire.Event, bt *batch) standing {
	z := c.z
	most := w.PieceSize()
	src := ev.Payload
	for {
		if bt.used+most > len(bt.buf) || len(bt.fs) == maxBatch {
			if st := c.deliver(w, bt); st != running {
				if st == holding {
					k := c.keep()
					k.rest = *ev
					k.rest.Payload = bytes.Clone(src)
				}
				return st
			}
			if len(bt.buf) < most {
				bt.buf = make([]byte, max(inflateSize, most))
			}
		}
		dst := bt.buf[bt.used : bt.used+most : bt.used+most]
		n, taken, status, err := z.in.Inflate(dst, src, ev.Final)
		if err == nil && z.validate && ev.Opcode == wire.OpText {
			err = z.check(dst[:n], status == pmd.Done)
		}
		if err != nil {
			if c.deliver(w, bt) == holding {
				c.keep().err = err
				return holding
			}
			c.breach(w, err)
			return standingOf(w)
		}
		src = src[taken:]
		if n > 0 || status == pmd.Done {
			f := engine.Fragment{
				Data: dst[:n:n], Opcode: ev.Opcode, Rsv: ev.Rsv &^ wire.RSV1,
				First: !z.begun, Final: status == pmd.Done,
			}
			if status == pmd.More || status == pmd.NeedInput && !ev.FrameEnd {
				f.Remaining = max(ev.Remaining, 1)
			}
			bt.fs = append(bt.fs, f)
			bt.used += n
			z.begun = !f.Final
		}
		if status != pmd.More {
			return running
		}
	}
}

var errText = &pmd.Error{Code: wire.CloseInvalidData, Reason: "text is not UTF-8"}

// check validates inflated text.
func (z *deflating) check(p []byte, final bool) error {
	ok := z.text.Write(p)
	if final {
		ok = ok && z.text.Done()
		z.text.Reset()
	}
	if !ok {
		return errText
	}
	return nil
}

// breachCode is the close code and reason for an error of the wires.
func breachCode(err error) (uint16, string) {
	var we *wire.Error
	var ze *pmd.Error
	switch {
	case errors.As(err, &we):
		return we.Code, we.Reason
	case errors.As(err, &ze):
		return ze.Code, ze.Reason
	}
	return wire.CloseInternal, err.Error()
}
