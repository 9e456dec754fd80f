package engine

import "github.com/golws/golws/core/loop"

// link is a Wsi as its driver sees it.
type link Wsi

func (l *link) Opened(err error) {
	w := (*Wsi)(l)
	t := w.t
	t.enter()
	if w.connect != nil {
		w.dialled(err)
	}
	t.leave()
}

func (l *link) Data(b []byte) {
	w := (*Wsi)(l)
	t := w.t
	t.enter()
	w.Input(b)
	t.leave()
}

func (l *link) Writable() {
	w := (*Wsi)(l)
	t := w.t
	t.enter()
	w.drain()
	t.leave()
}

func (l *link) Ended(err error) {
	w := (*Wsi)(l)
	t := w.t
	t.enter()
	w.InputEnded(err)
	t.leave()
}

// Input gives w bytes that arrived. Layered carriers call it too.
func (w *Wsi) Input(b []byte) {
	if w.state == stateDead || w.state == stateFlushing {
		return // lingering, or past caring
	}
	if w.flags&flagTaking != 0 {
		w.flags |= flagOwed
		w.held = append(w.held, b...)
		return
	}
	if len(w.held) > 0 {
		w.held = append(w.held, b...)
		return
	}
	w.flags |= flagTaking
	rest := w.feed(b)
	w.taken(append([]byte(nil), rest...))
}

// taken ends the taking of input, of which rest is left: it comes before what
// arrived meanwhile.
func (w *Wsi) taken(rest []byte) {
	w.flags &^= flagTaking
	if w.state == stateDead {
		w.held = nil
		return
	}
	if len(w.held) > 0 {
		rest = append(rest, w.held...)
	}
	w.held = rest
	if w.flags&flagOwed != 0 {
		w.flags &^= flagOwed
		if w.holds == 0 {
			w.Resume()
		}
	}
	w.endOwed()
}

// InputEnded tells w that nothing more will arrive. Layered carriers call it.
func (w *Wsi) InputEnded(err error) {
	if w.state == stateDead {
		if w.flags&flagLinger != 0 {
			w.endLinger()
		}
		return
	}
	w.flags |= flagEnded
	if w.flags&flagTaking != 0 || w.holds == 0 && len(w.held) > 0 || w.holds != 0 && err == nil {
		w.flags |= flagEndOwed // what arrived before it comes first
		if err != nil {
			if w.t.ends == nil {
				w.t.ends = map[*Wsi]error{}
			}
			w.t.ends[w] = err
		}
		return
	}
	w.inputEnded(err)
}

func (w *Wsi) inputEnded(err error) {
	if w.state == stateFlushing {
		if err != nil {
			w.CloseNow()
		}
		return
	}
	w.role.Ended(w, err)
}

// endOwed tells of an end that had to wait, when all that came before it is
// delivered.
func (w *Wsi) endOwed() {
	if w.flags&flagEndOwed == 0 || w.holds != 0 || len(w.held) > 0 || w.state == stateDead {
		return
	}
	w.flags &^= flagEndOwed
	err := w.t.ends[w]
	delete(w.t.ends, w)
	w.inputEnded(err)
}

// Redeliver has a copy of b given, soon, to the role that w has then, before
// anything that arrives later. A role that gives w to another one calls it for
// what it had taken, and answers that it is done with all it was given.
func (w *Wsi) Redeliver(b []byte) {
	w.held = append(w.held, b...)
	w.Resume()
}

// feed gives b to the role until it is taken or w is on hold, and answers the
// rest.
func (w *Wsi) feed(b []byte) []byte {
	for len(b) > 0 && (w.state == stateOpen || w.state == stateClosing) && w.holds == 0 {
		role := w.role
		n := role.Data(w, b)
		b = b[n:]
		if n == 0 && w.role == role {
			break
		}
	}
	if w.state != stateOpen && w.state != stateClosing {
		return nil
	}
	return b
}

// Hold adds a reason not to receive.
func (w *Wsi) Hold(h Hold) {
	was := w.holds
	w.holds |= h
	w.Shared.Held = 1
	if was == 0 && w.carrier != nil && w.state != stateDead {
		w.carrier.SetReading(false)
	}
	if was == 0 && w.watch != nil {
		w.watch.SetReading(false)
	}
}

// Release takes reasons not to receive away; with the last, what is held is
// delivered when the current batch of callbacks is done.
func (w *Wsi) Release(h Hold) {
	if w.holds&h == 0 {
		return
	}
	w.holds &^= h
	if w.holds == 0 {
		w.Shared.Held = 0
		w.Resume()
	}
}

// Held says which reasons not to receive there are.
func (w *Wsi) Held() Hold { return w.holds }

// Resume has held bytes delivered soon, and reading turned on again behind
// them.
func (w *Wsi) Resume() {
	if w.flags&flagResume == 0 && w.state != stateDead {
		w.flags |= flagResume
		w.t.resumes = append(w.t.resumes, w)
		if w.t.depth == 0 {
			w.t.settleLater()
		}
	}
}

func (w *Wsi) resume() {
	w.flags &^= flagResume
	if w.holds != 0 || w.state == stateDead {
		return
	}
	if w.state == stateFlushing { // nobody wants what is left
		w.held = nil
		w.endOwed()
		return
	}
	if w.flags&flagTaking != 0 {
		w.flags |= flagOwed
		return
	}
	w.flags |= flagTaking
	if r, ok := w.role.(Resumer); ok {
		r.Resumed(w)
	}
	var rest []byte
	if w.holds == 0 && len(w.held) > 0 {
		b := w.held
		w.held = nil
		rest = w.feed(b)
	}
	w.taken(rest)
	if w.holds == 0 && w.state != stateDead && w.flags&flagEnded == 0 {
		if w.carrier != nil {
			w.carrier.SetReading(true)
		}
		if w.watch != nil {
			w.watch.SetReading(true)
		}
	}
}

// Resumer is a Role that keeps decoded input of its own while on hold.
type Resumer interface {
	// Resumed delivers it; called before held bytes are.
	Resumed(w *Wsi)
}

const (
	timerTimeout = iota
	timerUser
	timerValidity
)

func (l *link) Expired(tm *loop.Timer) {
	w := (*Wsi)(l)
	t := w.t
	t.enter()
	switch tm.Kind {
	case timerTimeout:
		w.timedOut()
	case timerUser:
		if w.Alive() && w.Call(ReasonTimer, In{}) != 0 {
			w.Close()
		}
	case timerValidity:
		w.validityDue()
	}
	t.leave()
}
