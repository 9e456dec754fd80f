package h1

import (
	"github.com/golws/golws/core/engine"
)

// TransactionCompleted says that the answer is complete:
// lws_http_transaction_completed. 0 has the connection wait for the next
// request, bound to the vhost's first protocol; 1 has it closed, which the
// caller's callback does by returning nonzero. Where no answer is under way it
// is 0.
func TransactionCompleted(w *engine.Wsi) int {
	x := Of(w)
	if w.Client() || !w.Open() {
		return 1
	}
	if x == nil || x.phase == inHead || x.phase == draining || x.file.active {
		return 0
	}
	// A face may have gathered what was written.
	w.Context().Options().Face.Collect(w.Thread())
	if x.phase == over || !x.mayKeep(w) {
		x.phase = over
		x.watch(w)
		return 1
	}
	serial := x.serial
	w.Drop()
	if !w.Open() || !x.same(w, serial) {
		return 1
	}
	refused := w.Bind(w.Vhost().First()) != 0
	if !w.Open() || !x.same(w, serial) {
		return 1
	}
	if refused {
		x.phase = over
		return 1
	}
	if x.phase == inBody {
		x.phase = draining
		return 0
	}
	x.next(w)
	return 0
}

// mayKeep says whether another request can follow on the connection.
func (x *Exchange) mayKeep(w *engine.Wsi) bool {
	h, r := x.Head(), &x.resp
	switch {
	case !r.headDone:
		w.Logf(engine.LogWarn, "a request was completed without an answer")
		return false
	case !h.KeepAlive || r.closes || w.Ended():
		return false
	case h.Minor == 0 && !r.keeps: // an HTTP/1.0 peer takes silence for the end (RFC 9112 9.3)
		return false
	case r.bodyless(h.Method) || r.chunked:
		return true
	case r.length < 0:
		return false
	case r.sent != r.length:
		w.Logf(engine.LogWarn, "an answer of %d bytes announced %d", r.sent, r.length)
		return false
	}
	// A client that waits for 100 (Continue) may or may not send its body now.
	return x.phase != inBody || !h.Expect100
}

// next ends the exchange and has the connection wait for another one.
func (x *Exchange) next(w *engine.Wsi) {
	idle := w.Vhost().Options().KeepAliveIdle
	if x.mount != nil && x.mount.KeepAlive > 0 {
		idle = x.mount.KeepAlive
	}
	x.Release(w)
	w.SetTimeout(engine.TimeoutKeepAliveIdle, idle)
	w.Release(engine.HoldRole)
}
