package main

// #include "table.h"
import "C"

import (
	"unsafe"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/role/ws"
)

// The shim's limits are the engine's: what differs does not compile.
var (
	_ = [1]struct{}{}[engine.DirectSize-C.GOLWS_DIRECT_SIZE]
	_ = [1]struct{}{}[engine.QueueMark-C.GOLWS_QUEUE_MARK]
	_ = [1]struct{}{}[engine.QueueCap-C.GOLWS_QUEUE_CAP]
)

// golws_write is lws_write for what the shim does not batch: big payloads,
// fragments, control frames, compressed messages, and writes from outside
// service.
//
//export golws_write
func golws_write(s *C.struct_lws, p unsafe.Pointer, n C.size_t, wp C.int) (ret C.int) {
	ret = -1
	defer guardWsi(s)
	w := wsiOf(s)
	if w == nil {
		return -1
	}
	t := threadOf(s.t)
	w.Thread().Enter()
	if t.c.records != 0 {
		t.collectWrites() // what was written before goes before
	}
	err := w.Write(bytesAt(p, int(n)), engine.WriteProtocol(wp))
	s.framing = C.uint8_t(framing(w))
	w.Thread().Leave()
	if err != nil {
		logLine(nil, nil, s, engine.LogInfo, "lws_write: "+err.Error())
		return -1
	}
	return C.int(n)
}

// golws_on_writable is lws_callback_on_writable from outside service.
//
//export golws_on_writable
func golws_on_writable(s *C.struct_lws) (ret C.int) {
	ret = -1
	defer guardWsi(s)
	w := wsiOf(s)
	if w == nil {
		return -1
	}
	w.CallbackOnWritable()
	return 1
}

// golws_on_writable_post is the same from another thread.
//
//export golws_on_writable_post
func golws_on_writable_post(ct *C.struct_golws_thread, slot, gen C.uint32_t) (ret C.int) {
	ret = -1
	defer guard(ct.cx)
	t := threadOf(ct)
	if t == nil {
		return -1
	}
	t.e.Loop().Post(func() {
		if w := t.e.Lookup(uint32(slot), uint32(gen)); w != nil {
			w.CallbackOnWritable()
		}
	})
	return 1
}

// golws_rx_flow is lws_rx_flow_control without its flags.
//
//export golws_rx_flow
func golws_rx_flow(s *C.struct_lws, on C.int) (ret C.int) {
	ret = -1
	defer guardWsi(s)
	w := wsiOf(s)
	if w == nil {
		return -1
	}
	w.Thread().Enter()
	if on != 0 {
		w.Release(engine.HoldUser)
	} else {
		w.Hold(engine.HoldUser)
	}
	w.Thread().Leave()
	return 0
}

// golws_writable_now gives w's queue to the kernel and makes the WRITEABLE
// callback that waits; nonzero where w is gone by then.
//
//export golws_writable_now
func golws_writable_now(s *C.struct_lws) (ret C.int) {
	ret = -1
	defer guardWsi(s)
	w := wsiOf(s)
	if w == nil {
		return -1
	}
	w.Thread().Enter()
	w.WritableNow()
	w.Thread().Leave()
	if !w.Alive() {
		return -1
	}
	return 0
}

// golws_deflate_option sets an option of a connection's permessage-deflate;
// nonzero where there is none of that name, or w does not compress.
//
//export golws_deflate_option
func golws_deflate_option(s *C.struct_lws, name, value *C.char) (ret C.int) {
	ret = -1
	defer guardWsi(s)
	w := wsiOf(s)
	if w == nil || ws.SetDeflateOption(w, goString(name), goString(value)) != nil {
		return -1
	}
	return 0
}
