package engine

import (
	"errors"
	"sync/atomic"

	"github.com/golws/golws/core/loop"
)

// Thread is one service thread: a loop, the wsi that live on it, and what
// their callbacks left to be done.
//
// Whoever runs on it has taken it (state), so that Destroy from elsewhere knows
// which threads it can end itself and which end when they are left.
type Thread struct {
	ctx   *Context
	index int
	loop  *loop.Loop

	state   atomic.Int32
	serving bool   // in Service
	taken   bool   // by enter, outside Service
	depth   int    // link calls on the stack
	wanting []*Wsi // asked for WRITEABLE
	spare   []*Wsi // the memory of the last such list
	resumes []*Wsi // their holds are gone
	later   bool   // a settle at the end of the turn is arranged

	tx   txBatch
	frag Fragment // being delivered

	slots []slotEntry
	free  []uint32
	gen   uint32
	all   *Wsi // every wsi that is not freed
	count int

	lingerers map[*Wsi]struct{} // dead, their carriers drain
	ends      map[*Wsi]error    // why, where flagEndOwed stands for a broken carrier

	cancelled atomic.Bool // lws_cancel_service was called
	hosted    atomic.Bool // in Hosted
	greeted   bool        // GET_THREAD_ID was called
	full      bool        // has Options.Connections wsi: nothing listens

	settleFn, cancelFn func()
}

type slotEntry struct {
	w   *Wsi
	gen uint32
}

func newThread(c *Context, index int, d loop.Driver) *Thread {
	t := &Thread{ctx: c, index: index, loop: loop.New(d)}
	t.tx.init(c.opt.TxBatch)
	t.settleFn = func() { t.later = false; t.settle() }
	t.cancelFn = t.waitCancelled
	return t
}

// Context is the thread's context.
func (t *Thread) Context() *Context { return t.ctx }

// Index is the thread's number, lws's tsi.
func (t *Thread) Index() int { return t.index }

// Loop is the thread's loop.
func (t *Thread) Loop() *loop.Loop { return t.loop }

// Now is the time of the current turn.
func (t *Thread) Now() loop.Micros { return t.loop.Now() }

// What Thread.state says.
const (
	threadIdle int32 = iota
	threadTaken
	threadTorn // its teardown has begun
)

// ErrServed is answered by Service where another goroutine runs on the thread.
var ErrServed = errors.New("the service thread is being served already")

// Service runs one turn of the loop, waiting at most limit. Callbacks may call
// it too.
func (t *Thread) Service(limit loop.Micros) error {
	if t.ctx.destroying.Load() {
		t.tearIdle()
		return ErrDestroyed
	}
	nested := !t.state.CompareAndSwap(threadIdle, threadTaken)
	switch {
	case nested && t.state.Load() == threadTorn:
		return ErrDestroyed
	case nested && !t.serving && t.depth == 0:
		return ErrServed
	}
	serving, depth, taken := t.serving, t.depth, t.taken
	t.serving, t.depth, t.taken = true, 0, false
	if !t.greeted {
		t.greeted = true
		t.ctx.callFirst(t, ReasonGetThreadID, In{})
	}
	t.flushOutside() // what was written since the last turn
	err := t.loop.Turn(limit)
	t.settle()
	t.serving, t.depth, t.taken = serving, depth, taken
	if !nested {
		t.giveUp()
	}
	if t.ctx.destroying.Load() {
		return ErrDestroyed
	}
	return err
}

// giveUp is the end of having taken the thread.
func (t *Thread) giveUp() {
	t.state.Store(threadIdle)
	if t.ctx.destroying.Load() {
		t.tearIdle()
	}
}

// tearIdle ends the thread where nobody runs on it, and says whether it did.
func (t *Thread) tearIdle() bool {
	if !t.state.CompareAndSwap(threadIdle, threadTorn) {
		return false
	}
	t.teardown()
	return true
}

// Enter and Leave bracket code that calls into the thread's wsi from outside
// the loop; leaving settles.
func (t *Thread) Enter() { t.enter() }

// Leave ends what Enter began. Where a callback destroyed the context, that is
// done when the outermost Leave returns.
func (t *Thread) Leave() { t.leave() }

func (t *Thread) enter() {
	if t.depth++; t.depth == 1 && !t.serving && t.state.CompareAndSwap(threadIdle, threadTaken) {
		t.taken = true
		t.loop.Begin()
	}
}

func (t *Thread) leave() {
	if t.depth > 1 {
		t.depth--
		return
	}
	t.depth = 0
	if t.serving {
		t.settleLater() // once for all that the turn delivers: sends come in bursts, and wake their readers less
	} else {
		t.flushOutside()
	}
	t.left()
}

// leaveLater is leave for calls that promise not to call back: settling is put
// off.
func (t *Thread) leaveLater() {
	if t.depth > 1 {
		t.depth--
		return
	}
	t.depth = 0
	t.settleLater()
	t.left()
}

func (t *Thread) left() {
	if t.taken {
		t.taken = false
		t.loop.End()
		t.giveUp()
	}
}

// settle answers what callbacks asked for and flushes what they wrote. Each
// wsi gets at most one WRITEABLE here; who asks again waits for the next turn,
// so that nobody starves the rest.
func (t *Thread) settle() {
	face := t.ctx.opt.Face
	t.depth++ // what the callbacks do settles here, not within them
	face.Collect(t)
	for len(t.resumes) > 0 {
		rs := t.resumes
		t.resumes = nil
		for _, w := range rs {
			w.resume()
		}
		face.Collect(t)
	}
	if len(t.wanting) > 0 {
		ws := t.wanting
		t.wanting, t.spare = t.spare[:0], nil
		for i, w := range ws {
			ws[i] = nil
			w.flags &^= flagListed
			w.answerWant()
		}
		t.spare = ws
		face.Collect(t)
	}
	t.Flush()
	t.depth--
	if len(t.wanting) > 0 || len(t.resumes) > 0 {
		t.settleLater()
	}
}

// flushOutside sends what was written and leaves the callbacks to the next turn.
func (t *Thread) flushOutside() {
	t.ctx.opt.Face.Collect(t)
	t.Flush()
	if len(t.wanting) > 0 || len(t.resumes) > 0 {
		t.settleLater()
	}
}

func (t *Thread) settleLater() {
	if !t.later {
		t.later = true
		t.loop.Defer(t.settleFn)
	}
}

// CallbackOnWritable asks for a WRITEABLE callback.
func (w *Wsi) CallbackOnWritable() {
	if w.state != stateOpen {
		return
	}
	w.flags |= flagWantWrite
	if w.flags&flagListed == 0 {
		w.flags |= flagListed
		t := w.t
		t.wanting = append(t.wanting, w)
		if t.depth == 0 {
			t.settleLater()
		}
	}
}

// answerWant calls WRITEABLE where it is asked for and there is space; where
// there is none, drain asks again.
func (w *Wsi) answerWant() {
	if w.flags&flagWantWrite != 0 && w.Choked() {
		// what only waits for the turn's end is no lack of space, and no drain would tell of it
		w.t.ctx.opt.Face.Collect(w.t)
		w.t.Flush()
	}
	if w.flags&flagWantWrite == 0 || w.state != stateOpen || w.Choked() {
		return
	}
	w.flags &^= flagWantWrite
	if w.watch != nil {
		w.watch.SetWriting(true)
		return
	}
	w.role.Writable(w)
}

// CallWriteable makes the role's WRITEABLE callback and closes where it asks.
func (w *Wsi) CallWriteable() {
	if r := w.role.Reasons(w).Writeable; r != ReasonNone {
		if w.Call(r, In{}) != 0 {
			w.Close()
		}
	}
}

func (t *Thread) addSlot(w *Wsi) {
	t.gen++
	var i uint32
	if n := len(t.free); n > 0 {
		i = t.free[n-1]
		t.free = t.free[:n-1]
	} else {
		i = uint32(len(t.slots))
		t.slots = append(t.slots, slotEntry{})
	}
	t.slots[i] = slotEntry{w, t.gen}
	w.slot, w.gen = i, t.gen
	w.next = t.all
	if t.all != nil {
		t.all.prev = w
	}
	t.all = w
	t.count++
	t.ctx.live.Add(1)
}

func (t *Thread) freeSlot(w *Wsi) {
	t.slots[w.slot] = slotEntry{}
	t.free = append(t.free, w.slot)
	if w.prev != nil {
		w.prev.next = w.next
	} else {
		t.all = w.next
	}
	if w.next != nil {
		w.next.prev = w.prev
	}
	w.prev, w.next = nil, nil
	t.count--
	t.ctx.live.Add(-1)
}

// Lookup finds a wsi by its slot; nil where it is gone.
func (t *Thread) Lookup(slot, gen uint32) *Wsi {
	if int(slot) < len(t.slots) && t.slots[slot].gen == gen {
		return t.slots[slot].w
	}
	return nil
}

// Each calls f for every wsi of the thread that is alive and not fake, until f
// answers false. f may close wsi, but not run the loop.
func (t *Thread) Each(f func(w *Wsi) bool) {
	for w := t.all; w != nil; w = w.next {
		if w.Alive() && w.flags&flagFake == 0 && !f(w) {
			return
		}
	}
}

// Cancel makes EVENT_WAIT_CANCELLED callbacks on the thread and ends its wait.
// Any thread.
func (t *Thread) Cancel() {
	if !t.cancelled.Swap(true) {
		t.loop.Post(t.cancelFn)
	}
}

func (t *Thread) waitCancelled() {
	t.cancelled.Store(false)
	t.enter()
	for _, v := range t.ctx.Vhosts() {
		for _, p := range v.opt.Protocols { // whatever they answer: each may have work waiting
			if p.Handler != nil && v.cancelled() {
				v.CallProtocol(t, p, ReasonEventWaitCancelled, In{})
			}
		}
	}
	t.leave()
}
