package h1

import "github.com/golws/golws/core/engine"

// wait sets the timeout for more of a request. A head has one limit from its
// first byte to its last; a body has one from piece to piece.
func (s *Server) wait(w *engine.Wsi, x *Exchange) {
	o := w.Vhost().Options()
	switch r := w.TimeoutReason(); {
	case x.phase == inHead:
		if r == engine.TimeoutNone || r == engine.TimeoutKeepAliveIdle {
			w.SetTimeout(engine.TimeoutHoldingHead, o.HeadTimeout)
		}
	case r == engine.TimeoutNone || r == engine.TimeoutHTTPContent:
		w.SetTimeout(engine.TimeoutHTTPContent, o.Timeout)
	}
}

// disarm takes away a timeout that this role has set, not one of the user's.
func (s *Server) disarm(w *engine.Wsi) {
	switch w.TimeoutReason() {
	case engine.TimeoutEstablish, engine.TimeoutHoldingHead, engine.TimeoutKeepAliveIdle, engine.TimeoutHTTPContent:
		w.SetTimeout(engine.TimeoutNone, 0)
	}
}

// watch sees to it that a peer which takes nothing of its answer is not waited
// for without end.
func (x *Exchange) watch(w *engine.Wsi) {
	if w.TimeoutReason() == engine.TimeoutNone {
		x.stuck = w.Queued()
		w.SetTimeout(engine.TimeoutHTTPContent, w.Vhost().Options().Timeout)
	}
}

// TimedOut answers 408 to a request that does not come to its end.
func (s *Server) TimedOut(w *engine.Wsi, r engine.Timeout) bool {
	x := Of(w)
	if x == nil {
		return r == engine.TimeoutKeepAliveIdle && stillTaking(w)
	}
	switch {
	case r == engine.TimeoutEstablish || r == engine.TimeoutHoldingHead:
		x.Refuse(w, 408, "the head of the request took too long")
		return true
	case r != engine.TimeoutHTTPContent:
		return false
	case w.Held()&engine.HoldUser != 0: // the user does not want it yet
		w.SetTimeout(r, w.Vhost().Options().Timeout)
		return true
	case x.phase == inBody && !x.file.active:
		x.Refuse(w, 408, "the body of the request took too long")
		return true
	case x.phase == inAnswer || x.file.active:
		q := w.Queued()
		if q > 0 && q == x.stuck {
			w.Logf(engine.LogInfo, "the peer takes nothing of its answer")
			return false
		}
		x.stuck = q
		w.SetTimeout(r, w.Vhost().Options().Timeout)
		return true
	}
	return false
}

// stillTaking says whether a peer that asks for nothing more is busy with the
// last answer, and if so sets the timeout anew: a program may write a large one
// at once, and the time to be idle in is not the time to read it in.
func stillTaking(w *engine.Wsi) bool {
	q := w.Queued()
	if q == 0 {
		return false
	}
	if before, _ := w.State.(asked); q == int(before) {
		w.Logf(engine.LogInfo, "the peer takes nothing of its answer")
		return false
	}
	w.State = asked(q)
	w.SetTimeout(engine.TimeoutKeepAliveIdle, w.Vhost().Options().Timeout)
	return true
}
