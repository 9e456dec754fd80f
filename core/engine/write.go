package engine

import (
	"errors"

	"github.com/golws/golws/core/loop"
)

// Limits of the out queue.
const (
	// QueueMark is how many bytes may wait before a wsi counts as choked.
	QueueMark = 128 << 10
	// QueueCap is how many may wait before Write refuses more with
	// ErrQueueFull. One write of any size is taken while less waits.
	QueueCap = 16 << 20
	// DirectSize is the payload from which a write goes straight to the
	// carrier where nothing is queued.
	DirectSize = 16 << 10
	// TxBatchSize is the memory in which a thread gathers small writes.
	TxBatchSize = 256 << 10
)

// What Write answers.
var (
	ErrClosed    = errors.New("the connection is closed or closing")
	ErrQueueFull = errors.New("more than the queue's limit waits to be sent")
)

// Write sends p as wp says, framed by the role. It never blocks: what the
// carrier does not take is queued. p is not changed or kept. Counts: small
// frames are copied once, into the thread's batch, and go out with one system
// call for each wsi when the batch of callbacks is done; payloads of
// DirectSize and more are not copied but for what the kernel refuses.
func (w *Wsi) Write(p []byte, wp WriteProtocol) error {
	if w.state != stateOpen || w.flags&flagBroken != 0 {
		return ErrClosed
	}
	if w.Queued() > QueueCap {
		return ErrQueueFull
	}
	return w.role.Write(w, p, wp)
}

// Queued is how many bytes were written and not taken by the carrier.
func (w *Wsi) Queued() int { return int(w.Shared.Pending) }

// Choked says that what is written now would have to wait.
func (w *Wsi) Choked() bool { return w.Shared.Blocked != 0 || w.Shared.Pending >= QueueMark }

// PartialBuffered says that the carrier refused bytes, which are queued.
func (w *Wsi) PartialBuffered() bool { return w.Shared.Blocked != 0 }

// txBatch is where a thread gathers small writes between flushes.
type txBatch struct {
	buf  []byte
	used int
	runs []run
	vec  [][]byte
}

// run is contiguous memory to be sent to one wsi.
type run struct {
	w *Wsi
	b []byte
}

func (x *txBatch) init(n int) {
	if n == 0 {
		n = TxBatchSize
	}
	x.buf = make([]byte, n)
}

// Reserve lends n bytes (at most DirectSize and some) of the thread's batch;
// they are sent by SendReserved before anything else is reserved.
func (t *Thread) Reserve(n int) []byte {
	if t.tx.used+n > len(t.tx.buf) {
		t.Flush()
		if n > len(t.tx.buf) {
			return make([]byte, n)
		}
	}
	return t.tx.buf[t.tx.used : t.tx.used+n : t.tx.used+n]
}

// SendReserved queues b, which begins what Reserve lent.
func (w *Wsi) SendReserved(b []byte) {
	t := w.t
	x := &t.tx
	if x.used+len(b) <= len(x.buf) && len(b) > 0 && &x.buf[x.used] == &b[0] {
		x.used += len(b)
	}
	w.SendLent(b)
}

// SendLent queues b, whose memory is the caller's and stays as it is until the
// thread's next Flush.
func (w *Wsi) SendLent(b []byte) {
	if len(b) == 0 {
		return
	}
	w.Shared.Pending += uint32(len(b))
	x := &w.t.tx
	if n := len(x.runs); n > 0 {
		last := &x.runs[n-1]
		if last.w == w && cap(last.b)-len(last.b) >= len(b) && &last.b[:len(last.b)+1][len(last.b)] == &b[0] {
			last.b = last.b[:len(last.b)+len(b)]
			return
		}
	}
	x.runs = append(x.runs, run{w, b})
	if w.t.depth == 0 {
		w.t.settleLater()
	}
}

// SendCopy queues a copy of b.
func (w *Wsi) SendCopy(b []byte) {
	for len(b) > 0 {
		n := min(len(b), DirectSize)
		r := w.t.Reserve(n)
		copy(r, b)
		w.SendReserved(r)
		b = b[n:]
	}
}

// SendDirect sends a head and a big payload, which is copied only where it
// cannot go out now. What w wrote just before goes out in the same call.
func (w *Wsi) SendDirect(head, payload []byte) {
	x := &w.t.tx
	first, before := len(x.runs), 0
	for first > 0 && x.runs[first-1].w == w {
		first--
		before += len(x.runs[first].b)
	}
	if before != int(w.Shared.Pending) || w.carrier == nil { // more waits than that
		w.t.Flush()
		first, before = 0, 0
	}
	if int(w.Shared.Pending) > before || w.carrier == nil {
		w.enqueue(head)
		w.enqueue(payload)
		return
	}
	x.vec = x.vec[:0]
	for i := range x.runs[first:] {
		x.vec = append(x.vec, x.runs[first+i].b)
	}
	clear(x.runs[first:])
	x.runs = x.runs[:first]
	w.Shared.Pending -= uint32(before)
	x.vec = append(x.vec, head, payload)
	n, err := w.carrier.Writev(x.vec)
	if err != nil {
		clear(x.vec)
		w.broken(err)
		return
	}
	for _, b := range x.vec {
		if n >= len(b) {
			n -= len(b)
			continue
		}
		w.enqueue(b[n:])
		n = 0
	}
	clear(x.vec)
}

// enqueue copies b to the queue.
func (w *Wsi) enqueue(b []byte) {
	if len(b) == 0 {
		return
	}
	w.out.append(b)
	w.Shared.Pending += uint32(len(b))
	w.Shared.Blocked = 1
}

// Flush gives what the thread's wsi wrote to their carriers: one call for each
// wsi and gathering of its runs.
func (t *Thread) Flush() {
	x := &t.tx
	for i := 0; i < len(x.runs); {
		w := x.runs[i].w
		j := i + 1
		for j < len(x.runs) && x.runs[j].w == w {
			j++
		}
		w.flushRuns(x.runs[i:j])
		i = j
	}
	clear(x.runs)
	x.runs = x.runs[:0]
	x.used = 0
	t.ctx.opt.Face.Flushed(t)
}

func (w *Wsi) flushRuns(rs []run) {
	total := 0
	for i := range rs {
		total += len(rs[i].b)
	}
	w.Shared.Pending -= uint32(total)
	if w.state == stateDead && w.flags&flagLinger == 0 || w.flags&flagBroken != 0 {
		return
	}
	n := 0
	if w.Shared.Blocked == 0 && w.carrier != nil {
		var err error
		if len(rs) == 1 {
			n, err = w.carrier.Write(rs[0].b)
		} else {
			x := &w.t.tx
			x.vec = x.vec[:0]
			for i := range rs {
				x.vec = append(x.vec, rs[i].b)
			}
			n, err = w.carrier.Writev(x.vec)
			clear(x.vec)
		}
		if err != nil {
			w.broken(err)
			return
		}
	}
	for i := range rs {
		b := rs[i].b
		if n >= len(b) {
			n -= len(b)
			continue
		}
		w.enqueue(b[n:])
		n = 0
	}
}

// CarrierWritable tells that w's carrier has space again, for carriers that are
// no driver's.
func (w *Wsi) CarrierWritable() { w.drain() }

// drain sends what is queued, as the carrier has space again.
func (w *Wsi) drain() {
	if w.state == stateDead && w.flags&flagLinger == 0 {
		return
	}
	for !w.out.empty() {
		x := &w.t.tx
		x.vec = w.out.vec(x.vec[:0])
		n, err := w.carrier.Writev(x.vec)
		want := 0
		for _, b := range x.vec {
			want += len(b)
		}
		clear(x.vec)
		if err != nil {
			w.broken(err)
			return
		}
		w.out.consume(n)
		w.Shared.Pending -= uint32(n)
		if n > 0 { // the limit is for a peer that takes nothing
			switch {
			case w.flags&flagLinger != 0:
				w.t.loop.Arm(&w.timeout, w.t.clock()+FlushTimeout)
			case w.state == stateFlushing:
				w.SetTimeout(TimeoutFlushBeforeClose, FlushTimeout)
			}
		}
		if n < want {
			return
		}
	}
	w.Shared.Blocked = 0
	switch {
	case w.flags&flagLinger != 0:
		w.lingerDrained()
	case w.state == stateFlushing:
		w.CloseNow()
	default:
		w.role.Drained(w)
		if w.Alive() && w.flags&flagWantWrite != 0 {
			w.CallbackOnWritable()
		}
	}
}

// WritableNow does what the loop does when the carrier has space, without being
// told so: it sends what is queued and answers a request for WRITEABLE.
func (w *Wsi) WritableNow() {
	if w.carrier != nil && w.state != stateDead {
		w.drain()
	}
}

// AnswerWant makes the WRITEABLE callback that w has asked for now, where there
// is space, and says whether it did.
func (w *Wsi) AnswerWant() bool {
	w.t.ctx.opt.Face.Collect(w.t)
	if w.Choked() {
		w.t.Flush()
	}
	if w.flags&flagWantWrite == 0 || w.state != stateOpen || w.Choked() || w.watch != nil {
		return false
	}
	w.flags &^= flagWantWrite
	w.role.Writable(w)
	return true
}

// broken ends w after its carrier failed to take bytes. What the peer sent
// before that, such as the reason, is still delivered: the driver tells the end
// behind it.
func (w *Wsi) broken(err error) {
	w.Shared.Pending -= uint32(w.out.size())
	w.Shared.Blocked = 0
	w.out.clear()
	if w.state == stateDead {
		w.endLinger()
		return
	}
	if w.flags&flagBroken != 0 {
		return
	}
	w.flags |= flagBroken
	w.Logf(LogInfo, "sending failed: %v", err)
	w.t.loop.Defer(func() {
		w.t.enter()
		switch {
		case !w.Alive():
		case w.holds == 0 && w.flags&flagEnded == 0 && w.state != stateFlushing:
			w.SetTimeout(TimeoutCloseSend, brokenTimeout) // for a driver that does not tell
		default:
			w.InputEnded(err)
			w.CloseNow()
		}
		w.t.leave()
	})
}

// brokenTimeout is the wait for the end of reading behind that of writing.
const brokenTimeout loop.Micros = 1e6
