package h1

import (
	"errors"
	"strings"
	"sync/atomic"

	"github.com/golws/golws/core/engine"
	wire "github.com/golws/golws/core/wire/h1"
)

// The Append functions build the head of an answer in the caller's memory:
// each appends to dst, never beyond its capacity, and answers dst as it was
// with an error where there is no room or where a part would become something
// else on the wire. AppendStatus comes first, AppendFinalize last; what they
// made is sent by Wsi.Write.

// ErrNoRoom is what a header gives that does not fit into the capacity.
var ErrNoRoom = errors.New("no room for the header")

// NoServerName, or'ed to a status, leaves the Server header out
// (LWSAHH_FLAG_NO_SERVER_NAME).
const NoServerName = 1 << 30

const codeMask = 1<<16 - 1

// AppendStatus appends the status line and what every answer has: the headers
// of the vhost, "connection: close" where the connection ends behind the answer
// (or that it stays, for an HTTP/1.0 peer that asked), and the date where there
// is plenty of room.
func AppendStatus(w *engine.Wsi, dst []byte, code int) ([]byte, error) {
	return appendStatus(w, dst, code, false)
}

// appendStatus is AppendStatus; it does not say that the connection stays where
// this is its last answer.
func appendStatus(w *engine.Wsi, dst []byte, code int, last bool) ([]byte, error) {
	x := Of(w)
	o := w.Vhost().Options()
	status := code & codeMask
	minor, line, server := 1, "", ""
	if x != nil && !w.Client() {
		x.resp.built = built{code: status}
		if minor, line = x.Head().Minor, x.persistence(w); last && line != closeLine {
			line = ""
		}
	}
	if code&NoServerName == 0 {
		server = o.ServerString
	}
	var extra []byte
	if s, ok := w.Vhost().Data.(*site); ok {
		extra = s.lines
	}
	need := len("HTTP/1.1 200 \r\n") + len(wire.StatusText(status)) + len(extra) + len(line)
	if server != "" {
		need += len("server: \r\n") + len(server)
	}
	if cap(dst)-len(dst) < need {
		return dst, ErrNoRoom
	}
	dst = append(wire.AppendStatusLine(dst, minor, status), extra...)
	if server != "" {
		dst = append(append(append(dst, "server: "...), server...), "\r\n"...)
	}
	if line != "" {
		x.resp.built.closes = line == closeLine
		dst = append(dst, line...)
	}
	if x != nil && cap(dst)-len(dst) >= dateRoom {
		x.resp.built.date = true
		dst = appendDate(dst, w.Context().Options().WallClock())
	}
	return dst, nil
}

const closeLine = "connection: close\r\n"

// persistence is the header line that says whether the connection stays, "" for
// what HTTP/1.1 means without one.
func (x *Exchange) persistence(w *engine.Wsi) string {
	switch h := x.Head(); {
	case !h.KeepAlive || w.Ended():
		return closeLine
	case h.Minor == 0:
		return "connection: keep-alive\r\n"
	}
	return ""
}

// dateRoom is the room from which on AppendStatus adds the date: programs that
// measured theirs do not know of it.
const dateRoom = 384

// AppendHeaderByName appends a header. The name may have its colon behind it,
// as lws's users write it.
func AppendHeaderByName[N, V wire.Text](w *engine.Wsi, dst []byte, name N, value V) ([]byte, error) {
	if n := len(name); n > 0 && name[n-1] == ':' {
		name = name[:n-1]
	}
	if cap(dst)-len(dst) < len(name)+len(value)+4 {
		return dst, ErrNoRoom
	}
	out, err := wire.AppendField(dst, name, value)
	if err == nil {
		noteBuilt(w, wire.TokenOf(name))
	}
	return out, err
}

// AppendHeaderByToken appends the header that has the token.
func AppendHeaderByToken[V wire.Text](w *engine.Wsi, dst []byte, t Token, value V) ([]byte, error) {
	if !fieldToken(t) {
		return dst, errors.New("the token is no header")
	}
	return AppendHeaderByName(w, dst, wire.Token(t).String(), value)
}

// noteBuilt remembers what AppendFinalize is not to add again.
func noteBuilt(w *engine.Wsi, t wire.Token) {
	x := Of(w)
	if x == nil {
		return
	}
	switch t {
	case wire.TokenContentLength, wire.TokenTransferEncoding:
		x.resp.built.length = true
	case wire.TokenConnection:
		x.resp.built.closes = true
	case wire.TokenDate:
		x.resp.built.date = true
	}
}

// AppendContentLength appends the length of the body.
func AppendContentLength(w *engine.Wsi, dst []byte, n int64) ([]byte, error) {
	if cap(dst)-len(dst) < len("content-length: 9223372036854775807\r\n") &&
		cap(dst)-len(dst) < len(wire.AppendContentLength(make([]byte, 0, 40), n)) {
		return dst, ErrNoRoom
	}
	if x := Of(w); x != nil {
		x.resp.built.length = true
	}
	return wire.AppendContentLength(dst, n), nil
}

// AppendCommonHeaders appends status, content type ("" for none) and length.
// A negative length is one that is not known: the connection closes behind the
// body. A 204 has neither (RFC 9110 section 8.6).
func AppendCommonHeaders(w *engine.Wsi, dst []byte, code int, ctype string, clen int64) ([]byte, error) {
	out, err := appendStatus(w, dst, code, clen < 0 && code&codeMask != 204)
	if err == nil && code&codeMask == 204 {
		return out, nil
	}
	if err == nil && ctype != "" {
		out, err = AppendHeaderByName(w, out, "content-type", ctype)
	}
	if err == nil && clen >= 0 {
		out, err = AppendContentLength(w, out, clen)
	}
	if x := Of(w); err == nil && clen < 0 && (x == nil || !x.resp.built.closes || x.Head().KeepAlive) {
		out, err = AppendHeaderByName(w, out, "connection", "close")
	}
	if err != nil {
		return dst, err
	}
	return out, nil
}

// AppendFinalize ends the head. Where there is room it adds what is missing:
// "connection: close" for a body of unknown length, and the date.
func AppendFinalize(w *engine.Wsi, dst []byte) ([]byte, error) {
	room := cap(dst) - len(dst) - 2
	if room < 0 {
		return dst, ErrNoRoom
	}
	if x := Of(w); x != nil && !w.Client() {
		b := &x.resp.built
		if !b.closes && !b.length && b.code >= 200 && b.code != 204 && b.code != 304 && x.Head().Method != "HEAD" && room >= len(closeLine) {
			dst = append(dst, closeLine...)
			room -= len(closeLine)
		}
		if !b.date && room >= dateLine {
			dst = appendDate(dst, w.Context().Options().WallClock())
		}
	}
	return wire.AppendHeadEnd(dst), nil
}

const dateLine = len("date: Sun, 06 Nov 1994 08:49:37 GMT\r\n")

// dated is the date line of one second, which thousands of answers share.
type dated struct {
	at   int64
	line [dateLine]byte
}

var lastDate atomic.Pointer[dated]

func appendDate(dst []byte, now int64) []byte {
	d := lastDate.Load()
	if d == nil || d.at != now {
		d = &dated{at: now}
		b := append(d.line[:0], "date: "...)
		_ = append(wire.AppendDate(b, now), "\r\n"...)
		lastDate.Store(d)
	}
	return append(dst, d.line[:]...)
}

// site is what the role prepares of a vhost's options.
type site struct {
	lines []byte // headers for every answer
}

// bestPractice are the headers that
// LWS_SERVER_OPTION_HTTP_HEADERS_SECURITY_BEST_PRACTICES_ENFORCE asks for.
const bestPractice = "content-security-policy: default-src 'none'; img-src 'self' data: ; script-src 'self'; font-src 'self'; " +
	"style-src 'self'; connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none';form-action 'self';\r\n" +
	"x-content-type-options: nosniff\r\nx-xss-protection: 1; mode=block\r\nx-frame-options: deny\r\nreferrer-policy: no-referrer\r\n"

// PrepareVhost refuses vhost and mount headers that cannot be sent.
func (s *Server) PrepareVhost(v *engine.Vhost) error {
	o := v.Options()
	if !wire.IsFieldValue(o.ServerString) {
		return errors.New("the server string cannot be sent as a header")
	}
	var st site
	var err error
	if st.lines, err = appendPVOs(nil, o.Headers); err != nil {
		return err
	}
	if o.BestPractice {
		st.lines = append(st.lines, bestPractice...)
	}
	for _, m := range o.Mounts {
		switch m.OriginKind {
		case engine.MountHTTP, engine.MountHTTPS, engine.MountCGI:
			v.Logf(engine.LogWarn, "mount %s is of kind %d, which nothing here serves yet: requests get 501", m.Mountpoint, m.OriginKind)
		}
		if _, err := appendPVOs(nil, m.Headers); err != nil {
			return err
		}
	}
	v.Data = &st
	return nil
}

func appendPVOs(dst []byte, pvos []*engine.PVO) ([]byte, error) {
	for _, p := range pvos {
		var err error
		if dst, err = wire.AppendField(dst, strings.TrimSuffix(p.Name, ":"), p.Value); err != nil {
			return nil, err
		}
	}
	return dst, nil
}
