package main

// #include "table.h"
import "C"

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/golws/golws/core/engine"
)

// guard is deferred by every export. It turns a panic into log lines, a dead
// context and the export's failure value, which the caller has set before.
// Nothing uses the engine of a dead context again: every export fails, and an
// export that has called back is unwound when the callback returns to it.
func guard(cx *C.struct_lws_context) {
	if p := recover(); p != nil {
		caught(cx, p)
	}
}

// guardWsi is guard for exports that are about one connection.
func guardWsi(w *C.struct_lws) {
	p := recover()
	if p == nil {
		return
	}
	var cx *C.struct_lws_context
	if w != nil && w.t != nil {
		cx = w.t.cx
	}
	caught(cx, p)
}

// errDead unwinds an export to its guard, behind a callback in which the
// context died.
var errDead = errors.New("the context is dead")

func caught(cx *C.struct_lws_context, p any) {
	if p == any(errDead) {
		return
	}
	x := contextOf(cx)
	if x == nil {
		cx = nil // gone, or none
	}
	logLine(cx, nil, nil, engine.LogErr, fmt.Sprintf("internal error, the context is dead: %v", p))
	for line := range strings.Lines(string(debug.Stack())) {
		logLine(cx, nil, nil, engine.LogErr, strings.TrimSpace(line))
	}
	if x == nil {
		return
	}
	x.dead.Store(true)
	for _, t := range x.threads {
		if t.e != nil {
			t.e.Loop().Wake()
		}
	}
}

// back is called where a callback of the program's has returned.
func (x *context) back() {
	if x.dead.Load() {
		panic(errDead)
	}
}
