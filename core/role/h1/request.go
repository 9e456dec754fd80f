package h1

import (
	"fmt"

	"github.com/golws/golws/core/engine"
	wire "github.com/golws/golws/core/wire/h1"
)

// bad answers what the wire refuses.
func (s *Server) bad(w *engine.Wsi, x *Exchange, e *wire.Error) {
	if x.phase == draining {
		w.Logf(engine.LogNotice, "behind an answered request: %s", e.Reason)
		w.CloseLingering()
		return
	}
	x.Refuse(w, e.Status, e.Reason)
}

// head deals with a complete head: which vhost it is for, whether it upgrades
// or is refused, and who answers it.
func (s *Server) head(w *engine.Wsi, x *Exchange) {
	s.disarm(w)
	w.State = asked(0)
	h := x.Head()
	x.phase = inBody
	if h.Framing == wire.FramingNone {
		x.phase = inAnswer
		// The End of a message without a body.
		_, _, _ = x.Parser.Next(nil)
	}
	v := w.Vhost()
	if p := w.Port; p != nil {
		if len(p.Vhosts()) > 1 {
			if v = p.ForHost(string(h.Host())); v == nil {
				v = w.Vhost()
			}
		}
	}
	if s.refused(w, x, v) {
		return
	}
	if h.Upgrade && x.phase == inAnswer && s.upgrade(w, x, v) {
		return
	}
	x.Parser.Resume()
	if h.Form == wire.FormAuthority {
		x.Refuse(w, 501, "CONNECT is not for a server that is no proxy")
		return
	}
	// A program could not tell it from another: lws has no number for it.
	if methodOf(h.Method) < 0 {
		x.Refuse(w, 501, fmt.Sprintf("method %q is not known (RFC 9110 9.1)", h.Method))
		return
	}

	if w.Protocol() == nil && !w.Attach(w.Vhost().Default()) {
		w.CloseNow()
		return
	}
	if !s.call(w, x, engine.ReasonFilterHTTPConnection, engine.In{Bytes: x.path()}) {
		return
	}
	if v != w.Vhost() {
		w.SetVhost(v)
	}
	if h.Form == wire.FormAsterisk || h.Method == "OPTIONS" && string(h.Path) == "*" {
		s.options(w, x)
		return
	}
	s.route(w, x)
}

// options answers what the server as a whole can do (RFC 9110 section 9.3.7).
func (s *Server) options(w *engine.Wsi, x *Exchange) {
	b, err := AppendStatus(w, x.room(), 204)
	if err == nil {
		b, err = AppendHeaderByName(w, b, "allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
	}
	if err == nil {
		b, err = AppendFinalize(w, b)
	}
	s.answered(w, b, err)
}

// answered sends a whole answer of the library's own and ends the exchange.
func (s *Server) answered(w *engine.Wsi, b []byte, err error) {
	if err == nil {
		err = w.Write(b, engine.WriteHTTPHeaders)
	}
	if err != nil {
		w.Logf(engine.LogErr, "cannot answer: %v", err)
		w.CloseNow()
		return
	}
	s.complete(w)
}

// complete is TransactionCompleted for an answer of the library's own.
func (s *Server) complete(w *engine.Wsi) {
	if TransactionCompleted(w) != 0 {
		w.Close()
	}
}

// callHTTP has protocol p answer, which is bound anew for each request.
func (s *Server) callHTTP(w *engine.Wsi, x *Exchange, p *engine.Protocol, path []byte) {
	if !s.rebind(w, x, p) {
		return
	}
	s.ask(w, x, path)
}

// rebind begins p's session for this request.
func (s *Server) rebind(w *engine.Wsi, x *Exchange, p *engine.Protocol) bool {
	serial := x.serial
	if w.Bound() {
		w.Drop()
		if !s.goesOn(w, x, serial) {
			return false
		}
	}
	if w.Bind(p) != 0 {
		w.Close()
		return false
	}
	return s.goesOn(w, x, serial)
}

// ask calls HTTP on the bound protocol, and what follows from it.
func (s *Server) ask(w *engine.Wsi, x *Exchange, path []byte) {
	if !s.call(w, x, engine.ReasonHTTP, engine.In{Bytes: path}) {
		return
	}
	h := x.Head()
	switch {
	case x.phase == inBody && h.Expect100:
		w.Context().Options().Face.Collect(w.Thread())
		if !x.resp.begun && !x.resp.told100 && w.Open() {
			w.SendCopy(continue100)
		}
	case x.phase == inAnswer && !x.file.active && mayHaveBody(h):
		s.call(w, x, engine.ReasonHTTPBodyCompletion, engine.In{})
	}
}

var continue100 = []byte("HTTP/1.1 100 Continue\r\n\r\n")

// mayHaveBody says that a program waits for the end of a body, though it is
// empty.
func mayHaveBody(h *wire.Head) bool {
	switch h.Method {
	case "POST", "PUT", "PATCH":
		return true
	case "GET", "HEAD", "OPTIONS":
		return false
	}
	return h.ContentLength >= 0
}
