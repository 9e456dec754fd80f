package engine

import "github.com/golws/golws/core/loop"

// How long a close waits, in microseconds.
const (
	FlushTimeout  loop.Micros = 5e6 // for the peer to take what is queued
	LingerTimeout loop.Micros = 2e6 // for the peer's own end, when ours is sent
)

// Close begins to close w as its role does it: the role's farewell, then what
// is queued goes out, then the end. CLOSED and its kin are called when it is
// over, which may be before Close returns.
func (w *Wsi) Close() {
	if w.state == stateDead || w.state == stateClosing || w.state == stateFlushing || w.flags&flagFake != 0 {
		return
	}
	if w.state == stateNew {
		w.CloseNow()
		return
	}
	w.t.ctx.opt.Face.Collect(w.t) // what was written while w was open
	w.state = stateClosing
	w.Shared.Closed = 1
	if w.role.Closing(w) {
		if w.state == stateClosing && w.holds != 0 {
			w.Release(HoldUser | HoldRole | HoldOut) // the answer must come through
		}
		return
	}
	w.CloseFlushed()
}

// CloseFlushed closes w when what is queued has gone out, with a limit.
func (w *Wsi) CloseFlushed() {
	if w.state == stateDead {
		return
	}
	w.state = stateFlushing
	w.Shared.Closed = 1
	w.t.Flush()
	if w.state != stateFlushing {
		return
	}
	if w.Shared.Pending == 0 {
		w.CloseNow()
		return
	}
	w.SetTimeout(TimeoutFlushBeforeClose, FlushTimeout)
}

// CloseNow ends w: the callbacks that say so, then the carrier. Queued bytes
// that the carrier does not take at once are lost.
func (w *Wsi) CloseNow() { w.end(false) }

// CloseLingering ends w for its user, but lets the carrier send what is queued
// and reads on until the peer ends too, so that a reset does not destroy what
// the peer has not read yet (RFC 9112 §9.6).
func (w *Wsi) CloseLingering() { w.end(true) }

func (w *Wsi) end(linger bool) {
	if w.state == stateDead || w.flags&flagFake != 0 {
		return
	}
	if w.state == stateOpen {
		w.t.ctx.opt.Face.Collect(w.t)
	}
	w.t.Flush()
	if w.state == stateDead {
		return
	}
	w.state = stateDead
	w.Shared.Closed = 1
	w.flags &^= flagWantWrite
	l := w.t.loop
	l.Disarm(&w.timeout)
	if w.timer != nil {
		l.Disarm(w.timer)
	}
	l.Disarm(&w.validity)
	for c := w.Child(); c != nil; c = w.Child() {
		c.CloseNow()
		c.leaveParent() // where it is being closed already, by who is on the stack
	}
	if w.connect != nil {
		w.connect.stop()
		w.connect = nil
	}
	if w.flags&flagClient != 0 && w.flags&flagEstablished == 0 {
		text := "closed before it was established"
		if w.closeText != nil {
			text = *w.closeText
		}
		w.Call(ReasonClientConnectionError, In{Bytes: []byte(text)})
		w.dropCall()
	} else {
		w.dropCall()
		w.role.Closed(w)
	}
	if p := w.Parent(); p != nil {
		w.leaveParent()
		p.Call(ReasonChildClosing, In{Value: w})
	}
	if w.flags&flagCreated != 0 {
		w.vhost.first().Handler.Callback(w, ReasonWSIDestroy, In{})
	}
	if w.protocol != nil {
		w.t.ctx.opt.Face.WsiDropped(w)
		w.protocol = nil
	}
	w.held = nil
	delete(w.t.ends, w)
	if fd, ok := w.File(); ok {
		w.watch.Close()
		w.watch = nil
		w.t.ctx.opt.Face.FileEnded(fd)
	}
	if linger && w.carrier != nil && w.flags&flagEnded == 0 {
		w.flags |= flagLinger
		if w.t.lingerers == nil {
			w.t.lingerers = map[*Wsi]struct{}{}
		}
		w.t.lingerers[w] = struct{}{}
		w.timeout.Owner = (*lingering)(w)
		l.Arm(&w.timeout, w.t.clock()+FlushTimeout)
		w.carrier.SetReading(true)
		if w.out.empty() {
			w.lingerDrained()
		}
	} else {
		w.dropCarrier()
	}
	w.t.loop.Defer(w.freed)
}

func (w *Wsi) dropCarrier() {
	w.out.clear()
	w.Shared.Pending, w.Shared.Blocked = 0, 0
	if w.carrier != nil {
		w.carrier.Close()
		w.carrier = nil
	}
}

// abandon gives up a wsi that nobody but the face was shown.
func (w *Wsi) abandon() {
	w.state = stateDead
	w.leaveParent()
	w.t.loop.Defer(w.freed)
}

// freed is the end of the turn in which w ended.
func (w *Wsi) freed() {
	if w.flags&flagListed != 0 {
		for i, o := range w.t.wanting {
			if o == w {
				w.t.wanting = append(w.t.wanting[:i], w.t.wanting[i+1:]...)
				break
			}
		}
	}
	left := *w.Shared // the face's memory goes; a lingerer still counts
	w.Shared = &left
	w.t.freeSlot(w)
	w.t.ctx.opt.Face.WsiFreed(w)
	w.State, w.HTTP, w.Face, w.watch = nil, nil, nil, nil
	w.t.checkFull()
	v := w.vhost
	v.wsis.Add(-1)
	v.maybeGone()
	w.t.ctx.maybeEmpty()
}

// Fail ends a client connection that did not come about: the text reaches the
// user with CLIENT_CONNECTION_ERROR. An established one is just closed.
func (w *Wsi) Fail(text string) {
	if w.state == stateDead {
		return
	}
	w.closeText = &text
	w.Logf(LogInfo, "%s", text)
	w.CloseNow()
}

// Ended says that nothing more will arrive.
func (w *Wsi) Ended() bool { return w.flags&flagEnded != 0 }

// lingering expires the wait for a peer's end.
type lingering Wsi

// Expired gives up.
func (l *lingering) Expired(*loop.Timer) { (*Wsi)(l).endLinger() }

func (w *Wsi) lingerDrained() {
	w.t.loop.Arm(&w.timeout, w.t.clock()+LingerTimeout)
	if w.carrier != nil && w.carrier.CloseWrite() != nil {
		w.endLinger()
	}
}

func (w *Wsi) endLinger() {
	if w.flags&flagLinger == 0 {
		return
	}
	w.flags &^= flagLinger
	w.t.loop.Disarm(&w.timeout)
	delete(w.t.lingerers, w)
	w.dropCarrier()
}
