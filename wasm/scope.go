//go:build wasip1

package main

import (
	"fmt"
	"runtime/debug"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop"
)

// What the embedder is doing for the module.
const (
	notInImport = iota
	inCallback  // it may call what is of kind C
	inOther     // it may call nothing
)

var (
	inImport int         // what the innermost import is
	depth    int         // exports on the stack
	now      loop.Micros // the time of the outermost export
	told     loop.Micros // the deadline that the embedder knows, 0 for none, -1 to tell it anew
	contexts []*context  // that are neither gone nor dead
)

// away notes that an import is called from which nothing may be called; the
// caller sets inImport back to what it answers.
func away() (was int) {
	was = inImport
	inImport = inOther
	return was
}

// mayCall says whether an export of kind C may run.
func mayCall() bool {
	if inImport == inOther {
		failed(errReentered)
		return false
	}
	return true
}

// mayHappen says whether an export of kind E may run.
func mayHappen() bool {
	if depth > 0 || inImport != notInImport {
		failed(errReentered)
		return false
	}
	return true
}

// enter begins an export's work; leave ends it.
func enter() {
	if depth == 0 {
		now = loop.Micros(importClock())
	}
	depth++
}

// enterOn is enter for what makes callbacks of cx.
func enterOn(cx *context) {
	enter()
	cx.thread.Loop().Refresh()
}

// leave is deferred by every export behind enter. cx is the context that the
// export works on, nil for none; a panic ends it.
func leave(cx *context, ret *int32) {
	if p := recover(); p != nil {
		*ret = panicked(cx, p)
	}
	depth--
	if depth == 0 {
		settle()
	}
}

// begin enters cx's thread, for calls on its wsi; end is deferred.
func (cx *context) begin() {
	enterOn(cx)
	cx.nested++
	cx.thread.Enter()
}

// end is leave for what has called begin.
func (cx *context) end(ret *int32) {
	if p := recover(); p != nil {
		*ret = panicked(cx, p)
	}
	if cx.nested--; cx.nested > 0 {
		cx.thread.Leave() // which leaves the settling to the outer one
	} else if !cx.dead {
		cx.leaveThread(ret)
	}
	depth--
	if depth == 0 {
		settle()
	}
}

// leaveThread settles what the call has left to do, which makes callbacks.
func (cx *context) leaveThread(ret *int32) {
	defer func() {
		if p := recover(); p != nil {
			*ret = panicked(cx, p)
		}
	}()
	cx.thread.Leave()
}

// rounds bounds how often a context is turned at the end of an export before
// the embedder gets a breath.
const rounds = 4

// settle does what is left at the end of the outermost export: turns of the
// loops that have something to do at once, and the deadline.
func settle() {
	depth++
	for i := 0; i < len(contexts); i++ {
		cx := contexts[i]
		for n := 0; n < rounds && cx.pressing(); n++ {
			cx.turn()
		}
	}
	depth--
	collect()
	due := loop.Micros(0)
	for _, cx := range contexts {
		if at := cx.due(); at != 0 && (due == 0 || at < due) {
			due = at
		}
	}
	switch {
	case due == told:
	case due != 0 && told > 0 && due > told && told > now:
		return // an early tick costs less than telling each time
	default:
		told = due
		was := away()
		importDeadline(float64(due))
		inImport = was
	}
}

// turn runs one turn of the context's loop.
func (cx *context) turn() {
	defer func() {
		if p := recover(); p != nil {
			panicked(cx, p)
		}
	}()
	cx.nested++
	defer func() { cx.nested-- }()
	if err := cx.thread.Service(0); err != nil && err != engine.ErrDestroyed {
		log(engine.LogErr, cx, 0, "service: "+err.Error())
	}
}

// panicked ends a context that met an internal error, and all if it is not
// known which one did.
func panicked(cx *context, p any) int32 {
	line := fmt.Sprintf("golws: internal error, the context is dead: %v\n%s", p, debug.Stack())
	if cx == nil {
		for len(contexts) > 0 {
			contexts[0].die(line)
		}
	} else {
		cx.die(line)
	}
	return fail(errDead, fmt.Sprintf("internal error: %v", p))
}

//go:wasmexport golws_tick
func golwsTick() (ret int32) {
	if !mayHappen() {
		return errReentered
	}
	enter()
	defer leave(nil, &ret)
	told = -1 // the embedder's is used up
	for i := 0; i < len(contexts); i++ {
		if cx := contexts[i]; cx.pressing() {
			cx.turn()
		}
	}
	return 0
}

//go:wasmexport golws_abi
func golwsABI() int32 { return abi }

// The version of ABI.md.
const (
	major = 1
	minor = 0
	abi   = major<<16 + minor
)
