package h1

import "strconv"

// EncodeError is a part of a message that cannot be sent as it stands, as it
// would become something else on the wire (RFC 9112 section 11.1).
type EncodeError struct {
	Part string // "method", "target", "header name" or "header value"
	Text string // the offending text, quoted and cut short
}

func (e *EncodeError) Error() string { return "h1: invalid " + e.Part + ": " + e.Text }

// AppendRequestLine appends a request line for HTTP/1.1. The method must be a
// token; the target must not be empty and must have no space, control
// character or DEL in it. On error dst comes back as it was.
func AppendRequestLine[M, T Text](dst []byte, method M, target T) ([]byte, error) {
	if !IsToken(method) {
		return dst, &EncodeError{"method", quote([]byte(method))}
	}
	if len(target) == 0 || !all(target, isTarget) {
		return dst, &EncodeError{"target", quote([]byte(target))}
	}
	dst = append(append(dst, method...), ' ')
	dst = append(dst, target...)
	return append(dst, " HTTP/1.1\r\n"...), nil
}

// AppendStatusLine appends a status line with the status's registered reason
// phrase. minor is the HTTP/1 minor version; a server of RFC 9110 section 2.5
// always says 1, lws answers 1.0 requests with 0. A status outside 100 to 999
// becomes 500.
func AppendStatusLine(dst []byte, minor, status int) []byte {
	if status < 100 || status > 999 {
		status = 500
	}
	if minor == 0 {
		dst = append(dst, "HTTP/1.0 "...)
	} else {
		dst = append(dst, "HTTP/1.1 "...)
	}
	dst = strconv.AppendInt(dst, int64(status), 10)
	dst = append(append(dst, ' '), StatusText(status)...)
	return append(dst, "\r\n"...)
}

// AppendField appends a header line. The name must be a token, the value must
// have no CR, LF, NUL or other control character but HTAB: that is what stops
// header injection. On error dst comes back as it was.
func AppendField[N, V Text](dst []byte, name N, value V) ([]byte, error) {
	if !IsToken(name) {
		return dst, &EncodeError{"header name", quote([]byte(name))}
	}
	if !IsFieldValue(value) {
		return dst, &EncodeError{"header value", quote([]byte(value))}
	}
	dst = append(append(dst, name...), ": "...)
	dst = append(dst, value...)
	return append(dst, "\r\n"...), nil
}

// AppendContentLength appends the Content-Length line for n bytes, n >= 0.
func AppendContentLength(dst []byte, n int64) []byte {
	dst = append(dst, "content-length: "...)
	return append(strconv.AppendInt(dst, max(n, 0), 10), "\r\n"...)
}

// AppendHeadEnd appends the empty line that ends a head.
func AppendHeadEnd(dst []byte) []byte { return append(dst, "\r\n"...) }

// AppendChunkHead appends the size line of a chunk of n bytes, n > 0: zero
// would end the body. The data and AppendChunkEnd follow.
func AppendChunkHead(dst []byte, n int) []byte {
	return append(strconv.AppendUint(dst, uint64(n), 16), "\r\n"...)
}

// AppendChunkEnd appends what follows a chunk's data.
func AppendChunkEnd(dst []byte) []byte { return append(dst, "\r\n"...) }

// AppendChunk appends a whole chunk, and nothing when data is empty, which
// would end the body.
func AppendChunk(dst, data []byte) []byte {
	if len(data) == 0 {
		return dst
	}
	dst = append(AppendChunkHead(dst, len(data)), data...)
	return AppendChunkEnd(dst)
}

// AppendLastChunk appends the end of a chunked body. trailers are lines made
// by AppendField, or nil.
func AppendLastChunk(dst, trailers []byte) []byte {
	dst = append(append(dst, "0\r\n"...), trailers...)
	return append(dst, "\r\n"...)
}
