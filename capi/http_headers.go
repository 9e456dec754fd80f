package main

// #include "table.h"
import "C"

import (
	"unsafe"

	"github.com/golws/golws/core/role/h1"
)

// text gives C one value: its length, with the bytes and a NUL at dst unless
// that is NULL; or why not.
func text(v []byte, dst *C.char, size C.size_t) C.int {
	if v == nil {
		return C.GOLWS_HDR_ABSENT
	}
	if dst == nil {
		return C.int(len(v))
	}
	if len(v) >= int(size) {
		return C.GOLWS_HDR_NO_FIT
	}
	out := bytesAt(unsafe.Pointer(dst), int(size))
	out[copy(out, v)] = 0
	return C.int(len(v))
}

// head is the exchange of a C record's wsi, nil where no headers can be read.
func head(s *C.struct_lws) *h1.Exchange {
	if w := wsiOf(s); w != nil {
		return h1.Of(w)
	}
	return nil
}

// golws_hdr reads one value of a token, or all of them joined (frag -1).
//
//export golws_hdr
func golws_hdr(s *C.struct_lws, token, frag C.int, dst *C.char, size C.size_t) (ret C.int) {
	ret = C.GOLWS_HDR_ABSENT
	defer guardWsi(s)
	x := head(s)
	if x == nil {
		return ret
	}
	t := h1.Token(token)
	if frag >= 0 {
		return text(x.Fragment(t, int(frag)), dst, size)
	}
	switch x.Fragments(t) {
	case 0:
		return ret
	case 1:
		return text(x.Fragment(t, 0), dst, size)
	}
	n := x.TokenLen(t)
	if dst == nil {
		return C.int(n)
	}
	if n >= int(size) {
		return C.GOLWS_HDR_NO_FIT
	}
	out := bytesAt(unsafe.Pointer(dst), int(size))
	x.AppendToken(out[:0], t)
	out[n] = 0
	return C.int(n)
}

// golws_hdr_custom reads the first value of a header by its name.
//
//export golws_hdr_custom
func golws_hdr_custom(s *C.struct_lws, name *C.char, n C.size_t, dst *C.char, size C.size_t) (ret C.int) {
	ret = C.GOLWS_HDR_ABSENT
	defer guardWsi(s)
	x := head(s)
	if x == nil {
		return ret
	}
	return text(x.Custom(string(bytesAt(unsafe.Pointer(name), int(n)))), dst, size)
}

// golws_hdr_custom_name reads the name of header number i of those that have no
// token, in lower case and with its colon. -1 only says whether there is a head.
//
//export golws_hdr_custom_name
func golws_hdr_custom_name(s *C.struct_lws, i C.int, dst *C.char, size C.size_t) (ret C.int) {
	ret = C.GOLWS_HDR_ABSENT
	defer guardWsi(s)
	x := head(s)
	if x == nil {
		return ret
	}
	if i >= 0 {
		return text(x.CustomName(int(i)), dst, size)
	}
	if h := x.Head(); h.Target != nil || h.Status != 0 {
		return 0
	}
	return ret // lws_http_headers_detach() was called
}

// golws_hdr_urlarg reads the decoded value of an URL argument.
//
//export golws_hdr_urlarg
func golws_hdr_urlarg(s *C.struct_lws, name *C.char, dst *C.char, size C.size_t) (ret C.int) {
	ret = C.GOLWS_HDR_ABSENT
	defer guardWsi(s)
	x := head(s)
	if x == nil {
		return ret
	}
	v, ok := x.Arg(goString(name))
	if !ok {
		return ret
	}
	if v == nil {
		v = []byte{}
	}
	return text(v, dst, size)
}

// golws_hdr_cookie reads the value of a cookie.
//
//export golws_hdr_cookie
func golws_hdr_cookie(s *C.struct_lws, name *C.char, dst *C.char, size C.size_t) (ret C.int) {
	ret = C.GOLWS_HDR_ABSENT
	defer guardWsi(s)
	x := head(s)
	if x == nil {
		return ret
	}
	return text(x.Cookie(goString(name)), dst, size)
}

// golws_hdr_uri reads the request's path, and its method as LWSHUMETH_ has it.
//
//export golws_hdr_uri
func golws_hdr_uri(s *C.struct_lws, dst *C.char, size C.size_t, method *C.int) (ret C.int) {
	ret = C.GOLWS_HDR_ABSENT
	defer guardWsi(s)
	x := head(s)
	if x == nil {
		return ret
	}
	m, path := x.URI()
	*method = C.int(m)
	return text(path, dst, size)
}

// golws_hdr_detach gives the head's memory back.
//
//export golws_hdr_detach
func golws_hdr_detach(s *C.struct_lws) (ret C.int) {
	defer guardWsi(s)
	if x := head(s); x != nil {
		x.Parser.Forget()
	}
	return 0
}
