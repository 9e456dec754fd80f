//go:build wasip1

package main

import "github.com/golws/golws/core/role/h1"

// onHead finds the exchange whose head is asked for; x is nil where there is
// none to be read.
func onHead(h int32) (x *h1.Exchange, code int32) {
	w, code := onWsi(h)
	if w == nil {
		return nil, code
	}
	return h1.Of(w.e), 0
}

//go:wasmexport lws_hdr_total_length
func lwsHdrTotalLength(h, token int32) int32 {
	x, code := onHead(h)
	if x == nil {
		return code
	}
	return int32(x.TokenLen(h1.Token(token)))
}

//go:wasmexport lws_hdr_copy
func lwsHdrCopy(h, dst, size, token int32) int32 {
	x, code := onHead(h)
	if code != 0 {
		return code
	}
	out, ok := lent(dst, size)
	if !ok {
		return errBounds
	}
	if x == nil || x.Fragments(h1.Token(token)) == 0 || x.TokenLen(h1.Token(token)) > len(out) {
		return -1
	}
	return int32(len(x.AppendToken(out[:0], h1.Token(token))))
}

//go:wasmexport lws_hdr_fragment_length
func lwsHdrFragmentLength(h, token, i int32) int32 {
	x, code := onHead(h)
	if x == nil {
		return code
	}
	return int32(len(x.Fragment(h1.Token(token), int(i))))
}

//go:wasmexport lws_hdr_copy_fragment
func lwsHdrCopyFragment(h, dst, size, token, i int32) int32 {
	x, code := onHead(h)
	if code != 0 {
		return code
	}
	if x == nil {
		return -1
	}
	return value(x.Fragment(h1.Token(token), int(i)), dst, size)
}

// value answers with what may not be there.
func value(v []byte, dst, size int32) int32 {
	if v == nil {
		return -1
	}
	return copied(v, dst, size)
}

// named finds what a head has under a name.
func named(h, p, n int32, get func(x *h1.Exchange, name string) []byte) (v []byte, code int32) {
	x, code := onHead(h)
	if code != 0 {
		return nil, code
	}
	name, ok := text(p, n)
	if !ok {
		return nil, errBounds
	}
	if x == nil {
		return nil, 0
	}
	return get(x, name), 0
}

//go:wasmexport lws_hdr_custom_length
func lwsHdrCustomLength(h, p, n int32) int32 {
	v, code := named(h, p, n, (*h1.Exchange).Custom)
	if code != 0 {
		return code
	}
	return int32(len(v))
}

//go:wasmexport lws_hdr_custom_copy
func lwsHdrCustomCopy(h, dst, size, p, n int32) int32 {
	v, code := named(h, p, n, (*h1.Exchange).Custom)
	if code != 0 {
		return code
	}
	return value(v, dst, size)
}

//go:wasmexport golws_hdr_custom_name
func golwsHdrCustomName(h, dst, size, i int32) int32 {
	x, code := onHead(h)
	if code != 0 {
		return code
	}
	if x == nil || i < 0 {
		return -1
	}
	return value(x.CustomName(int(i)), dst, size)
}

//go:wasmexport lws_get_urlarg_by_name_safe
func lwsGetUrlargByNameSafe(h, p, n, dst, size int32) int32 {
	v, code := named(h, p, n, func(x *h1.Exchange, name string) []byte {
		v, ok := x.Arg(name)
		if ok && v == nil {
			v = []byte{}
		}
		return v
	})
	if code != 0 {
		return code
	}
	return value(v, dst, size)
}

//go:wasmexport lws_http_cookie_get
func lwsHTTPCookieGet(h, p, n, dst, size int32) int32 {
	v, code := named(h, p, n, (*h1.Exchange).Cookie)
	if code != 0 {
		return code
	}
	return value(v, dst, size)
}

//go:wasmexport lws_http_get_uri_and_method
func lwsHTTPGetURIAndMethod(h, dst, size int32) int32 {
	x, code := onHead(h)
	if code != 0 {
		return code
	}
	if x == nil {
		return -1
	}
	m, path := x.URI()
	if m < 0 {
		return -1
	}
	if n := copied(path, dst, size); n < 0 {
		return n
	}
	return int32(m)
}

//go:wasmexport golws_uri_length
func golwsURILength(h int32) int32 {
	x, code := onHead(h)
	if x == nil {
		return code
	}
	_, path := x.URI()
	return int32(len(path))
}
