package h1

import (
	"github.com/golws/golws/core/engine"
	wire "github.com/golws/golws/core/wire/h1"
)

// Client is the role of HTTP/1 requests that we make. A connection carries one
// request and closes behind its answer. Redirects are answers like others.
type Client struct{ engine.BaseRole }

// ask is a client's side of an exchange.
type ask struct {
	method  string
	pending bool // the user is to send more of the request's body
	sent    bool // the request's head is out
	status  int
	headed  bool // the user was told of the answer
	reading bool // RECEIVE_CLIENT_HTTP is on the stack
	pulled  bool // the user called Read in it
	done    bool // COMPLETED_CLIENT_HTTP was called
	failed  bool // the answer is broken, or a callback of Read refused
	eof     bool
	now     []byte // received, to be read: the carrier's memory
	kept    []byte // or, where it is kept for later, our own
}

var clientReasons = engine.Reasons{
	Writeable: engine.ReasonClientHTTPWriteable,
	Bind:      engine.ReasonClientHTTPBindProtocol,
	Drop:      engine.ReasonClientHTTPDropProtocol,
	Made:      engine.ReasonServerNewClientInstantiated,
}

// Name is "h1".
func (*Client) Name() string { return "h1" }

// Reasons are the CLIENT_HTTP_ ones.
func (*Client) Reasons(*engine.Wsi) *engine.Reasons { return &clientReasons }

// Prepare checks what ci asks for.
func (*Client) Prepare(w *engine.Wsi, ci *engine.ConnectInfo) error {
	_, err := Request(w, ci, ci.Method)
	return err
}

// Opened sends the request's head.
func (c *Client) Opened(w *engine.Wsi) {
	x := Of(w)
	b := x.AppendRequest(x.room())
	b = append(b, "connection: close\r\n"...)
	if x.client.SSL&flagFormURLEncoded != 0 {
		b = append(b, "content-type: application/x-www-form-urlencoded\r\n"...)
	}
	b, err := x.AppendCustom(w, b)
	if !w.Open() {
		return
	}
	if err != nil {
		w.Fail(err.Error())
		return
	}
	w.SetTimeout(engine.TimeoutServerResponse, w.Vhost().Options().Timeout)
	x.ask.sent = true
	w.SendCopy(b)
	x.scratch = b[:0]
}

// BodyPending says whether the user is to send more of the request's body:
// lws_client_http_body_pending. It is sent from CLIENT_HTTP_WRITEABLE, in the
// framing that the user's headers announce.
func BodyPending(w *engine.Wsi, pending bool) {
	if x := Of(w); x != nil && w.Client() {
		x.ask.pending = pending
	}
}

// ResponseCode is the status of the answer, 0 before there is one.
func ResponseCode(w *engine.Wsi) int {
	if x := Of(w); x != nil && w.Client() {
		if x.ask.status == 0 {
			return x.Head().Status // the answer to a ws handshake, which its role reads
		}
		return x.ask.status
	}
	return 0
}

// Write sends p as it is: what the program writes is the request's body.
func (c *Client) Write(w *engine.Wsi, p []byte, _ engine.WriteProtocol) error {
	x := Of(w)
	if x == nil || !x.ask.sent {
		return ErrNoAnswer
	}
	if w.TimeoutReason() == engine.TimeoutServerResponse {
		w.SetTimeout(engine.TimeoutServerResponse, w.Vhost().Options().Timeout)
	}
	if len(p) >= engine.DirectSize {
		w.SendDirect(nil, p)
	} else {
		w.SendCopy(p)
	}
	return nil
}

// TimedOut waits on while the user sends a body or does not read.
func (c *Client) TimedOut(w *engine.Wsi, r engine.Timeout) bool {
	x := Of(w)
	if x == nil || r != engine.TimeoutServerResponse && r != engine.TimeoutHTTPContent {
		return false
	}
	q := w.Queued()
	moving := q > 0 && q != x.stuck || q == 0 && x.ask.pending
	x.stuck = q
	if moving || w.Held() != 0 {
		w.SetTimeout(r, w.Vhost().Options().Timeout)
		return true
	}
	return false
}

// Closed calls CLOSED_CLIENT_HTTP.
func (c *Client) Closed(w *engine.Wsi) { w.Call(engine.ReasonClosedClientHTTP, engine.In{}) }

// Data reads the answer.
func (c *Client) Data(w *engine.Wsi, b []byte) int {
	x := Of(w)
	if x == nil || x.ask.done {
		return len(b) // behind the answer: the connection closes
	}
	n := 0
	for !x.ask.headed {
		ev, k, err := x.Parser.Next(b[n:])
		n += k
		if err != nil {
			w.Fail("reading the response: " + err.(*wire.Error).Reason)
			return len(b)
		}
		switch ev.Kind {
		case wire.NeedMore:
			return n
		case wire.GotHead:
			if x.Head().Informational {
				continue
			}
			if !c.head(w, x) {
				return len(b)
			}
		default:
			w.Fail("reading the response: the server switches to a protocol that was not asked for")
			return len(b)
		}
	}
	x.ask.now = b[n:]
	c.offer(w, x)
	return len(b)
}

// head tells the user of the answer. False is the end of w, or of the exchange.
func (c *Client) head(w *engine.Wsi, x *Exchange) bool {
	x.ask.status = x.Head().Status
	if x.ask.status == 101 {
		w.Fail("reading the response: the server switches to a protocol that was not asked for")
		return false
	}
	w.SetTimeout(engine.TimeoutNone, 0)
	if w.Call(engine.ReasonClientFilterPreEstablish, engine.In{}) != 0 {
		w.Fail("HS: Rejected by filter cb")
		return false
	}
	if !w.Open() {
		return false
	}
	x.ask.headed = true
	if w.Call(engine.ReasonEstablishedClientHTTP, engine.In{}) != 0 {
		w.Fail("HS: disallowed at ESTABLISHED")
		return false
	}
	if !w.Open() {
		return false
	}
	w.SetEstablished()
	if x.Head().Framing == wire.FramingNone {
		// The End of an answer without a body.
		_, _, _ = x.Parser.Next(nil)
		c.complete(w, x)
		if w.Open() {
			w.Close()
		}
		return false
	}
	return true
}

// complete calls COMPLETED_CLIENT_HTTP, once. False is the user's refusal.
func (c *Client) complete(w *engine.Wsi, x *Exchange) bool {
	x.ask.done = true
	w.SetTimeout(engine.TimeoutNone, 0)
	return w.Call(engine.ReasonCompletedClientHTTP, engine.In{}) == 0
}

// pendingInput is what was received and not read.
func (x *Exchange) pendingInput() []byte {
	if len(x.ask.kept) > 0 {
		return x.ask.kept
	}
	return x.ask.now
}

// offer calls RECEIVE_CLIENT_HTTP as long as the user reads. What he leaves is
// kept, and nothing more is received until he has read it.
func (c *Client) offer(w *engine.Wsi, x *Exchange) {
	serial := x.serial
	for w.Open() && !x.ask.done && !x.ask.failed && w.Held()&engine.HoldUser == 0 {
		if len(x.pendingInput()) == 0 && !x.ask.eof {
			break
		}
		x.ask.pulled, x.ask.reading = false, true
		r := w.Call(engine.ReasonReceiveClientHTTP, engine.In{})
		if !x.same(w, serial) {
			return
		}
		x.ask.reading = false
		if r != 0 {
			w.Close()
			return
		}
		if x.ask.eof && len(x.pendingInput()) == 0 {
			if !x.ask.pulled && !x.ask.done && !x.ask.failed {
				c.finish(w, x)
			}
			break
		}
		if !x.ask.pulled {
			break
		}
	}
	if !w.Open() {
		return
	}
	if x.ask.done || x.ask.failed {
		w.Close()
		return
	}
	if rest := x.pendingInput(); len(rest) > 0 {
		if len(x.ask.kept) == 0 {
			x.ask.kept = append([]byte(nil), rest...)
		}
		x.ask.now = nil
		if w.Held()&engine.HoldUser == 0 {
			w.Hold(engine.HoldRole)
		}
		w.SetTimeout(engine.TimeoutNone, 0)
		return
	}
	x.ask.now, x.ask.kept = nil, nil
	w.Release(engine.HoldRole)
	if r := w.TimeoutReason(); r == engine.TimeoutNone || r == engine.TimeoutHTTPContent {
		w.SetTimeout(engine.TimeoutHTTPContent, w.Vhost().Options().Timeout)
	}
}

// Resumed offers what is kept.
func (c *Client) Resumed(w *engine.Wsi) {
	x := Of(w)
	if x == nil || !x.ask.headed {
		return
	}
	if len(x.ask.kept) > 0 || x.ask.eof {
		c.offer(w, x)
	}
}

// Read has RECEIVE_CLIENT_HTTP_READ called with the body, in pieces, as far as
// it lies in the next max received bytes (framing included), and
// COMPLETED_CLIENT_HTTP where it ends there: lws_http_client_read. 0 is
// success; -1 says that the connection is to be closed: the answer is broken
// or over, or one of the callbacks refused.
func Read(w *engine.Wsi, max int) int {
	x := Of(w)
	c, ok := w.Role().(*Client)
	if x == nil || !ok || !x.ask.headed || x.ask.done || x.ask.failed || !w.Open() {
		return -1
	}
	x.ask.pulled = true
	in := x.pendingInput()
	if len(in) == 0 {
		if x.ask.eof {
			c.finish(w, x)
			return -1
		}
		return 0
	}
	if max > 0 && max < len(in) {
		in = in[:max]
	}
	serial := x.serial
	for {
		ev, k, err := x.Parser.Next(in)
		in = in[k:]
		x.taken(k)
		if err != nil {
			x.ask.failed = true
			w.Logf(engine.LogNotice, "the body of the response: %s", err.(*wire.Error).Reason)
			return -1
		}
		switch ev.Kind {
		case wire.NeedMore:
			if !x.ask.reading {
				w.Release(engine.HoldRole) // there may be more to read
			}
			return 0
		case wire.Body:
			r := w.Call(engine.ReasonReceiveClientHTTPRead, engine.In{Bytes: ev.Data})
			if !x.same(w, serial) {
				return -1
			}
			if r != 0 {
				x.ask.failed = true
				return -1
			}
			if !w.Open() {
				return -1
			}
		case wire.End:
			refused := !c.complete(w, x)
			if !x.same(w, serial) || refused {
				return -1
			}
			if !x.ask.reading {
				w.Close()
			}
			return 0
		}
	}
}

// taken notes that k bytes were read.
func (x *Exchange) taken(k int) {
	if len(x.ask.kept) > 0 {
		x.ask.kept = x.ask.kept[k:]
		return
	}
	x.ask.now = x.ask.now[k:]
}

// finish deals with the end of the connection behind what was read: it is the
// end of an answer that has no other.
func (c *Client) finish(w *engine.Wsi, x *Exchange) {
	if ev, err := x.Parser.EOF(); err == nil && ev.Kind == wire.End {
		c.complete(w, x)
		return
	} else if err != nil {
		w.Logf(engine.LogNotice, "the response is cut off: %v", err)
	}
	x.ask.failed = true
}

// Ended is the server's end.
func (c *Client) Ended(w *engine.Wsi, err error) {
	x := Of(w)
	switch {
	case x == nil || x.ask.done:
		w.CloseNow()
	case !x.ask.headed:
		text := "reading the response: the server closed before it answered"
		if err != nil {
			text = "reading the response: " + err.Error()
		}
		w.Fail(text)
	case err != nil && len(x.ask.kept) == 0:
		w.Logf(engine.LogNotice, "the response is cut off: %v", err)
		w.CloseNow()
	default:
		x.ask.eof = true
		if len(x.ask.kept) == 0 {
			c.offer(w, x)
		}
	}
}
