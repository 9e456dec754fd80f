package h1

import (
	"fmt"
	"strings"
	"testing"
)

// trace feeds in to a fresh parser in pieces of at most step bytes and writes
// down what it says: one line an event, body pieces joined, errors by status.
// It stops at Tunnel and Closed and says how much was left.
func trace(side Side, lim Limits, method, in string, step int, eof bool) string {
	var p Parser
	p.Reset(side, lim)
	return traceOn(&p, method, in, func(int) int { return step }, eof)
}

func traceOn(p *Parser, method, in string, step func(at int) int, eof bool) string {
	var out strings.Builder
	var body []byte
	flush := func() {
		if body != nil {
			fmt.Fprintf(&out, "body %q\n", body)
			body = nil
		}
	}
	p.SetRequestMethod(method)
	b := []byte(in)
	for at := 0; at < len(b); {
		end := min(len(b), at+max(1, step(at)))
		for {
			ev, n, err := p.Next(b[at:end:end])
			at += n
			if err != nil {
				flush()
				fmt.Fprintf(&out, "error %d %s\n", err.(*Error).Status, err.(*Error).Reason)
				return out.String()
			}
			if ev.Kind == Body {
				body = append(body, ev.Data...)
				continue
			}
			if ev.Kind == NeedMore {
				if at != end {
					fmt.Fprintf(&out, "NeedMore with %d bytes left\n", end-at)
				}
				break
			}
			flush()
			switch ev.Kind {
			case GotHead:
				out.WriteString(headString(&p.Head))
			case Trailers:
				out.WriteString("trailers" + fieldString(&p.Trailers) + "\n")
			case End:
				out.WriteString("end\n")
				p.SetRequestMethod(method)
			case Closed, Tunnel:
				fmt.Fprintf(&out, "%s %q\n", strings.ToLower(ev.Kind.String()), b[at:])
				return out.String()
			}
		}
	}
	flush()
	if eof {
		for i := 0; i < 3; i++ {
			ev, err := p.EOF()
			if err != nil {
				fmt.Fprintf(&out, "eof error %d %s\n", err.(*Error).Status, err.(*Error).Reason)
				break
			}
			fmt.Fprintf(&out, "eof %s\n", strings.ToLower(ev.Kind.String()))
			if ev.Kind != End {
				break
			}
		}
	}
	return out.String()
}

func fieldString(f *Fields) string {
	var s strings.Builder
	for i := range f.Len() {
		n, v := f.At(i)
		fmt.Fprintf(&s, " %s=%q", n, v)
	}
	return s.String()
}

func headString(h *Head) string {
	var s strings.Builder
	if h.Status != 0 {
		fmt.Fprintf(&s, "head 1.%d %d %q", h.Minor, h.Status, h.Reason)
	} else {
		fmt.Fprintf(&s, "head %s %s 1.%d", h.Method, h.Target, h.Minor)
		if string(h.Path) != string(h.Target) {
			fmt.Fprintf(&s, " path=%q", h.Path)
		}
		if h.Form == FormAbsolute || h.Form == FormAuthority {
			fmt.Fprintf(&s, " authority=%s", h.Authority)
		}
		if h.RawQuery != nil {
			fmt.Fprintf(&s, " query=%q", h.RawQuery)
		}
		for i := range h.Args() {
			fmt.Fprintf(&s, " arg=%q", h.ArgAt(i))
		}
		if h.Fragment != nil {
			fmt.Fprintf(&s, " fragment=%q", h.Fragment)
		}
	}
	switch h.Framing {
	case FramingLength:
		fmt.Fprintf(&s, " length=%d", h.ContentLength)
	case FramingChunked:
		s.WriteString(" chunked")
	case FramingClose:
		s.WriteString(" until-close")
	}
	for _, f := range []struct {
		on   bool
		name string
	}{{h.KeepAlive, "keep"}, {h.Upgrade, "upgrade"}, {h.Expect100, "expect100"}, {h.Informational, "interim"}} {
		if f.on {
			s.WriteString(" " + f.name)
		}
	}
	return s.String() + " |" + fieldString(&h.Fields) + "\n"
}

func lines(s ...string) string {
	if len(s) == 0 {
		return ""
	}
	return strings.Join(s, "\n") + "\n"
}

// check runs in at several step widths against what is wanted.
func check(t *testing.T, side Side, lim Limits, method, in, want string, eof bool) {
	t.Helper()
	for _, step := range []int{1 << 20, 1, 2, 3, 7, 16} {
		if got := trace(side, lim, method, in, step, eof); got != want {
			t.Fatalf("in pieces of %d: %q\ngot:\n%swant:\n%s", step, in, got, want)
		}
	}
}

const hostEnd = "Host: x\r\n\r\n"

func TestRequestEvents(t *testing.T) {
	for _, c := range []struct {
		rule, in string
		want     string
	}{
		{"9112 3: origin form", "GET /a?b HTTP/1.1\r\n" + hostEnd,
			lines(`head GET /a?b 1.1 path="/a" query="b" arg="b" keep | Host="x"`, "end")},
		{"9112 2.2: empty lines before a request", "\r\n\r\nGET / HTTP/1.1\r\n" + hostEnd,
			lines(`head GET / 1.1 keep | Host="x"`, "end")},
		{"9112 3.2.2: absolute form", "GET http://h:80/a/../b?x=1#f HTTP/1.1\r\n" + hostEnd,
			lines(`head GET http://h:80/a/../b?x=1#f 1.1 path="/b" authority=h:80 query="x=1" arg="x=1" fragment="f" keep | Host="h:80"`, "end")},
		{"9112 3.2.2: empty path", "GET ws://h HTTP/1.1\r\n" + hostEnd,
			lines(`head GET ws://h 1.1 path="/" authority=h keep | Host="h"`, "end")},
		{"9112 3.2.4: OPTIONS for the server by a proxy", "OPTIONS http://h:80 HTTP/1.1\r\n" + hostEnd,
			lines(`head OPTIONS http://h:80 1.1 path="*" authority=h:80 keep | Host="h:80"`, "end")},
		{"9112 3.2.2: absolute form, a longer Host, HTTP/1.0", "POST http://h HTTP/1.0\r\nA: b\r\nHost: longer.example\r\n\r\n",
			lines(`head POST http://h 1.0 path="/" authority=h | A="b" Host="h"`, "end", `closed ""`)},
		{"9112 3.2.3: CONNECT", "CONNECT h:443 HTTP/1.1\r\n" + hostEnd + "\x16\x03",
			lines(`head CONNECT h:443 1.1 path="" authority=h:443 keep | Host="x"`, "end", `tunnel "\x16\x03"`)},
		{"9112 3.2.3: IPv6", "CONNECT [::1]:443 HTTP/1.1\r\n" + hostEnd + "z",
			lines(`head CONNECT [::1]:443 1.1 path="" authority=[::1]:443 keep | Host="x"`, "end", `tunnel "z"`)},
		{"9112 3.2.4: asterisk form", "OPTIONS * HTTP/1.1\r\n" + hostEnd,
			lines(`head OPTIONS * 1.1 keep | Host="x"`, "end")},
		{"9112 6.2: Content-Length", "POST / HTTP/1.1\r\nContent-Length: 5\r\n" + hostEnd + "helloGET /2 HTTP/1.1\r\n" + hostEnd,
			lines(`head POST / 1.1 length=5 keep | Content-Length="5" Host="x"`, `body "hello"`, "end",
				`head GET /2 1.1 keep | Host="x"`, "end")},
		{"9112 6.3: Content-Length 0", "POST / HTTP/1.1\r\nContent-Length: 0\r\n" + hostEnd,
			lines(`head POST / 1.1 keep | Content-Length="0" Host="x"`, "end")},
		{"9112 7.1: chunked", "POST / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n" + hostEnd +
			"5\r\nhello\r\n0A;n=\"v\"\r\n, world..!\r\n000\r\n\r\nGET /2 HTTP/1.1\r\n" + hostEnd,
			lines(`head POST / 1.1 chunked keep | Transfer-Encoding="Chunked" Host="x"`, `body "hello, world..!"`, "end",
				`head GET /2 1.1 keep | Host="x"`, "end")},
		{"9112 7.1.1: BWS before an extension", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + hostEnd +
			"1 \t; a\r\nx\r\n0\r\n\r\n",
			lines(`head POST / 1.1 chunked keep | Transfer-Encoding="chunked" Host="x"`, `body "x"`, "end")},
		{"9112 7.1.2: trailers", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + hostEnd +
			"1\r\nx\r\n0\r\nDigest:  abc \r\nX-Y:\r\n\r\n",
			lines(`head POST / 1.1 chunked keep | Transfer-Encoding="chunked" Host="x"`, `body "x"`,
				`trailers Digest="abc" X-Y=""`, "end")},
		{"9112 5: whitespace around values", "GET / HTTP/1.1\r\nA:\t b\tc  \r\nB:\r\nC:x\r\nC: \xff\r\n" + hostEnd,
			lines(`head GET / 1.1 keep | A="b\tc" B="" C="x" C="\xff" Host="x"`, "end")},
		{"9112 9.3: HTTP/1.0 closes", "GET / HTTP/1.0\r\n\r\nmore",
			lines(`head GET / 1.0 |`, "end", `closed "more"`)},
		{"9112 9.3: HTTP/1.0 keep-alive", "GET / HTTP/1.0\r\nConnection: foo, Keep-Alive\r\n\r\nGET / HTTP/1.0\r\n\r\n.",
			lines(`head GET / 1.0 keep | Connection="foo, Keep-Alive"`, "end", `head GET / 1.0 |`, "end", `closed "."`)},
		{"9112 9.6: close", "GET / HTTP/1.1\r\nConnection: x, CLOSE\r\n" + hostEnd + "GET",
			lines(`head GET / 1.1 | Connection="x, CLOSE" Host="x"`, "end", `closed "GET"`)},
		{"9112 9.3: close beats keep-alive", "GET / HTTP/1.1\r\nConnection: keep-alive\r\nConnection: close\r\n" + hostEnd,
			lines(`head GET / 1.1 | Connection="keep-alive" Connection="close" Host="x"`, "end", `closed ""`)},
		{"9110 7.8: Upgrade", "GET / HTTP/1.1\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n" + hostEnd + "\x81\x00",
			lines(`head GET / 1.1 keep upgrade | Connection="keep-alive, Upgrade" Upgrade="websocket" Host="x"`, "end", `tunnel "\x81\x00"`)},
		{"9110 7.8: Upgrade after a body", "POST / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n" + hostEnd + "abPRI",
			lines(`head POST / 1.1 length=2 keep upgrade | Connection="upgrade" Upgrade="h2c" Content-Length="2" Host="x"`, `body "ab"`, "end", `tunnel "PRI"`)},
		{"9110 7.8: Upgrade without Connection is none", "GET / HTTP/1.1\r\nUpgrade: websocket\r\n" + hostEnd,
			lines(`head GET / 1.1 keep | Upgrade="websocket" Host="x"`, "end")},
		{"9110 7.8: Upgrade in 1.0 is ignored", "GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
			lines(`head GET / 1.0 | Connection="upgrade" Upgrade="websocket"`, "end", `closed ""`)},
		{"9110 10.1.1: Expect", "PUT / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n" + hostEnd + "x",
			lines(`head PUT / 1.1 length=1 keep expect100 | Expect="100-Continue" Content-Length="1" Host="x"`, `body "x"`, "end")},
		{"9110 10.1.1: Expect without content", "GET / HTTP/1.1\r\nExpect: 100-continue\r\n" + hostEnd,
			lines(`head GET / 1.1 keep | Expect="100-continue" Host="x"`, "end")},
		{"9110 10.1.1: Expect in 1.0 is ignored", "PUT / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
			lines(`head PUT / 1.0 length=1 | Expect="100-continue" Content-Length="1"`, `body "x"`, "end", `closed ""`)},
		{"9112 3.2: empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n",
			lines(`head GET / 1.1 keep | Host=""`, "end")},
		{"9110 9.1: unknown method", "M-SEARCH / HTTP/1.1\r\n" + hostEnd,
			lines(`head M-SEARCH / 1.1 keep | Host="x"`, "end")},
	} {
		t.Run(c.rule, func(t *testing.T) { check(t, Request, Limits{}, "", c.in, c.want, false) })
	}
}

func TestResponseEvents(t *testing.T) {
	for _, c := range []struct {
		rule, method, in string
		want             string
	}{
		{"9112 5.2: folded lines", "GET", "HTTP/1.1 200 OK\r\nA: b\t \r\n \t c\r\n\td\r\n\r\n" +
			"", lines(`head 1.1 200 "OK" until-close | A="b       c   d"`, "eof end", "eof closed")},
		{"9112 5.2: folds of known fields, of nothing and in trailers", "GET", "HTTP/1.1 200 OK\r\nServer:\r\n x\r\nTransfer-Encoding: \r\n  chunked\r\nServer: y\r\n \r\n\r\n" +
			"0\r\nX: y\r\n z\r\n\r\n", lines(`head 1.1 200 "OK" chunked keep | Server="x" Transfer-Encoding="chunked" Server="y"`, `trailers X="y   z"`, "end", "eof closed")},
		{"9112 6.3 (6): Content-Length", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
			lines(`head 1.1 200 "OK" length=2 keep | Content-Length="2"`, `body "hi"`, "end", "eof closed")},
		{"9112 4: no reason phrase", "GET", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n",
			lines(`head 1.1 200 "" keep | Content-Length="0"`, "end", "eof closed")},
		{"leniency: no space behind the status", "GET", "HTTP/1.1 299\r\nContent-Length: 0\r\n\r\n",
			lines(`head 1.1 299 "" keep | Content-Length="0"`, "end", "eof closed")},
		{"9110 8.6: identical Content-Length", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
			lines(`head 1.1 200 "OK" length=1 keep | Content-Length="1" Content-Length="1"`, `body "x"`, "end", "eof closed")},
		{"9112 6.3 (8): until close", "GET", "HTTP/1.1 200 OK\r\n\r\nabc",
			lines(`head 1.1 200 "OK" until-close |`, `body "abc"`, "eof end", "eof closed")},
		{"9112 6.3 (8): until close, empty", "GET", "HTTP/1.0 200 OK\r\n\r\n",
			lines(`head 1.0 200 "OK" until-close |`, "eof end", "eof closed")},
		{"9112 6.3 (1): HEAD", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
			lines(`head 1.1 200 "OK" keep | Content-Length="9"`, "end", `head 1.1 200 "OK" keep | Transfer-Encoding="chunked"`, "end", "eof closed")},
		{"9112 6.3 (1): 204 and 304", "GET", "HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\nHTTP/1.1 304 N\r\nContent-Length: 5\r\n\r\n",
			lines(`head 1.1 204 "No" keep | Content-Length="5"`, "end", `head 1.1 304 "N" keep | Content-Length="5"`, "end", "eof closed")},
		{"9110 15.2: interim", "GET", "HTTP/1.1 100 C\r\n\r\nHTTP/1.1 103 E\r\nLink: a\r\n\r\nHTTP/1.1 204 N\r\n\r\n",
			lines(`head 1.1 100 "C" keep interim |`, `head 1.1 103 "E" keep interim | Link="a"`, `head 1.1 204 "N" keep |`, "end", "eof closed")},
		{"9110 15.2.2: 101", "GET", "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\x81\x00",
			lines(`head 1.1 101 "S" keep upgrade | Upgrade="websocket" Connection="Upgrade"`, "end", `tunnel "\x81\x00"`)},
		{"9112 6.3 (2): CONNECT", "CONNECT", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
			lines(`head 1.1 200 "OK" keep | Content-Length="5"`, "end", `tunnel "abc"`)},
		{"9112 6.3 (2): CONNECT refused", "CONNECT", "HTTP/1.1 407 No\r\nContent-Length: 3\r\n\r\nabc",
			lines(`head 1.1 407 "No" length=3 keep | Content-Length="3"`, `body "abc"`, "end", "eof closed")},
		{"9112 7.1: chunked", "GET", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n",
			lines(`head 1.1 200 "OK" chunked keep | transfer-encoding="chunked"`, `body "abc"`, `trailers X="y"`, "end", "eof closed")},
		{"9112 9.6: close with a length", "GET", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nxy",
			lines(`head 1.1 200 "OK" length=1 | Connection="close" Content-Length="1"`, `body "x"`, "end", `closed "y"`)},
		{"9112 9.3: HTTP/1.0 keep-alive", "GET", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
			lines(`head 1.0 200 "OK" keep | Connection="keep-alive" Content-Length="0"`, "end", "eof closed")},
		{"9112 8: cut in a body", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi",
			lines(`head 1.1 200 "OK" length=3 keep | Content-Length="3"`, `body "hi"`,
				"eof error 502 the peer closed before the body's Content-Length was reached (RFC 9112 8)")},
		{"9112 8: cut in chunks", "GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n",
			lines(`head 1.1 200 "OK" chunked keep | Transfer-Encoding="chunked"`, `body "x"`,
				"eof error 502 the peer closed in the middle of a chunked body (RFC 9112 8)")},
		{"9112 8: cut in a head", "GET", "HTTP/1.1 200 OK\r\n",
			lines("eof error 502 the peer closed in the middle of a head (RFC 9112 8)")},
		{"9110 15: an unregistered class", "GET", "HTTP/1.1 999 \xe9\r\nContent-Length: 0\r\n\r\n",
			lines(`head 1.1 999 "\xe9" keep | Content-Length="0"`, "end", "eof closed")},
	} {
		t.Run(c.rule, func(t *testing.T) { check(t, Response, Limits{}, c.method, c.in, c.want, true) })
	}
}
