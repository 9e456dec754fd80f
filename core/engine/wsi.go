package engine

import (
	"errors"
	"fmt"

	"github.com/golws/golws/core/loop"
)

// Wsi is one connection, or one thing that behaves like one (a listener's
// client, a watched file, a stream). It belongs to one Thread for life.
type Wsi struct {
	t        *Thread
	vhost    *Vhost
	protocol *Protocol
	role     Role
	carrier  Carrier
	watch    loop.Watch

	State  any   // the role's
	HTTP   any   // the HTTP exchange, role/h1's, while it lasts
	Face   any   // the face's
	User   any   // the per-session data, or what Connect was given
	Opaque any   // lws_set_opaque_user_data
	Port   *Port // the listening port that it came by, nil otherwise

	// Shared is how far sending has got, where the face can read it without
	// a crossing; the face may point it at memory of its own.
	Shared *Shared

	family     *family // nil without parent and children
	prev, next *Wsi    // the thread's list of all wsi

	out  outQueue
	held []byte // received, not yet taken by the role

	connect   *connecting // nil when no connect is under way
	retry     *RetryPolicy
	closeText *string // why a connect failed, nil for not yet known

	timeout  loop.Timer
	timer    *loop.Timer // SetTimer's, made when first set
	validity loop.Timer

	slot, gen     uint32
	timeoutReason Timeout
	state         state
	holds         Hold
	flags         wsiFlag
}

// Shared is the part of a wsi that faces read directly.
type Shared struct {
	Pending uint32 // bytes written and not yet given to the carrier
	Blocked uint32 // nonzero: the carrier refused bytes, which wait in the queue
	Closed  uint32 // nonzero: closing or closed, so nothing more may be sent
	Held    uint32 // nonzero: on hold, so nothing more may be delivered
}

type state uint8

const (
	stateNew      state = iota // no carrier yet
	stateOpen                  // the role has the carrier
	stateClosing               // the role waits for its farewell's answer
	stateFlushing              // the rest of the queue goes out, then the end
	stateDead                  // closed; callbacks are over
)

type wsiFlag uint32

const (
	flagWantWrite   wsiFlag = 1 << iota // a WRITEABLE is asked for
	flagListed                          // on the thread's list of such
	flagClient                          // we dialled
	flagEstablished                     // the user knows it as established
	flagResume                          // on the thread's resume list
	flagEnded                           // the carrier has nothing more to read
	flagLinger                          // dead, its carrier drains
	flagFake                            // stands for a vhost in callbacks
	flagCreated                         // WSI_CREATE was called
	flagProbed                          // a sign of life was asked for
	flagBound                           // the Bind callback was made for the protocol
	flagTaking                          // the role is taking input: what comes in a nested turn waits
	flagOwed                            // and has to be looked at behind that
	flagEndOwed                         // the role is told of the end when it has all that came before
	flagBroken                          // the carrier takes nothing any more
)

// Hold is a set of reasons not to receive.
type Hold uint8

// The reasons not to receive.
const (
	HoldUser Hold = 1 << iota // lws_rx_flow_control
	HoldRole                  // the role cannot take more now
	HoldOut                   // the answer to what was received is stuck
)

// newWsi makes a wsi on t and shows it to the face; no callback yet. nil
// (logged) where the face cannot have one more.
func (t *Thread) newWsi(v *Vhost, role Role) *Wsi {
	w := &Wsi{t: t, vhost: v, role: role}
	w.timeout = loop.Timer{Owner: (*link)(w), Kind: timerTimeout}
	w.validity = loop.Timer{Owner: (*link)(w), Kind: timerValidity}
	w.retry = v.opt.Retry
	t.addSlot(w)
	v.wsis.Add(1)
	if !t.ctx.opt.Face.WsiCreated(w) {
		v.Logf(LogErr, "%v", ErrNoMemory)
		w.state = stateDead
		t.freeSlot(w)
		v.wsis.Add(-1)
		v.maybeGone()
		t.ctx.maybeEmpty()
		return nil
	}
	if w.Shared == nil {
		w.Shared = new(Shared)
	}
	return w
}

// ErrNoMemory is answered where the face cannot have one more wsi.
var ErrNoMemory = errors.New("no memory for a connection")

// created makes the WSI_CREATE callback, once.
func (w *Wsi) created() {
	if w.flags&flagCreated == 0 {
		w.flags |= flagCreated
		w.vhost.first().Handler.Callback(w, ReasonWSICreate, In{})
	}
}

// Thread is the service thread to which w belongs.
func (w *Wsi) Thread() *Thread { return w.t }

// Context is w's context.
func (w *Wsi) Context() *Context { return w.t.ctx }

// Vhost is w's vhost.
func (w *Wsi) Vhost() *Vhost { return w.vhost }

// SetVhost moves w to another vhost of the same port, as a Host header asks; not
// to one that is being destroyed, which has closed all that it has.
func (w *Wsi) SetVhost(v *Vhost) {
	if v.Closing() {
		return
	}
	w.vhost.wsis.Add(-1)
	v.wsis.Add(1)
	w.vhost = v
	w.retry = v.opt.Retry
}

// Protocol is what w is bound to, nil before.
func (w *Wsi) Protocol() *Protocol { return w.protocol }

// Role is w's role.
func (w *Wsi) Role() Role { return w.role }

// Carrier takes w's bytes, nil before there is one.
func (w *Wsi) Carrier() Carrier { return w.carrier }

// Slot and Gen name w within its thread; see Thread.Lookup.
func (w *Wsi) Slot() (slot, gen uint32) { return w.slot, w.gen }

// Client says whether we dialled.
func (w *Wsi) Client() bool { return w.flags&flagClient != 0 }

// Fake says whether w only stands for a vhost or a context in a callback.
func (w *Wsi) Fake() bool { return w.flags&flagFake != 0 }

// Established says whether w's user was told that it is established.
func (w *Wsi) Established() bool { return w.flags&flagEstablished != 0 }

// SetEstablished is called by the role when it tells the user so.
func (w *Wsi) SetEstablished() { w.flags |= flagEstablished }

// Alive says that w's callbacks are not over. Ask after every callback.
func (w *Wsi) Alive() bool { return w.state != stateDead }

// Open says that w is neither closed nor closing: it may deliver and send.
func (w *Wsi) Open() bool { return w.state == stateOpen || w.state == stateNew }

// Stopped says that no further fragment may be delivered: w is no longer open,
// or its receiving was turned off.
func (w *Wsi) Stopped() bool { return w.state != stateOpen || w.holds != 0 }

// String names w in logs.
func (w *Wsi) String() string {
	return fmt.Sprintf("wsi %d.%d.%d %s", w.t.index, w.slot, w.gen, w.role.Name())
}

// SetRole changes w's role: an upgrade, or a fallback.
func (w *Wsi) SetRole(r Role) { w.role = r }

// SetCarrier changes what takes w's bytes; for tests and layered carriers.
func (w *Wsi) SetCarrier(c Carrier) { w.carrier = c }

// PieceSize is the most bytes of data that one callback of w's gets.
func (w *Wsi) PieceSize() int {
	if p := w.protocol; p != nil && p.RxBufferSize > 0 {
		return p.RxBufferSize
	}
	return w.t.ctx.opt.PieceSize
}

// Fragment is the piece that is being delivered, for the getters that lws has
// beside RECEIVE. It holds while the callback runs.
func (w *Wsi) Fragment() *Fragment { return &w.t.frag }

// Bind binds w to p with the role's Bind callback, dropping what it was bound
// to. Nonzero is the callback's refusal, or Attach's.
func (w *Wsi) Bind(p *Protocol) int {
	if w.protocol == p && w.flags&flagBound != 0 {
		return 0
	}
	if !w.Attach(p) {
		return 1
	}
	w.flags |= flagBound
	if r := w.role.Reasons(w).Bind; r != ReasonNone {
		return w.Call(r, In{})
	}
	return 0
}

// Attach gives w p and its session data without a callback, dropping another
// protocol that it was bound to: what comes before Bind can then be told to p.
// false where w ended by that, or where there is no memory for the session
// (logged), and then w is to be closed.
func (w *Wsi) Attach(p *Protocol) bool {
	if w.protocol == p {
		return true
	}
	w.Drop()
	if !w.Alive() {
		return false
	}
	w.protocol = p
	if !w.t.ctx.opt.Face.WsiBound(w) {
		w.protocol = nil
		w.Logf(LogErr, "no memory for the session data of protocol %s", p.Name)
		return false
	}
	return true
}

// Bound says whether the Bind callback was made for w's protocol.
func (w *Wsi) Bound() bool { return w.flags&flagBound != 0 }

// Drop ends w's binding with the role's Drop callback, where Bind was called.
func (w *Wsi) Drop() {
	if w.protocol == nil {
		return
	}
	w.dropCall()
	if w.protocol != nil { // the callback may have closed w
		w.t.ctx.opt.Face.WsiDropped(w)
		w.protocol = nil
	}
}

func (w *Wsi) dropCall() {
	if w.flags&flagBound == 0 || w.protocol == nil {
		return
	}
	w.flags &^= flagBound
	if r := w.role.Reasons(w).Drop; r != ReasonNone {
		w.Call(r, In{})
	}
}

// Call calls w's protocol, or its vhost's first where it is not bound.
func (w *Wsi) Call(r Reason, in In) int {
	p := w.protocol
	if p == nil {
		p = w.vhost.Default()
	}
	return p.Handler.Callback(w, r, in)
}

// Deliver calls back with fragments, in one crossing where the handler can. It
// answers how many were delivered and the last return value.
func (w *Wsi) Deliver(r Reason, fs []Fragment) (n, ret int) {
	h := w.protocol.Handler
	if fh, ok := h.(FragmentHandler); ok {
		return fh.Fragments(w, r, fs)
	}
	for i := range fs {
		w.t.frag = fs[i]
		ret = h.Callback(w, r, In{Bytes: fs[i].Data})
		if ret != 0 || w.Stopped() {
			return i + 1, ret
		}
	}
	return len(fs), 0
}
