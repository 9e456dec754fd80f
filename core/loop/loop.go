// Package loop decides when things happen. It holds the Driver and Handler
// interfaces, one heap of timers, the posting of work from other threads, and
// the turn that ties them together. What delivers the bytes is a Driver:
// sockets (loop/sock), a simulated network (loop/sim), or an embedder.
//
// A Loop and everything that it calls belong to one thread. Only Post and Wake
// may be called from elsewhere.
package loop

import (
	"sync"
	"sync/atomic"
)

// Micros is a time or a duration in microseconds. Times are monotonic and
// count from an origin that only the driver knows.
type Micros = int64

// Forever as the limit of a Turn waits until something happens.
const Forever Micros = -1

// Loop runs one service thread.
type Loop struct {
	drv    Driver
	now    Micros
	timers timerHeap
	told   Micros // the deadline that the driver knows, 0 for none

	deferred []func() // run at the end of the turn
	spare    []func()

	mu      sync.Mutex
	posted  []func()
	pending atomic.Bool // posted is not empty
	running bool        // within a turn, or between Begin and End
	nested  bool        // the current turn was called from within another
}

// New makes a loop on a driver. The driver is the loop's from then on: Close
// closes it.
func New(d Driver) *Loop {
	l := &Loop{drv: d}
	l.now = d.Now()
	return l
}

// Driver is what delivers this loop's events.
func (l *Loop) Driver() Driver { return l.drv }

// Now is the time at which the current turn began to deliver.
func (l *Loop) Now() Micros { return l.now }

// Refresh reads the clock again, for code that ran long or between turns, and
// returns the new Now.
func (l *Loop) Refresh() Micros {
	l.now = l.drv.Now()
	return l.now
}

// Post has f run on the loop's thread, in the order of posting, and wakes the
// loop. Any thread may call it.
func (l *Loop) Post(f func()) {
	l.mu.Lock()
	l.posted = append(l.posted, f)
	l.mu.Unlock()
	if !l.pending.Swap(true) {
		l.drv.Wake()
	}
}

// Wake makes a waiting Turn return. Any thread may call it.
func (l *Loop) Wake() { l.drv.Wake() }

// Defer has f run at the end of the current turn (or of the next, between
// turns), when no handler is on the stack: the place to free things. What f
// itself defers waits for the next turn, which then does not block.
func (l *Loop) Defer(f func()) {
	l.deferred = append(l.deferred, f)
	if !l.running {
		l.tell()
	}
}

// Turn waits at most limit (Forever: until something happens; 0: not at all),
// delivers what the driver has, what was posted and the timers that are due,
// and runs what was deferred. Reentrant: a handler may call Turn again with
// the same rules; what was deferred then runs when the outermost turn ends.
func (l *Loop) Turn(limit Micros) error {
	outer := !l.running
	l.running = true
	nested := l.nested
	l.nested = !outer
	if d, ok := l.Next(); ok {
		l.Refresh()
		if d -= l.now; d < 0 {
			d = 0
		}
		if limit < 0 || d < limit {
			limit = d
		}
	}
	if l.pending.Load() {
		limit = 0
	}
	err := l.drv.Poll(limit, l)
	l.Refresh()
	l.runPosted()
	l.runTimers()
	if outer {
		l.runDeferred()
		l.running = false
	}
	l.nested = nested
	l.tell()
	return err
}

// Begin says that code which may call handlers runs outside a turn. A turn that
// is called before End counts as one within another: nothing that was deferred
// runs under that code.
func (l *Loop) Begin() { l.running = true }

// End ends what Begin began.
func (l *Loop) End() {
	l.running = false
	l.tell()
}

// Next is the time at which the loop has work without anything arriving: that
// of the earliest timer, or now where something was deferred; ok is false
// where there is neither.
func (l *Loop) Next() (at Micros, ok bool) {
	if len(l.deferred) > 0 && !l.nested {
		return l.now, true
	}
	if len(l.timers) == 0 {
		return 0, false
	}
	return l.timers[0].at, true
}

// Polled is called by the driver when its wait is over and before it delivers,
// so that handlers see a fresh Now.
func (l *Loop) Polled() { l.now = l.drv.Now() }

// Close closes the driver. The loop is not used afterwards.
func (l *Loop) Close() error {
	for l.pending.Load() || len(l.deferred) > 0 {
		l.runPosted()
		l.runDeferred()
	}
	return l.drv.Close()
}

func (l *Loop) runPosted() {
	if !l.pending.Load() {
		return
	}
	l.mu.Lock()
	fs := l.posted
	l.posted = nil
	l.pending.Store(false)
	l.mu.Unlock()
	for _, f := range fs {
		f()
	}
}

func (l *Loop) runDeferred() {
	fs := l.deferred
	l.deferred, l.spare = l.spare[:0], nil
	for i, f := range fs {
		fs[i] = nil
		f()
	}
	l.spare = fs[:0]
}

// tell passes the earliest deadline to the driver where it changed: a driver
// whose fd somebody else watches must wake by itself.
func (l *Loop) tell() {
	at, ok := l.Next()
	if !ok {
		at = 0
	}
	if at != l.told {
		l.told = at
		l.drv.Deadline(at)
	}
}
