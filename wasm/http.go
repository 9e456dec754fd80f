//go:build wasip1

package main

import (
	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/role/h1"
)

// maxHead is the room for a head that is built by lws_add_http_header_….
const maxHead = 16 << 10

// growHead is how much room an answer's head is given first.
const growHead = 1 << 10

// build appends to the head under construction, in memory that grows to
// maxHead.
func (w *wsi) build(add func(dst []byte) ([]byte, error)) int32 {
	for {
		b, err := add(w.head)
		if err == nil {
			w.head = b
			return 0
		}
		if err != h1.ErrNoRoom || cap(w.head) >= maxHead {
			return fail(-1, err.Error())
		}
		room := min(max(2*cap(w.head), growHead), maxHead)
		w.head = append(make([]byte, 0, room), w.head...)
	}
}

//go:wasmexport lws_add_http_header_status
func lwsAddHTTPHeaderStatus(h, status int32) int32 {
	return call(h, func(w *wsi) int32 {
		w.head = w.head[:0]
		return w.build(func(dst []byte) ([]byte, error) { return h1.AppendStatus(w.e, dst, int(status)) })
	})
}

//go:wasmexport lws_add_http_header_by_name
func lwsAddHTTPHeaderByName(h, name, nameLen, value, valueLen int32) int32 {
	return call(h, func(w *wsi) int32 {
		k, ok := lent(name, nameLen)
		v, ok2 := lent(value, valueLen)
		if !ok || !ok2 {
			return errBounds
		}
		if w.lines != nil {
			return w.addLine(k, v)
		}
		return w.build(func(dst []byte) ([]byte, error) { return h1.AppendHeaderByName(w.e, dst, k, v) })
	})
}

// addLine adds to the head of the library's own that a callback is asked about.
func (w *wsi) addLine(name, value []byte) int32 {
	l := w.lines
	line := make([]byte, 0, len(name)+len(value)+4)
	line, err := h1.AppendHeaderByName(w.e, line, name, value)
	if err == nil && len(l.B)+len(line) > l.Max {
		err = h1.ErrNoRoom
	}
	if err != nil {
		return fail(-1, err.Error())
	}
	l.B = append(l.B, line...)
	return 0
}

//go:wasmexport lws_add_http_header_by_token
func lwsAddHTTPHeaderByToken(h, token, value, valueLen int32) int32 {
	return call(h, func(w *wsi) int32 {
		v, ok := lent(value, valueLen)
		if !ok {
			return errBounds
		}
		return w.build(func(dst []byte) ([]byte, error) { return h1.AppendHeaderByToken(w.e, dst, h1.Token(token), v) })
	})
}

//go:wasmexport lws_add_http_header_content_length
func lwsAddHTTPHeaderContentLength(h int32, n float64) int32 {
	return call(h, func(w *wsi) int32 {
		if n < 0 {
			return fail(errField, "a negative length")
		}
		return w.build(func(dst []byte) ([]byte, error) { return h1.AppendContentLength(w.e, dst, int64(n)) })
	})
}

//go:wasmexport lws_add_http_common_headers
func lwsAddHTTPCommonHeaders(h, status, ctype, ctypeLen int32, length float64) int32 {
	return call(h, func(w *wsi) int32 {
		t, ok := text(ctype, ctypeLen)
		if !ok {
			return errBounds
		}
		w.head = w.head[:0]
		return w.build(func(dst []byte) ([]byte, error) {
			return h1.AppendCommonHeaders(w.e, dst, int(status), t, int64(length))
		})
	})
}

//go:wasmexport lws_finalize_write_http_header
func lwsFinalizeWriteHTTPHeader(h int32) int32 {
	return call(h, func(w *wsi) int32 {
		if len(w.head) == 0 {
			return fail(-1, "no head was begun")
		}
		if cap(w.head) < maxHead && cap(w.head)-len(w.head) < growHead {
			w.head = append(make([]byte, 0, len(w.head)+growHead), w.head...)
		}
		if code := w.build(func(dst []byte) ([]byte, error) { return h1.AppendFinalize(w.e, dst) }); code != 0 {
			return code
		}
		err := w.e.Write(w.head, engine.WriteHTTPHeaders)
		w.head = nil
		if err != nil {
			return refusal(err)
		}
		return 0
	})
}

//go:wasmexport lws_return_http_status
func lwsReturnHTTPStatus(h, status, p, n int32) int32 {
	return call(h, func(w *wsi) int32 {
		html, ok := text(p, n)
		if !ok {
			return errBounds
		}
		return int32(h1.ReturnStatus(w.e, int(status), html))
	})
}

//go:wasmexport lws_http_redirect
func lwsHTTPRedirect(h, status, p, n int32) int32 {
	return call(h, func(w *wsi) int32 {
		url, ok := text(p, n)
		if !ok {
			return errBounds
		}
		return int32(h1.Redirect(w.e, int(status), url, make([]byte, 0, maxHead)))
	})
}

//go:wasmexport lws_http_transaction_completed
func lwsHTTPTransactionCompleted(h int32) int32 {
	return call(h, func(w *wsi) int32 { return int32(h1.TransactionCompleted(w.e)) })
}

//go:wasmexport lws_serve_http_file
func lwsServeHTTPFile(h, path, pathLen, ctype, ctypeLen, headers, headersLen int32) int32 {
	return call(h, func(w *wsi) int32 {
		file, ok := text(path, pathLen)
		t, ok2 := text(ctype, ctypeLen)
		other, ok3 := lent(headers, headersLen)
		if !ok || !ok2 || !ok3 {
			return errBounds
		}
		return int32(h1.ServeFile(w.e, file, t, other))
	})
}

//go:wasmexport lws_http_client_read
func lwsHTTPClientRead(h, most int32) int32 {
	return call(h, func(w *wsi) int32 { return int32(h1.Read(w.e, int(most))) })
}

//go:wasmexport lws_http_client_http_response
func lwsHTTPClientHTTPResponse(h int32) int32 {
	return ask(h, func(w *wsi) int32 { return int32(h1.ResponseCode(w.e)) })
}

//go:wasmexport lws_client_http_body_pending
func lwsClientHTTPBodyPending(h, pending int32) int32 {
	return call(h, func(w *wsi) int32 {
		h1.BodyPending(w.e, pending != 0)
		return 0
	})
}
