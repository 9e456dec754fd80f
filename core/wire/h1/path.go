package h1

import "bytes"

// Reasons a percent-encoded text is refused for.
const (
	badEscape  = "broken percent-encoding (RFC 3986 2.1)"
	nulEscape  = "%00 in the target"
	lineEscape = "%0D or %0A in the path"
)

// appendDecoded appends src with %XX decoded, once, and, if plus is set, "+" as
// a space (as in URL arguments). why is "" or what is wrong: a broken escape or
// %00. dst may be src[:0].
func appendDecoded(dst, src []byte, plus bool) (_ []byte, why string) {
	for i := 0; i < len(src); i++ {
		c := src[i]
		switch {
		case c == '%':
			if i+2 >= len(src) || class[src[i+1]]&class[src[i+2]]&isHexChar == 0 {
				return dst, badEscape
			}
			c = unhex(src[i+1])<<4 | unhex(src[i+2])
			if c == 0 {
				return dst, nulEscape
			}
			i += 2
		case c == '+' && plus:
			c = ' '
		}
		dst = append(dst, c)
	}
	return dst, ""
}

// AppendCleanPath appends the normal form of a decoded path: it begins with
// "/", "." and ".." are resolved (RFC 3986 section 5.2.4), ".." stops at
// the root, and a run of "/" is one. A trailing "/" stays, and what ends in
// "." or ".." ends in "/". Decoding comes first and only once, so a "/" or
// ".." that was percent-encoded is resolved like any other. Backslash is an
// ordinary byte. dst may be path[:0] when path begins with "/".
func AppendCleanPath(dst, path []byte) []byte {
	base := len(dst)
	for {
		for len(path) > 0 && path[0] == '/' {
			path = path[1:]
		}
		seg, last := path, true
		if i := bytes.IndexByte(path, '/'); i >= 0 {
			seg, path, last = path[:i], path[i:], false
		}
		switch {
		case len(seg) == 0 || len(seg) == 1 && seg[0] == '.':
		case len(seg) == 2 && seg[0] == '.' && seg[1] == '.':
			dst = dst[:max(base, base+bytes.LastIndexByte(dst[base:], '/'))]
		default:
			dst = append(append(dst, '/'), seg...)
			if last {
				return dst
			}
		}
		if last {
			return append(dst, '/')
		}
	}
}
