package main

// #include "table.h"
import "C"

import (
	"unsafe"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/role/h1"
)

// pull is a running lws_http_client_read: the caller's buffer, where the pieces
// of the body are put for the callbacks to see, and how far it is filled.
type pull struct {
	buf []byte
	n   int
}

// take copies a piece to the buffer and gives it back from there. It always
// fits, as the role reads no more than the buffer's size.
func (p *pull) take(b []byte) []byte {
	at := p.n
	p.n += copy(p.buf[at:], b)
	return p.buf[at:p.n]
}

// golws_http_client_read is lws_http_client_read; *len is the buffer's size,
// and then the bytes of body that were handed over.
//
//export golws_http_client_read
func golws_http_client_read(s *C.struct_lws, buf *C.char, size *C.int) (ret C.int) {
	ret = -1
	defer guardWsi(s)
	w := wsiOf(s)
	if w == nil {
		return -1
	}
	t := threadOf(s.t)
	outer := t.pull
	t.pull = pull{buf: bytesAt(unsafe.Pointer(buf), int(*size))}
	w.Thread().Enter()
	ret = C.int(h1.Read(w, int(*size)))
	w.Thread().Leave()
	*size = C.int(t.pull.n)
	t.pull = outer
	return ret
}

// golws_http_client_status is lws_http_client_http_response.
//
//export golws_http_client_status
func golws_http_client_status(s *C.struct_lws) (ret C.uint) {
	defer guardWsi(s)
	w := wsiOf(s)
	if w == nil {
		return 0
	}
	return C.uint(h1.ResponseCode(w))
}

// golws_http_client_body_pending is lws_client_http_body_pending.
//
//export golws_http_client_body_pending
func golws_http_client_body_pending(s *C.struct_lws, more C.int) {
	defer guardWsi(s)
	if w := wsiOf(s); w != nil {
		h1.BodyPending(w, more != 0)
	}
}

// received gives the body's pieces to C from the caller's own buffer, as
// programs look there too.
func (t *thread) received(r engine.Reason, b []byte) []byte {
	if r != engine.ReasonReceiveClientHTTPRead || t.pull.buf == nil {
		return b
	}
	return t.pull.take(b)
}
