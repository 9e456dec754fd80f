package engine

import (
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"

	"github.com/golws/golws/core/loop"
)

// Defaults of Options.
const (
	DefaultPieceSize = 4096
	DefaultHeadBytes = 4096
)

// Options are what a context is made with.
type Options struct {
	// Drivers has one driver for each service thread, at least one. The
	// context closes them.
	Drivers []loop.Driver
	// Roles that the context knows; the first ServerRole takes accepted
	// connections where a vhost names none.
	Roles []Role
	// Face shows wsi to their users; nil for none.
	Face Face
	// Logger gets the log lines; nil for none.
	Logger Logger
	// Resolver turns names into addresses; nil knows numeric ones only.
	Resolver Resolver
	// Interfaces gives the addresses of a network interface by its name; nil
	// knows none.
	Interfaces func(name string) ([]netip.Addr, error)
	// Random fills b with unpredictable bytes.
	Random func(b []byte)
	// WallClock is the time in seconds since 1970, for dates in headers.
	WallClock func() int64

	User any // the program's own
	// PieceSize is the largest piece of data that a callback gets, for
	// protocols whose RxBufferSize is 0: lws's pt_serv_buf_size. 0 for
	// DefaultPieceSize.
	PieceSize int
	// TxBatch is the memory for gathering small writes; 0 for TxBatchSize.
	TxBatch int
	// HeadBytes limits a request's or response's head; 0 for DefaultHeadBytes.
	HeadBytes int
	// TokenLimits are the most bytes of a request's header or target, by lws's
	// token number; what is longer is refused. 0, and for tokens beyond the end,
	// is no limit but HeadBytes.
	TokenLimits []int
	// RejectAgents refuses requests whose User-Agent has a word in it, the Name:
	// with the status that Value begins with, and the text behind that.
	RejectAgents []*PVO
	// RawOrigin sends a client's Origin as it is, without "http://" before it.
	RawOrigin bool
	// Connections is how many wsi a service thread may have before it stops
	// accepting, until one is gone; 0 for any number. Those that the program
	// makes count and are not refused.
	Connections int
}

// Resolver turns a host name into addresses.
type Resolver interface {
	// Resolve calls done once, on any thread, also before it returns.
	// The result may be empty only with an error.
	Resolve(host string, done func([]netip.Addr, error)) (cancel func())
}

// Face is how a wsi's user sees it. All calls come on the wsi's thread. Where
// one answers false there was no memory, or the like: w ends, or is not begun,
// and nothing else comes of it.
type Face interface {
	WsiCreated(w *Wsi) bool // w exists; no callback came yet
	WsiBound(w *Wsi) bool   // w.Protocol() is new: its session data begins
	WsiDropped(w *Wsi)      // it ends, after the last callback that may see it
	WsiFreed(w *Wsi)        // w is gone
	FileEnded(fd int)       // nothing watches what AdoptFile was given any more: who opened it may close it
	VhostFreed(v *Vhost)
	ContextFreed(c *Context)
	// Collect hands over what piled up outside: writes by Wsi.SendLent and
	// requests by Wsi.CallbackOnWritable.
	Collect(t *Thread)
	// Flushed tells that memory lent by SendLent is free again.
	Flushed(t *Thread)
}

// NoFace is a Face for programs that need none.
type NoFace struct{}

// WsiCreated does nothing, like the others.
func (NoFace) WsiCreated(*Wsi) bool  { return true }
func (NoFace) WsiBound(*Wsi) bool    { return true }
func (NoFace) WsiDropped(*Wsi)       {}
func (NoFace) WsiFreed(*Wsi)         {}
func (NoFace) FileEnded(int)         {}
func (NoFace) VhostFreed(*Vhost)     {}
func (NoFace) ContextFreed(*Context) {}
func (NoFace) Collect(*Thread)       {}
func (NoFace) Flushed(*Thread)       {}

// Context is lws's context: service threads, vhosts, and what they share.
type Context struct {
	opt     Options
	threads []*Thread
	roles   map[string]Role

	mu     sync.Mutex // guards changes of vhosts and ports; they are read without
	vhosts atomic.Pointer[[]*Vhost]
	ports  []*Port

	destroying atomic.Bool
	deprecated atomic.Bool
	left       atomic.Int32 // threads not yet torn down
	destroyed  atomic.Bool
	live       atomic.Int32           // wsi of all threads
	empty      atomic.Pointer[func()] // told when none is left; see Deprecate

	Face any // the face's own record
}

// ErrDestroyed is answered once Destroy was called.
var ErrDestroyed = errors.New("the context is destroyed")

// NewContext makes a context without vhosts.
func NewContext(o Options) (*Context, error) {
	if len(o.Drivers) == 0 {
		return nil, errors.New("no driver")
	}
	if o.Face == nil {
		o.Face = NoFace{}
	}
	if o.PieceSize == 0 {
		o.PieceSize = DefaultPieceSize
	}
	if o.HeadBytes == 0 {
		o.HeadBytes = DefaultHeadBytes
	}
	if o.Random == nil || o.WallClock == nil {
		return nil, errors.New("no random source or wall clock")
	}
	c := &Context{opt: o, roles: map[string]Role{}}
	for _, r := range o.Roles {
		c.roles[r.Name()] = r
	}
	c.vhosts.Store(&[]*Vhost{})
	for i, d := range o.Drivers {
		c.threads = append(c.threads, newThread(c, i, d))
	}
	c.left.Store(int32(len(c.threads)))
	return c, nil
}

// Options are what the context was made with.
func (c *Context) Options() *Options { return &c.opt }

// Threads are the service threads.
func (c *Context) Threads() []*Thread { return c.threads }

// Thread is one service thread; 0 where i is out of range.
func (c *Context) Thread(i int) *Thread {
	if i < 0 || i >= len(c.threads) {
		i = 0
	}
	return c.threads[i]
}

// Role finds a role by its name.
func (c *Context) Role(name string) Role { return c.roles[name] }

// Vhosts are the context's vhosts, in order of creation. The slice is shared
// and not to be changed.
func (c *Context) Vhosts() []*Vhost { return *c.vhosts.Load() }

// VhostByName finds a vhost, nil where there is none.
func (c *Context) VhostByName(name string) *Vhost {
	for _, v := range c.Vhosts() {
		if v.opt.Name == name {
			return v
		}
	}
	return nil
}

// Destroying says that Destroy was called.
func (c *Context) Destroying() bool { return c.destroying.Load() }

// callFirst calls the first protocol of the first vhost, with a wsi that
// stands for the thread.
func (c *Context) callFirst(t *Thread, r Reason, in In) int {
	vs := c.Vhosts()
	if len(vs) == 0 {
		return 0
	}
	return vs[0].fake(t, vs[0].first(), func(w *Wsi) int {
		return vs[0].first().Handler.Callback(w, r, in)
	})
}

// Cancel makes EVENT_WAIT_CANCELLED callbacks on every thread: lws's
// lws_cancel_service. Any thread.
func (c *Context) Cancel() {
	for _, t := range c.threads {
		t.Cancel()
	}
}

// Destroy ends the context: every wsi closes with its callbacks, PROTOCOL_DESTROY
// comes for every protocol, and the drivers close. It may be called from
// anywhere, inside callbacks and more than once. Threads on which somebody runs
// end when they are left, the others here.
func (c *Context) Destroy() { c.DestroyBut(func(*Thread) bool { return false }) }

// DestroyBut is Destroy that leaves some threads to those who call Service on
// them next.
func (c *Context) DestroyBut(leave func(t *Thread) bool) {
	if c.destroying.Swap(true) {
		return
	}
	for _, t := range c.threads {
		if leave(t) || t.hosted.Load() || !t.tearIdle() {
			t.loop.Wake()
		}
	}
}

// Deprecate lets the context end by itself: it stops listening on every port,
// calls free when that is done on every thread, so that the ports can be
// another's, and empty when the last connection is gone too. Both are called on
// some service thread. t is the calling thread.
func (c *Context) Deprecate(t *Thread, free, empty func()) {
	t.enter()
	defer t.leave()
	c.deprecated.Store(true)
	c.mu.Lock()
	ports := append([]*Port(nil), c.ports...)
	for _, p := range ports {
		p.closed.Store(true)
	}
	c.mu.Unlock()
	var left atomic.Int32
	left.Store(int32(len(c.threads)))
	stop := func(t *Thread) {
		t.enter()
		for _, p := range ports {
			p.closeOn(t)
		}
		if left.Add(-1) == 0 {
			free()
			c.empty.Store(&empty)
			c.maybeEmpty()
		}
		t.leave()
	}
	for _, o := range c.threads {
		if o != t {
			o.loop.Post(func() { stop(o) })
		}
	}
	stop(t)
}

// maybeEmpty tells, once, that a deprecated context has no wsi left.
func (c *Context) maybeEmpty() {
	if c.empty.Load() == nil || c.live.Load() > 0 {
		return
	}
	if f := c.empty.Swap(nil); f != nil {
		(*f)()
	}
}

// teardown ends everything on t; the last thread ends the context. The caller
// has made t's state threadTorn.
func (t *Thread) teardown() {
	c := t.ctx
	t.depth++ // for good: from here on it is whoever's ends the context
	t.loop.Begin()
	c.mu.Lock()
	for _, p := range c.ports {
		p.closeOn(t)
	}
	c.mu.Unlock()
	for _, v := range c.Vhosts() {
		t.closeVhost(v)
	}
	t.closeVhost(nil) // of vhosts that were being destroyed: t has not heard of it yet
	t.Flush()
	for w := range t.lingerers {
		w.endLinger()
	}
	t.loop.End()
	t.ended()
	if c.left.Add(-1) == 0 {
		c.finish(t)
	}
}

// closeVhost closes every wsi of v, or of any vhost (nil), on t, with the role's
// farewell.
func (t *Thread) closeVhost(v *Vhost) {
	t.Each(func(w *Wsi) bool {
		if v == nil || w.vhost == v {
			if w.state == stateOpen {
				w.state = stateClosing
				w.role.Closing(w)
			}
			w.CloseNow()
		}
		return true
	})
}

// finish ends the context behind its last thread, t.
func (c *Context) finish(t *Thread) {
	for _, v := range c.Vhosts() {
		v.destroyProtocols(t)
	}
	for _, t := range c.threads {
		if err := t.loop.Close(); err != nil {
			c.Logf(LogWarn, "closing service thread %d: %v", t.index, err)
		}
	}
	for _, v := range c.Vhosts() {
		v.gone()
	}
	c.vhosts.Store(&[]*Vhost{})
	c.destroyed.Store(true)
	c.opt.Face.ContextFreed(c)
}

// Live counts the wsi of all threads that are not freed; for tests and
// statistics, on a context at rest.
func (c *Context) Live() int {
	n := 0
	for _, t := range c.threads {
		n += t.count
	}
	return n
}

func (c *Context) String() string { return fmt.Sprintf("context of %d threads", len(c.threads)) }
