package main

// #include <unistd.h>
// #include "table.h"
import "C"

import (
	"unsafe"

	"github.com/golws/golws/core/engine"
)

// face shows the engine's wsi to C: it keeps a struct lws for each.
type face struct{ cx *context }

func stub(w *engine.Wsi) *C.struct_lws {
	s, _ := w.Face.(*C.struct_lws)
	return s
}

// WsiCreated makes the C record.
func (f *face) WsiCreated(w *engine.Wsi) bool {
	s := C.golws_wsi_made(f.cx.threads[w.Thread().Index()].c)
	if s == nil {
		return false
	}
	slot, gen := w.Slot()
	s.slot, s.gen = C.uint32_t(slot), C.uint32_t(gen)
	w.Face = s
	w.Shared = (*engine.Shared)(unsafe.Pointer(&s.tx))
	return true
}

// refresh brings the record up to date before C sees it.
func refresh(w *engine.Wsi, s *C.struct_lws) {
	if v, ok := w.Vhost().Face.(*vhost); ok {
		s.vhost = v.c
	}
	if o, ok := w.Opaque.(address); ok {
		o.put(&s.opaque)
		w.Opaque = nil
	}
	if w.Fake() {
		s.fake = 1
		return
	}
	if p := w.Retry(); p != nil {
		s.retry, _ = p.Face.(*C.struct_lws_retry_bo)
	}
	s.framing = C.uint8_t(framing(w))
	s.client = C.uint8_t(b2i(w.Client()))
	if c := w.Carrier(); c != nil {
		s.fd = C.int(c.Fd())
	} else if fd, ok := w.File(); ok {
		s.fd = C.int(fd)
	}
}

// framing says how lws_write may frame for w without a crossing.
func framing(w *engine.Wsi) int {
	ip, ok := w.Role().(engine.InPlacer)
	if !ok || !w.Open() {
		return C.GOLWS_CROSS
	}
	const small = 64
	switch room, ok := ip.HeadRoom(w, small, engine.WriteBinary); {
	case !ok:
		return C.GOLWS_CROSS
	case room == 0:
		return C.GOLWS_RAW
	case room == 2:
		return C.GOLWS_WS_SERVER
	case room == 6:
		return C.GOLWS_WS_CLIENT
	}
	return C.GOLWS_CROSS
}

// WsiBound allocates the session data, where the program did not bring its own.
func (f *face) WsiBound(w *engine.Wsi) bool {
	s := stub(w)
	p, ok := w.Protocol().Handler.(*protocol)
	if !ok {
		return true
	}
	f.ended(s)
	old, same := s.dropped, s.protocol == p.c
	s.dropped = nil
	s.protocol = p.c
	if n := p.c.per_session_data_size; n > 0 && s.user_given == 0 {
		if same && old != nil && s.user_size == n {
			clear(bytesAt(old, int(n)))
			s.user, s.user_owned = old, 1
			return true
		}
		s.user, s.user_size = C.golws_zalloc(n, whatSession), n
		s.user_owned = C.uint8_t(b2i(s.user != nil))
	}
	free(old)
	return s.user_owned != 0 || p.c.per_session_data_size == 0 || s.user_given != 0
}

// WsiDropped ends the session. Its memory stays until the next begins or the
// wsi goes: the callback that completed a transaction may still look at it, and
// the next one of the same protocol gets the same block, zeroed, as in lws.
func (f *face) WsiDropped(w *engine.Wsi) { f.ended(stub(w)) }

func (f *face) ended(s *C.struct_lws) {
	if s.user_owned != 0 {
		free(s.dropped)
		s.dropped = s.user
		s.user_owned, s.user = 0, nil
	}
}

// FileEnded closes a watched file, which is the library's: lws-adopt.h.
func (f *face) FileEnded(fd int) { C.close(C.int(fd)) }

// WsiFreed ends the record, which may still be wanting or have writes.
func (f *face) WsiFreed(w *engine.Wsi) {
	s := stub(w)
	t := f.cx.threads[w.Thread().Index()]
	if s.want != 0 || t.c.records != 0 {
		t.forget(s)
	}
	f.ended(s)
	free(s.dropped)
	if t.host.custom != nil && !w.Fake() {
		t.host.custom.forget(s)
	}
	if s.log_cx != nil {
		C.golws_wsi_logs_to(s, nil)
	}
	C.golws_wsi_gone(s)
	w.Face = nil
}

// VhostFreed frees the vhost's record.
func (f *face) VhostFreed(v *engine.Vhost) {
	if x, ok := v.Face.(*vhost); ok {
		x.free()
	}
}

// ContextFreed frees the context's record.
func (f *face) ContextFreed(*engine.Context) { f.cx.free() }

// Collect hands over what lws_write and lws_callback_on_writable gathered in C.
func (f *face) Collect(e *engine.Thread) {
	t := f.cx.threads[e.Index()]
	if t.c.records != 0 {
		t.collectWrites()
	}
	for t.c.wants != nil {
		s := t.c.wants
		t.c.wants = s.next
		s.want, s.next = 0, nil
		if w := e.Lookup(uint32(s.slot), uint32(s.gen)); w != nil {
			w.CallbackOnWritable()
		}
	}
}

// collectWrites frames the batch where it lies and lends it to the engine.
func (t *thread) collectWrites() {
	n := int(t.c.records)
	t.c.records = 0
	for i := range t.c.record[:n] {
		r := &t.c.record[i]
		r.w.tx.pending -= C.uint32_t(r.len)
		w := t.e.Lookup(uint32(r.w.slot), uint32(r.w.gen))
		if w == nil || !w.Open() {
			continue
		}
		b := t.tx[r.at : r.at+r.len] // the capacity reaches on, so that runs join
		wp := engine.WriteProtocol(r.wp)
		if ip, ok := w.Role().(engine.InPlacer); ok {
			ip.FrameInPlace(w, b, int(r.room), wp)
		}
		w.SendLent(b)
	}
}

// Flushed makes the batch's memory free, unless more was written meanwhile.
func (f *face) Flushed(e *engine.Thread) {
	if t := f.cx.threads[e.Index()]; t.c.records == 0 {
		t.c.tx_used = 0
	}
}

// forget takes a record that is being freed out of the thread's lists.
func (t *thread) forget(s *C.struct_lws) {
	for i := range t.c.record[:t.c.records] {
		if r := &t.c.record[i]; r.w == s {
			t.collectWrites()
			break
		}
	}
	var last *C.struct_lws
	for p := &t.c.wants; *p != nil; {
		if *p == s {
			*p = s.next
			continue
		}
		last = *p
		p = &(*p).next
	}
	t.c.wants_last = last
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
