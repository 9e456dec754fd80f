package main

// #include <stdlib.h>
// #include "table.h"
import "C"

import (
	"unsafe"

	"github.com/golws/golws/core/engine"
)

// what the allocations are for, as lws_set_allocator's functions see it. Made
// once and never freed.
var (
	whatSession = C.CString("session data")
	whatHeaders = C.CString("headers")
	whatContext = C.CString("context")
	whatThread  = C.CString("service thread")
	whatVhost   = C.CString("vhost")
)

func zalloc(n C.size_t, what *C.char) unsafe.Pointer {
	p := C.golws_zalloc(n, what)
	if p == nil {
		panic("out of memory")
	}
	return p
}

// free gives back what zalloc gave. nil costs no crossing.
func free(p unsafe.Pointer) {
	if p != nil {
		C.golws_free(p)
	}
}

// address is a pointer of the program's that is only kept and given back. It is
// a number, since programs put numbers there, which must not look like pointers
// to Go's runtime.
type address uintptr

// addressAt reads a void * of a C structure as an address.
func addressAt(p *unsafe.Pointer) address { return *(*address)(unsafe.Pointer(p)) }

// put stores a as a void * of a C structure.
func (a address) put(p *unsafe.Pointer) { *(*address)(unsafe.Pointer(p)) = a }

func bytesAt(p unsafe.Pointer, n int) []byte {
	if n <= 0 || p == nil {
		return nil
	}
	return unsafe.Slice((*byte)(p), n)
}

func goString(p *C.char) string {
	if p == nil {
		return ""
	}
	return C.GoString(p)
}

// cString copies s to C memory that golws_free frees.
func cString(s string, what *C.char) *C.char {
	p := zalloc(C.size_t(len(s)+1), what)
	copy(bytesAt(p, len(s)), s)
	return (*C.char)(p)
}

// logger passes the engine's lines to the shim.
type logger struct{}

// Enabled asks the shim's level.
func (logger) Enabled(l engine.Level) bool { return C.golws_log_enabled(nil, nil, nil, C.int(l)) != 0 }

// Log passes one line on.
func (logger) Log(l engine.Level, c *engine.Context, v *engine.Vhost, w *engine.Wsi, line string) {
	var cc *C.struct_lws_context
	var cv *C.struct_lws_vhost
	var cw *C.struct_lws
	if w != nil {
		cw = stub(w)
	}
	if v != nil {
		if x, ok := v.Face.(*vhost); ok {
			cv = x.c
		}
	}
	if c != nil {
		if x, ok := c.Face.(*context); ok {
			cc = x.c
		}
	}
	logLine(cc, cv, cw, l, line)
}

// logFailed logs why something failed that made callbacks, in which the program
// may have destroyed the vhost or the context.
func logFailed(x *context, v *vhost, line string) {
	var c *C.struct_lws_context
	var vh *C.struct_lws_vhost
	if x != nil && !x.gone.Load() {
		c = x.c
	}
	if v != nil && !v.gone.Load() {
		vh = v.c
	}
	logLine(c, vh, nil, engine.LogErr, line)
}

func logLine(c *C.struct_lws_context, v *C.struct_lws_vhost, w *C.struct_lws, l engine.Level, line string) {
	s := C.CString(line)
	defer C.free(unsafe.Pointer(s))
	C.golws_log(c, v, w, C.int(l), s)
}
