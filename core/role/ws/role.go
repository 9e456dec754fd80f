package ws

import (
	"github.com/golws/golws/core/engine"
	wire "github.com/golws/golws/core/wire/ws"
)

// Role is the WebSocket role. One of it serves all connections of a context.
type Role struct {
	engine.BaseRole

	// MaxMessage limits the payload of one message, over all its frames; a
	// longer one is answered with 1009. 0 is no limit: messages are delivered
	// in pieces, so their length costs no memory here. Compressed messages have
	// Deflate.MaxMessage.
	MaxMessage uint64

	threads threads
}

// conn is an established connection, or one whose user refuses it at last.
type conn struct {
	dec   wire.Decoder
	th    *scratch
	z     *deflating // nil without permessage-deflate
	kept  *kept      // decoded and not yet delivered
	rare  *rare      // nil until something of it is needed
	flags connFlag
}

type connFlag uint8

const (
	fServer     connFlag = 1 << iota
	fFragmented          // a message was begun with NO_FIN
	fSentClose
	fGotClose
	fNoEcho // the peer's close frame is not to be answered
)

func (r *Role) newConn(w *engine.Wsi, server bool, o wire.Options) *conn {
	c := &conn{th: r.threads.of(w.Thread())}
	if server {
		c.flags = fServer
	}
	o.MaxMessage = r.MaxMessage
	o.ValidateUTF8 = w.Vhost().Options().ValidateUTF8
	c.dec.Init(server, o)
	return c
}

func (c *conn) has(f connFlag) bool { return c.flags&f != 0 }

func (c *conn) client() bool { return c.flags&fServer == 0 }

// of is the connection behind w, nil while it is not a WebSocket.
func of(w *engine.Wsi) *conn {
	c, _ := w.State.(*conn)
	return c
}

var (
	serverReasons = engine.Reasons{
		Writeable: engine.ReasonServerWriteable,
		Bind:      engine.ReasonWSServerBindProtocol,
		Drop:      engine.ReasonWSServerDropProtocol,
		Made:      engine.ReasonNone,
	}
	clientReasons = engine.Reasons{
		Writeable: engine.ReasonClientWriteable,
		Bind:      engine.ReasonWSClientBindProtocol,
		Drop:      engine.ReasonWSClientDropProtocol,
		Made:      engine.ReasonNone,
	}
	dialReasons = engine.Reasons{
		Writeable: engine.ReasonNone,
		Bind:      engine.ReasonClientHTTPBindProtocol,
		Drop:      engine.ReasonClientHTTPDropProtocol,
		Made:      engine.ReasonServerNewClientInstantiated,
	}
)

// Name is "ws".
func (*Role) Name() string { return "ws" }

// Reasons are those of the side that w is, and of its age.
func (*Role) Reasons(w *engine.Wsi) *engine.Reasons {
	c, ok := w.State.(*conn)
	switch {
	case !ok:
		return &dialReasons
	case c.client():
		return &clientReasons
	}
	return &serverReasons
}

// Data takes what arrived.
func (r *Role) Data(w *engine.Wsi, b []byte) int {
	switch s := w.State.(type) {
	case *conn:
		return s.receive(w, b)
	case *dialing:
		return r.answer(w, s, b)
	}
	return len(b)
}

// Drained sends the pong that waited.
func (*Role) Drained(w *engine.Wsi) {
	if c := of(w); c != nil {
		c.drained(w)
	}
}

// Probe sends an empty ping.
func (*Role) Probe(w *engine.Wsi) {
	if c := of(w); c != nil && w.Open() {
		c.sendControl(w, wire.OpPing, nil)
	}
}

// SendingMultifragment says that a message was begun with NO_FIN and not
// ended: lws_ws_sending_multifragment.
func SendingMultifragment(w *engine.Wsi) bool {
	c := of(w)
	return c != nil && c.has(fFragmented)
}
