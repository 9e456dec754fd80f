package ws

import (
	"unicode/utf8"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop"
	wire "github.com/golws/golws/core/wire/ws"
)

// How long a close waits, in microseconds.
const (
	// CloseTimeout is for the peer's close frame, behind ours.
	CloseTimeout loop.Micros = 5e6
	// EndTimeout is for the server to end TCP, behind both close frames: it
	// does so first, so that it is not the client whose port stays in use
	// (section 7.1.1).
	EndTimeout loop.Micros = 1e6
)

// rare is what most connections need at their end, if ever: an idle one does
// without.
type rare struct {
	own  []byte // the payload of our close frame, nil where no reason was set
	peer []byte // the payload of the peer's, nil where none has come
	pong *pong  // waits for the out queue
}

func (c *conn) rarely() *rare {
	if c.rare == nil {
		c.rare = &rare{}
	}
	return c.rare
}

// SetCloseReason says what the close frame will hold when w is closed, and that
// the peer's answer is to be awaited then: lws_close_reason. The reason has to
// be UTF-8 and is cut to 123 bytes. Code 0 is none; a code that must not be
// sent (section 7.4) is none too, and is logged. It answers whether w is a
// WebSocket.
func SetCloseReason(w *engine.Wsi, code uint16, reason []byte) bool {
	c := of(w)
	if c == nil {
		return false
	}
	switch {
	case code != 0 && !wire.ValidCloseCode(code):
		w.Logf(engine.LogWarn, "close code %d must not be sent: the close frame will have none", code)
		code = 0
	case !utf8.Valid(reason):
		w.Logf(engine.LogWarn, "a close reason that is not UTF-8 is left out")
		reason = nil
	}
	if code == 0 {
		c.rarely().own = []byte{}
		return true
	}
	c.rarely().own = wire.AppendClose(make([]byte, 0, 2+len(reason)), code, string(reason))
	return true
}

// Kill ends w at once, for its user. A reason that SetCloseReason has set is
// still told to the peer; its answer is not awaited.
func Kill(w *engine.Wsi) {
	c := of(w)
	if c == nil || !w.Open() || c.rare == nil || c.rare.own == nil || c.has(fSentClose) {
		w.CloseNow()
		return
	}
	c.sendClose(w, c.rare.own)
	w.CloseLingering()
}

// ClosePayload is what the peer's close frame held, code and reason, or, where
// none has come, what ours holds or will hold: what SetCloseReason was told, or
// what the peer did wrong. It is w's.
func ClosePayload(w *engine.Wsi) []byte {
	c := of(w)
	switch {
	case c == nil || c.rare == nil:
		return nil
	case c.rare.peer != nil:
		return c.rare.peer
	}
	return c.rare.own
}

// PeerClosed says whether the peer's close frame has come.
func PeerClosed(w *engine.Wsi) bool {
	c := of(w)
	return c != nil && c.rare != nil && c.rare.peer != nil
}

// Closing says farewell as the package comment has it.
func (*Role) Closing(w *engine.Wsi) bool {
	c := of(w)
	if c == nil {
		return false
	}
	if w.Client() {
		w.SetEstablished() // closed in the very callback that tells so
	}
	said := c.rare
	switch {
	case c.has(fNoEcho):
		w.CloseLingering()
	case c.has(fGotClose):
		payload := said.own
		if payload == nil {
			payload = said.peer
		}
		c.sendClose(w, payload)
		c.bothClosed(w)
	case said != nil && said.own != nil:
		c.sendClose(w, said.own)
		w.SetTimeout(engine.TimeoutCloseAck, CloseTimeout)
	default:
		var payload []byte
		if w.Context().Destroying() || w.Vhost().Closing() {
			payload = wire.AppendClose(nil, wire.CloseGoingAway, "")
		}
		c.sendClose(w, payload)
		w.CloseLingering()
	}
	return true
}

func (c *conn) sendClose(w *engine.Wsi, payload []byte) {
	c.flags |= fSentClose
	if c.rare != nil {
		c.rare.pong = nil
	}
	c.sendControl(w, wire.OpClose, payload)
}

// answerFirst lets the user send what it wants to say to what came before an
// end: whether that came in the same segment must not matter.
func (c *conn) answerFirst(w *engine.Wsi) standing {
	for range maxBatch {
		if !w.AnswerWant() {
			break
		}
	}
	return standingOf(w)
}

// peerCloses takes the peer's close frame: its answer, or its wish.
func (c *conn) peerCloses(w *engine.Wsi, payload []byte) {
	payload = append([]byte{}, payload...)
	switch c.answerFirst(w) {
	case over:
		return
	case holding:
		c.keep().control(wire.OpClose, payload)
		return
	}
	c.rarely().peer = payload
	if c.has(fSentClose) {
		c.bothClosed(w)
		return
	}
	c.flags |= fGotClose
	if w.Call(engine.ReasonWSPeerInitiatedClose, engine.In{Bytes: append([]byte{}, payload...)}) != 0 {
		c.flags |= fNoEcho
	}
	w.Close()
}

// bothClosed ends w behind both close frames.
func (c *conn) bothClosed(w *engine.Wsi) {
	if !c.client() || w.Ended() {
		w.CloseLingering()
		return
	}
	w.SetTimeout(engine.TimeoutCloseAck, EndTimeout)
}

// breach ends w because the peer broke the protocol or passed a limit (section
// 7.1.7).
func (c *conn) breach(w *engine.Wsi, err error) {
	switch c.answerFirst(w) {
	case over:
		return
	case holding:
		c.keep().err = err
		return
	}
	code, reason := breachCode(err)
	w.Logf(engine.LogNotice, "closing with %d: %s", code, reason)
	if !c.has(fSentClose) {
		own := wire.AppendClose(nil, code, reason)
		c.rarely().own = own
		c.sendClose(w, own)
	}
	w.CloseLingering()
}

// Ended closes: there was no close frame, or both have passed.
func (r *Role) Ended(w *engine.Wsi, err error) {
	c := of(w)
	if c == nil {
		r.endedDialing(w, err)
		return
	}
	switch {
	case c.has(fSentClose):
		w.CloseNow()
	case err != nil:
		w.Logf(engine.LogInfo, "connection lost: %v", err)
		w.CloseNow()
	default:
		w.Logf(engine.LogInfo, "the peer ended the connection without a close frame")
		w.CloseFlushed()
	}
}

// Closed calls CLOSED or CLIENT_CLOSED.
func (*Role) Closed(w *engine.Wsi) {
	c, ok := w.State.(*conn)
	if !ok {
		return
	}
	r := engine.ReasonClosed
	if c.client() {
		r = engine.ReasonClientClosed
	}
	w.Call(r, engine.In{})
	if c.z != nil {
		c.z.release()
	}
}
