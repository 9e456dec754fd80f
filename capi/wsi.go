package main

// #include "table.h"
import "C"

import (
	"unsafe"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/role/ws"
)

// golws_ws_sending_multifragment says that a message was begun by lws_write and
// not ended.
//
//export golws_ws_sending_multifragment
func golws_ws_sending_multifragment(s *C.struct_lws) (ret C.int) {
	defer guardWsi(s)
	if w := wsiOf(s); w != nil && ws.SendingMultifragment(w) {
		return 1
	}
	return 0
}

// golws_close_reason sets what a close that the program asks for tells the peer.
//
//export golws_close_reason
func golws_close_reason(s *C.struct_lws, code C.int, p unsafe.Pointer, n C.size_t) {
	defer guardWsi(s)
	if w := wsiOf(s); w != nil {
		ws.SetCloseReason(w, uint16(code), bytesAt(p, int(n)))
	}
}

// golws_close_payload copies the peer's close payload, at most 125 bytes.
//
//export golws_close_payload
func golws_close_payload(s *C.struct_lws, dst *C.uchar) (ret C.int) {
	defer guardWsi(s)
	w := wsiOf(s)
	if w == nil {
		return 0
	}
	p := ws.ClosePayload(w)
	if dst != nil {
		copy(bytesAt(unsafe.Pointer(dst), 125), p)
	}
	return C.int(len(p))
}

// golws_set_timeout is lws_set_timeout_us.
//
//export golws_set_timeout
func golws_set_timeout(s *C.struct_lws, reason C.int, us C.int64_t) {
	defer guardWsi(s)
	if w := wsiOf(s); w != nil {
		w.UserTimeout(engine.Timeout(reason), int64(us))
	}
}

// golws_kill closes w at once, or when the turn is over.
//
//export golws_kill
func golws_kill(s *C.struct_lws, sync C.int) {
	defer guardWsi(s)
	w := wsiOf(s)
	if w == nil {
		return
	}
	t := w.Thread()
	if sync != 0 {
		t.Enter()
		ws.Kill(w)
		t.Leave()
		return
	}
	t.Loop().Defer(func() {
		t.Enter()
		ws.Kill(w)
		t.Leave()
	})
}

// golws_kill_post is golws_kill from another thread.
//
//export golws_kill_post
func golws_kill_post(ct *C.struct_golws_thread, slot, gen C.uint32_t) {
	defer guard(ct.cx)
	t := threadOf(ct)
	if t == nil {
		return
	}
	t.e.Loop().Post(func() {
		if w := t.e.Lookup(uint32(slot), uint32(gen)); w != nil {
			t.e.Enter()
			ws.Kill(w)
			t.e.Leave()
		}
	})
}

// golws_set_timer is lws_set_timer_usecs.
//
//export golws_set_timer
func golws_set_timer(s *C.struct_lws, us C.int64_t) {
	defer guardWsi(s)
	if w := wsiOf(s); w != nil {
		w.SetTimer(int64(us))
	}
}

// golws_validity_confirmed is lws_validity_confirmed.
//
//export golws_validity_confirmed
func golws_validity_confirmed(s *C.struct_lws) {
	defer guardWsi(s)
	if w := wsiOf(s); w != nil {
		w.ValidityConfirmed()
	}
}

// golws_wsi_related finds a wsi's parent or first child.
//
//export golws_wsi_related
func golws_wsi_related(s *C.struct_lws, which C.int) (ret *C.struct_lws) {
	defer guardWsi(s)
	w := wsiOf(s)
	if w == nil {
		return nil
	}
	r := w.Parent()
	if which == C.GOLWS_RELATED_CHILD {
		r = w.Child()
	}
	if r == nil {
		return nil
	}
	return stub(r)
}

// golws_wsi_name writes w's name in logs, NUL-ended, and answers its length.
//
//export golws_wsi_name
func golws_wsi_name(s *C.struct_lws, dst *C.char, size C.size_t) (ret C.int) {
	defer guardWsi(s)
	w := wsiOf(s)
	if w == nil || size == 0 {
		return 0
	}
	out := bytesAt(unsafe.Pointer(dst), int(size))
	n := copy(out[:len(out)-1], w.String())
	out[n] = 0
	return C.int(n)
}
