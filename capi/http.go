package main

// #include <stdlib.h>
// #include "table.h"
import "C"

import (
	"math"
	"sync"
	"unsafe"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/role/h1"
)

// golws_http_status begins a head in dst: the status line, and what the vhost
// adds to every answer. Counts for an answer that is built and sent in the HTTP
// callback: two crossings into Go (this one or golws_http_common, and
// golws_http_completed); six callbacks (FILTER_HTTP_CONNECTION, HTTP, and two
// pairs of DROP and BIND), below a callback mount nine; one recv and one send; no
// allocation. The lines between are added by the shim, and head and body go
// through the thread's batch.
//
//export golws_http_status
func golws_http_status(s *C.struct_lws, code C.uint, dst *C.uchar, size C.size_t) (ret C.int) {
	ret = -1
	defer guardWsi(s)
	w := wsiOf(s)
	if w == nil {
		return -1
	}
	b, err := h1.AppendStatus(w, bytesAt(unsafe.Pointer(dst), int(size))[:0:size], int(code))
	if err != nil {
		logLine(nil, nil, s, engine.LogWarn, "lws_add_http_header_status: "+err.Error())
		return -1
	}
	return C.int(len(b))
}

// golws_http_common begins a head like golws_http_status, with a content type
// and the length of the body, negative where that is not known.
//
//export golws_http_common
func golws_http_common(s *C.struct_lws, code C.uint, ctype *C.char, n C.size_t, length C.int64_t, dst *C.uchar, size C.size_t) (ret C.int) {
	ret = -1
	defer guardWsi(s)
	w := wsiOf(s)
	if w == nil {
		return -1
	}
	t := unsafe.String((*byte)(unsafe.Pointer(ctype)), int(n)) // the caller's, for this call
	b, err := h1.AppendCommonHeaders(w, bytesAt(unsafe.Pointer(dst), int(size))[:0:size], int(code), t, int64(length))
	if err != nil {
		logLine(nil, nil, s, engine.LogWarn, "lws_add_http_common_headers: "+err.Error())
		return -1
	}
	return C.int(len(b))
}

// golws_http_return_status is lws_return_http_status.
//
//export golws_http_return_status
func golws_http_return_status(s *C.struct_lws, code C.uint, body *C.char) (ret C.int) {
	ret = -1
	defer guardWsi(s)
	w := wsiOf(s)
	if w == nil {
		return -1
	}
	w.Thread().Enter()
	defer w.Thread().Leave()
	ret = C.int(h1.ReturnStatus(w, int(code), goString(body)))
	answered(w, s)
	return ret
}

// golws_http_serve_file is lws_serve_http_file.
//
//export golws_http_serve_file
func golws_http_serve_file(s *C.struct_lws, file, ctype, headers *C.char, n C.int) (ret C.int) {
	ret = -1
	defer guardWsi(s)
	w := wsiOf(s)
	if w == nil {
		return -1
	}
	w.Thread().Enter()
	defer w.Thread().Leave()
	ret = C.int(h1.ServeFile(w, goString(file), goString(ctype), bytesAt(unsafe.Pointer(headers), int(n))))
	answered(w, s)
	return ret
}

// golws_http_file_fragment is lws_serve_http_file_fragment.
//
//export golws_http_file_fragment
func golws_http_file_fragment(s *C.struct_lws) (ret C.int) {
	ret = -1
	defer guardWsi(s)
	w := wsiOf(s)
	if w == nil {
		return -1
	}
	return C.int(h1.FileFragment(w))
}

// golws_http_completed is lws_http_transaction_completed.
//
//export golws_http_completed
func golws_http_completed(s *C.struct_lws) (ret C.int) {
	ret = 1
	defer guardWsi(s)
	w := wsiOf(s)
	if w == nil {
		return 1
	}
	w.Thread().Enter()
	defer w.Thread().Leave()
	ret = C.int(h1.TransactionCompleted(w))
	answered(w, s)
	return ret
}

// answered tells the shim whether the program may still write: behind an answer
// there is nothing that its bytes could belong to.
func answered(w *engine.Wsi, s *C.struct_lws) { s.framing = C.uint8_t(framing(w)) }

// golws_http_mark_sse takes the connection's time limit off.
//
//export golws_http_mark_sse
func golws_http_mark_sse(s *C.struct_lws) {
	defer guardWsi(s)
	if w := wsiOf(s); w != nil {
		w.SetTimeout(engine.TimeoutNone, 0)
	}
}

// golws_vhost_http_body_limit is lws_vhost_set_http_body_limit. Any thread.
//
//export golws_vhost_http_body_limit
func golws_vhost_http_body_limit(vh *C.struct_lws_vhost, bytes C.uint64_t) {
	v := vhostOf(vh)
	if v == nil {
		return
	}
	defer guard(vh.cx)
	v.e.SetBodyLimit(int64(min(uint64(bytes), math.MaxInt64)))
}

// mimeTypes are the C copies of the role's media types, made when first asked
// for and never freed.
var mimeTypes sync.Map

// golws_http_mimetype is the built-in media type of a file's name; one that gives
// way to a mount's own sets *late. Any thread.
//
//export golws_http_mimetype
func golws_http_mimetype(file *C.char, late *C.int) (ret *C.char) {
	defer guard(nil)
	t, givesWay := h1.BuiltInType(goString(file))
	if t == "" {
		return nil
	}
	if givesWay {
		*late = 1
	}
	if c, ok := mimeTypes.Load(t); ok {
		return c.(*C.char)
	}
	own := C.CString(t)
	c, loaded := mimeTypes.LoadOrStore(t, own)
	if loaded {
		C.free(unsafe.Pointer(own))
	}
	return c.(*C.char)
}
