package main

// #include "table.h"
import "C"

import (
	"runtime"
	"unsafe"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/role/h1"
)

// protocol is a C protocol as the engine's Handler. Counts: one crossing for
// each callback (about 65 ns), one for each batch of message pieces, and no
// copy of data, which lies in C memory already or is lent for the call.
type protocol struct {
	c  *C.struct_lws_protocols
	cx *context
}

// Callback calls the C function.
func (p *protocol) Callback(w *engine.Wsi, r engine.Reason, in engine.In) int {
	s := stub(w)
	refresh(w, s)
	if w.Fake() || w.Protocol() == nil {
		s.protocol = p.c
	}
	if p.c.callback == nil {
		return 0
	}
	switch v := in.Value.(type) {
	case nil:
	case *engine.HeaderBuffer:
		return p.callHeaders(s, r, v)
	case *h1.Access:
		return p.callAccess(s, r, v)
	case *engine.PVO:
		at, _ := v.Face.(unsafe.Pointer)
		return p.call(s, r, uintptr(at), 0)
	case *pollArgs:
		return p.callPoll(s, r, v)
	case *engine.Wsi:
		return p.call(s, r, uintptr(unsafe.Pointer(stub(v))), 0)
	case address: // the program's own, passed through the engine
		return p.call(s, r, uintptr(v), in.Num)
	}
	if r == engine.ReasonFilterNetworkConnection {
		ret := int(C.golws_filter_network(p.c, s, C.int(in.Num)))
		p.cx.back()
		return ret
	}
	if r == engine.ReasonConnecting {
		s.fd = C.int(in.Num)
	}
	if in.Bytes == nil {
		return p.call(s, r, uintptr(in.Num), 0)
	}
	t := threadOf(s.t)
	if t == nil {
		return -1
	}
	if isData(r) && len(in.Bytes) > 0 {
		b := t.received(r, in.Bytes)
		ret := p.call(s, r, uintptr(unsafe.Pointer(unsafe.SliceData(b))), len(b))
		runtime.KeepAlive(b)
		return ret
	}
	text, top := t.lendString(in.Bytes)
	ret := p.call(s, r, uintptr(unsafe.Pointer(text)), len(in.Bytes))
	runtime.KeepAlive(text)
	t.strTop = top
	return ret
}

func (p *protocol) call(s *C.struct_lws, r engine.Reason, in uintptr, n int) int {
	ret := int(C.golws_callback(number(p.c), number(s), C.int(r), C.uintptr_t(in), C.size_t(n)))
	p.cx.back()
	return ret
}

func number[T any](p *T) C.uintptr_t { return C.uintptr_t(uintptr(unsafe.Pointer(p))) }

// Fragments delivers the pieces in one crossing.
func (p *protocol) Fragments(w *engine.Wsi, r engine.Reason, fs []engine.Fragment) (n, ret int) {
	s := stub(w)
	t := threadOf(s.t)
	if t == nil {
		return 0, -1
	}
	all := fs
	at := t.fragTop
	room := t.frags[at:]
	if len(room) == 0 {
		return 0, -1 // nested deeper than anybody means
	}
	for len(fs) > 0 {
		k := min(len(fs), len(room))
		t.fragTop = at + k
		for i := range fs[:k] {
			f, c := &fs[i], &room[i]
			c.data = C.uintptr_t(uintptr(unsafe.Pointer(unsafe.SliceData(f.Data))))
			c.len = C.size_t(len(f.Data))
			c.remaining = C.uint64_t(f.Remaining)
			c.opcode, c.rsv = C.uint8_t(f.Opcode), C.uint8_t(f.Rsv)
			c.first, c.final = C.uint8_t(b2i(f.First)), C.uint8_t(b2i(f.Final))
		}
		both := int64(C.golws_fragments(number(p.c), number(s), C.int(r), &room[0], C.int(k)))
		p.cx.back()
		t.fragTop = at
		done := int(both >> 32)
		ret = int(int32(both))
		n += done
		if ret != 0 || done < k {
			break
		}
		fs = fs[k:]
	}
	runtime.KeepAlive(all)
	return n, ret
}

// isData says that a callback's bytes are data, not text: C does not expect a
// NUL behind them, so they are not copied.
func isData(r engine.Reason) bool {
	switch r {
	case engine.ReasonReceive, engine.ReasonClientReceive, engine.ReasonReceivePong, engine.ReasonClientReceivePong,
		engine.ReasonHTTPBody, engine.ReasonReceiveClientHTTPRead, engine.ReasonRawRX, engine.ReasonWSPeerInitiatedClose:
		return true
	}
	return false
}

// lendString copies b with a NUL behind it, to the thread's C memory where that has
// the room. The caller keeps text alive and sets strTop back to top when the
// callback is done.
func (t *thread) lendString(b []byte) (text *byte, top int) {
	top = t.strTop
	if top+len(b)+1 > len(t.str) {
		own := make([]byte, len(b)+1)
		copy(own, b)
		return &own[0], top
	}
	n := copy(t.str[top:], b)
	t.str[top+n] = 0
	t.strTop = top + n + 1
	return &t.str[top], top
}

// lendArgs gives C a struct lws_process_html_args in the thread's memory; the
// caller sets strTop back to top when the callback is done. nil where callbacks
// nest deeper than anybody means.
func (t *thread) lendArgs() (a *C.struct_lws_process_html_args, top int) {
	top = t.strTop
	at := (top + 7) &^ 7
	end := at + int(unsafe.Sizeof(*a))
	if end > len(t.str) {
		return nil, top
	}
	a = (*C.struct_lws_process_html_args)(unsafe.Pointer(&t.str[at]))
	*a = C.struct_lws_process_html_args{}
	t.strTop = end
	return a, top
}

// callAccess asks C by a struct lws_process_html_args: the path, and where
// max_len would be the mount's auth_mask.
func (p *protocol) callAccess(s *C.struct_lws, r engine.Reason, v *h1.Access) int {
	t := threadOf(s.t)
	if t == nil {
		return -1
	}
	path, top := t.lendString(v.Path)
	defer func() { t.strTop = top }()
	a, _ := t.lendArgs()
	if a == nil {
		return -1
	}
	*(*uintptr)(unsafe.Pointer(&a.p)) = uintptr(unsafe.Pointer(path)) // perhaps Go's memory, so no pointer there
	a.len, a.max_len = C.int(len(v.Path)), C.int(int32(uint32(v.Mask)))
	ret := p.call(s, r, uintptr(unsafe.Pointer(a)), 0)
	runtime.KeepAlive(path)
	return ret
}

// callHeaders lends C a buffer to append header lines to, of the thread's memory
// where it has the room. C sees a struct lws_process_html_args (ADD_HEADERS), or
// only its first member, a moving pointer (CLIENT_APPEND_HANDSHAKE_HEADER).
func (p *protocol) callHeaders(s *C.struct_lws, r engine.Reason, h *engine.HeaderBuffer) int {
	room := h.Max - len(h.B)
	if room <= 0 {
		return 0
	}
	t := threadOf(s.t)
	if t == nil {
		return -1
	}
	a, top := t.lendArgs()
	if a == nil {
		return -1
	}
	defer func() { t.strTop = top }()
	var mem unsafe.Pointer
	if at := t.strTop; at+room+1 <= len(t.str) {
		mem = unsafe.Pointer(&t.str[at])
		t.strTop += room + 1
	} else {
		if mem = C.golws_zalloc(C.size_t(room)+1, whatHeaders); mem == nil {
			logLine(nil, s.vhost, s, engine.LogErr, "no memory for headers of the program's own")
			return -1
		}
		defer free(mem)
	}
	a.p, a.max_len = (*C.char)(mem), C.int(room)
	ret := p.call(s, r, uintptr(unsafe.Pointer(a)), room)
	n := int(uintptr(unsafe.Pointer(a.p)) - uintptr(mem))
	if n < 0 || n > room {
		logLine(nil, s.vhost, s, engine.LogErr, "a callback appended headers beyond the room that it was given")
		return -1
	}
	h.B = append(h.B, bytesAt(mem, n)...)
	return ret
}
