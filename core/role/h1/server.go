package h1

import (
	"fmt"

	"github.com/golws/golws/core/engine"
	wire "github.com/golws/golws/core/wire/h1"
)

// Server is the role of accepted HTTP/1 connections.
//
// Requests are dealt with strictly one after another: what arrives behind one
// waits until TransactionCompleted.
type Server struct{}

var serverReasons = engine.Reasons{
	Writeable: engine.ReasonHTTPWriteable,
	Bind:      engine.ReasonHTTPBindProtocol,
	Drop:      engine.ReasonHTTPDropProtocol,
	Made:      engine.ReasonNone,
}

// Name is "http".
func (*Server) Name() string { return "http" }

// Reasons are the HTTP_ ones.
func (*Server) Reasons(*engine.Wsi) *engine.Reasons { return &serverReasons }

// asked is Wsi.State once a connection has had a request: how many bytes of the
// last answer were to be sent when the idle timeout found some.
type asked int

// Accepted calls SERVER_NEW_CLIENT_INSTANTIATED and waits for a request.
func (*Server) Accepted(w *engine.Wsi) bool {
	if w.Call(engine.ReasonServerNewClientInstantiated, engine.In{}) != 0 {
		return false
	}
	if w.TimeoutReason() == engine.TimeoutNone {
		w.SetTimeout(engine.TimeoutEstablish, w.Vhost().Options().HeadTimeout)
	}
	return true
}

// Opened is never called: the role is not dialled.
func (*Server) Opened(*engine.Wsi) {}

// Probe has nothing to send: HTTP/1 knows no ping.
func (*Server) Probe(*engine.Wsi) {}

// Data reads requests.
func (s *Server) Data(w *engine.Wsi, b []byte) int {
	for n := 0; ; {
		x := Of(w)
		if x == nil {
			if n == len(b) || !s.mayBegin(w) {
				return n
			}
			x = begin(w, wire.Request)
		}
		if x.phase == inAnswer || x.phase == over {
			if n < len(b) {
				w.Hold(engine.HoldRole)
			}
			x.watch(w)
			return n
		}
		rest := b[n:]
		if w.State == nil && w.Vhost().Options().FallbackToRole {
			switch x.sniffFirst(rest) {
			case notHTTP:
				return n + s.fallBack(w, x, rest)
			case unclear:
				return len(b)
			}
			if w.State = asked(0); len(x.sniff) > 0 {
				// It is the beginning of a method: nothing can come of it yet.
				_, _, _ = x.Parser.Next(x.sniff)
			}
		}
		if x.phase == inBody {
			rest = rest[:min(len(rest), w.PieceSize())]
		}
		ev, k, err := x.Parser.Next(rest)
		n += k
		switch {
		case err != nil:
			s.bad(w, x, err.(*wire.Error))
			return n
		case ev.Kind == wire.NeedMore:
			if n == len(b) {
				s.wait(w, x)
				return n
			}
			continue
		case ev.Kind == wire.Closed || ev.Kind == wire.Tunnel:
			return len(b)
		}
		s.event(w, x, ev)
		if !w.Open() || w.Held() != 0 || w.Role() != engine.Role(s) {
			return n
		}
	}
}

// Resumed looks for what the parser knows and could not be told.
func (s *Server) Resumed(w *engine.Wsi) {
	if x := Of(w); x != nil && x.phase != inHead {
		s.Data(w, nil)
	}
}

// mayBegin says whether another request may be taken: not while the answers
// to the last ones wait, as they would pile up.
func (s *Server) mayBegin(w *engine.Wsi) bool {
	if !w.Choked() {
		return true
	}
	w.Thread().Flush()
	if !w.Open() {
		return false
	}
	if w.PartialBuffered() {
		w.Hold(engine.HoldOut)
		return false
	}
	return true
}

func (s *Server) event(w *engine.Wsi, x *Exchange, ev wire.Event) {
	switch ev.Kind {
	case wire.GotHead:
		s.head(w, x)
	case wire.Body:
		if x.phase == draining {
			if x.skipped += len(ev.Data); x.skipped > skipBytes {
				w.Logf(engine.LogInfo, "the rest of the body of a request that was answered is too long to be skipped")
				w.CloseLingering()
			}
			return
		}
		if x.file.active { // the answer is on its way without it
			return
		}
		if x.body += int64(len(ev.Data)); x.limit > 0 && x.body > x.limit {
			x.Refuse(w, 413, fmt.Sprintf("its body is longer than the vhost's limit of %d bytes", x.limit))
			return
		}
		s.call(w, x, engine.ReasonHTTPBody, engine.In{Bytes: ev.Data})
	case wire.End:
		if x.phase == draining {
			x.next(w)
			return
		}
		x.phase = inAnswer
		s.disarm(w)
		if x.file.active {
			x.watch(w)
			return
		}
		s.call(w, x, engine.ReasonHTTPBodyCompletion, engine.In{})
	}
}

// skipBytes is how much of a body is read past after the answer, so that the
// connection can be used again.
const skipBytes = 64 << 10

// call makes one callback of the exchange and closes where it asks to. It says
// whether w goes on with this exchange.
func (s *Server) call(w *engine.Wsi, x *Exchange, r engine.Reason, in engine.In) bool {
	serial := x.serial
	if w.Call(r, in) != 0 {
		w.Close()
		return false
	}
	return s.goesOn(w, x, serial)
}

func (s *Server) goesOn(w *engine.Wsi, x *Exchange, serial uint64) bool {
	if !w.Open() || !x.same(w, serial) {
		return false
	}
	if x.phase == over { // the program was told to close, and did not
		w.Close()
		return false
	}
	return true
}

// Writable sends more of a file, or calls HTTP_WRITEABLE.
func (s *Server) Writable(w *engine.Wsi) {
	x := Of(w)
	switch {
	case x == nil:
		w.CallWriteable()
	case x.file.active:
		s.pump(w, x)
	default:
		s.call(w, x, engine.ReasonHTTPWriteable, engine.In{})
	}
}

// Drained goes on with a file, and with requests that were kept back.
func (s *Server) Drained(w *engine.Wsi) {
	x := Of(w)
	if x != nil && x.file.active {
		s.pump(w, x)
	}
	if x == nil && w.TimeoutReason() == engine.TimeoutKeepAliveIdle { // it counts from here
		w.SetTimeout(engine.TimeoutKeepAliveIdle, w.Vhost().Options().KeepAliveIdle)
	}
	if w.Open() && !w.PartialBuffered() {
		w.Release(engine.HoldOut)
	}
}

// Ended is the peer's end. An answer of known length still goes out: the peer
// may only have closed its sending side.
func (s *Server) Ended(w *engine.Wsi, err error) {
	x := Of(w)
	switch {
	case err != nil:
		w.Logf(engine.LogInfo, "connection lost: %v", err)
		w.CloseNow()
	case x == nil || x.phase == draining:
		w.CloseNow()
	case x.phase == inHead || x.phase == inBody:
		if _, err := x.Parser.EOF(); err != nil {
			w.Logf(engine.LogInfo, "%v", err)
		}
		w.CloseNow()
	case x.file.active || x.resp.owes():
	default:
		w.Close()
	}
}

// Closing waits for nothing, but where the peer is still sending it is let
// finish, so that a reset does not take the answer from it.
func (s *Server) Closing(w *engine.Wsi) bool {
	x := Of(w)
	if x == nil || w.Ended() || !x.resp.begun {
		return false
	}
	if x.phase == inBody || x.phase == draining || w.Held()&engine.HoldRole != 0 {
		w.CloseLingering()
		return true
	}
	return false
}

// Closed calls CLOSED_HTTP.
func (s *Server) Closed(w *engine.Wsi) {
	x := Of(w)
	if x == nil || !x.muted {
		w.Call(engine.ReasonClosedHTTP, engine.In{})
	}
	if x != nil {
		x.Release(w)
	}
}
