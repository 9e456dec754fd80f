// Command capi is the C face: built as libgolws-core.so, it gives the shim
// (libwebsockets.so.21, capi/shim) the table of functions in shim/core.h.
//
// Every export guards against panics, finds the engine's object, calls one
// method and converts. Logic here is a mistake.
package main

/*
#cgo CFLAGS: -std=gnu11 -I${SRCDIR}/../include -Wall -Wextra
#cgo LDFLAGS: -Wl,--wrap=pthread_create
#include "table.h"
*/
import "C"

import (
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop"
)

func main() {}

// golws_started returns when the runtime has started and all init functions
// have run, as does every export.
//
//export golws_started
func golws_started() {}

// An idle connection is a few hundred bytes of Go memory, and a busy one
// allocates nothing, so a tighter collector than Go's default costs little and
// keeps the resident size near to what lives. $GOGC overrides it.
func init() {
	// The first timer starts the runtime's poller, which ends the process where
	// it gets no descriptors; golws_room in the shim has seen that there are some.
	time.AfterFunc(time.Hour, func() {}).Stop()
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}

const gcPercent = 40

// contexts finds a context by the id in its C record. It is replaced, never
// changed, so that finding takes no lock.
var (
	contextsMu sync.Mutex
	contexts   atomic.Pointer[[]*context]
)

// context is the face's record of one engine context.
type context struct {
	c         *C.struct_lws_context
	e         *engine.Context
	threads   []*thread
	mu        sync.Mutex        // guards vhosts and nextID
	vhosts    map[uint32]*vhost // by the id in the C record
	nextID    uint32
	dead      atomic.Bool    // a panic was caught: nothing works any more
	gone      atomic.Bool    // c is freed
	guest     bool           // on an event loop of somebody else's
	keepAlive loop.KeepAlive // of vhosts that have none of their own
	server    string         // and their Server header
	drop      sync.Once      // of privileges
	kept      bool           // they could not be dropped
}

// thread is the face's record of one service thread.
type thread struct {
	c  *C.struct_golws_thread
	cx *context
	e  *engine.Thread

	tx    []byte // the C batch
	rx    []byte // the C receive buffer
	frags []C.struct_golws_fragment
	str   []byte // C memory for strings that callbacks see
	sul   sulTimer
	pull  pull // lws_http_client_read's buffer
	host  host

	strTop, fragTop int // how much of str and frags is lent, by nesting callbacks
}

// vhost is the face's record of one vhost.
type vhost struct {
	c  *C.struct_lws_vhost
	e  *engine.Vhost
	cx *context

	gone atomic.Bool // c is freed
}

func addContext(x *context) {
	contextsMu.Lock()
	defer contextsMu.Unlock()
	var old []*context
	if p := contexts.Load(); p != nil {
		old = *p
	}
	now := append([]*context(nil), old...)
	for i := range now {
		if now[i] == nil {
			now[i] = x
			x.c.id = C.uint32_t(i)
			contexts.Store(&now)
			return
		}
	}
	x.c.id = C.uint32_t(len(now))
	now = append(now, x)
	contexts.Store(&now)
}

func dropContext(x *context) {
	contextsMu.Lock()
	defer contextsMu.Unlock()
	now := append([]*context(nil), *contexts.Load()...)
	now[x.c.id] = nil
	contexts.Store(&now)
}

func contextOf(c *C.struct_lws_context) *context {
	all := contexts.Load()
	if c == nil || all == nil || int(c.id) >= len(*all) {
		return nil
	}
	x := (*all)[c.id]
	if x == nil || x.c != c || x.dead.Load() {
		return nil
	}
	return x
}

func threadOf(t *C.struct_golws_thread) *thread {
	if t == nil {
		return nil
	}
	x := contextOf(t.cx)
	if x == nil {
		return nil
	}
	return x.threads[t.tsi]
}

// wsiOf finds the engine's wsi of a C record; nil where it is gone.
func wsiOf(w *C.struct_lws) *engine.Wsi {
	if w == nil {
		return nil
	}
	t := threadOf(w.t)
	if t == nil {
		return nil
	}
	return t.e.Lookup(uint32(w.slot), uint32(w.gen))
}

func vhostOf(v *C.struct_lws_vhost) *vhost {
	if v == nil {
		return nil
	}
	x := contextOf(v.cx)
	if x == nil {
		return nil
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.vhosts[uint32(v.id)]
}
