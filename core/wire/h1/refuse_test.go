package h1

import (
	"fmt"
	"strings"
	"testing"
)

// want error status s, whatever came before it, in any cutting.
func refused(t *testing.T, side Side, lim Limits, in string, status int) {
	t.Helper()
	whole := trace(side, lim, "GET", in, 1<<20, false)
	i := strings.LastIndex(whole, "error ")
	if i < 0 || !strings.HasPrefix(whole[i:], fmt.Sprintf("error %d ", status)) {
		t.Fatalf("%.300q\ngot:\n%swant error %d", in, whole, status)
	}
	for _, step := range []int{1, 2, 5} {
		if got := trace(side, lim, "GET", in, step, false); got != whole {
			t.Fatalf("%.300q\nin pieces of %d:\n%swhole:\n%s", in, step, got, whole)
		}
	}
}

// What could make two readers of one byte stream disagree about where a
// message ends, who it is for, or what it says.
func TestSmuggling(t *testing.T) {
	post := "POST / HTTP/1.1\r\nHost: x\r\n"
	te := post + "Transfer-Encoding: chunked\r\n\r\n"
	for _, c := range []struct {
		rule, in string
		status   int
	}{
		// RFC 9112 section 2.2: line ends
		{"bare LF ends the request line", "GET / HTTP/1.1\nHost: x\r\n\r\n", 400},
		{"bare LF ends a header line", "GET / HTTP/1.1\r\nHost: x\n\r\n", 400},
		{"bare LF ends the head", "GET / HTTP/1.1\r\nHost: x\r\n\n", 400},
		{"bare CR in a value", "GET / HTTP/1.1\r\nHost: x\r\nA: b\rContent-Length: 3\r\n\r\n", 400},
		{"bare CR ends the head", "GET / HTTP/1.1\r\nHost: x\r\n\rX\r\n\r\n", 400},
		{"CR CR LF", "GET / HTTP/1.1\r\nHost: x\r\r\n\r\n", 400},
		{"LF before a request", "\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"CR before a request", "\rGET / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"many empty lines before a request", strings.Repeat("\r\n", 5) + "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"space before the first header", "GET / HTTP/1.1\r\n Host: x\r\n\r\n", 400},
		// RFC 9112 section 3: request line
		{"HTTP/0.9", "GET /\r\n", 400},
		{"two spaces", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"two spaces before the version", "GET /  HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"space at the end", "GET / HTTP/1.1 \r\nHost: x\r\n\r\n", 400},
		{"space in the target", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"tab between", "GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"tab in the target", "GET /a\tb HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"NUL in the target", "GET /a\x00b HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"DEL in the target", "GET /a\x7fb HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"no method", " / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"method is no token", "GE(T / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"method of more than a name", strings.Repeat("A", 33) + " / HTTP/1.1\r\nHost: x\r\n\r\n", 501},
		{"a TLS hello", "\x16\x03\x01\x02\x00", 400},
		{"lower-case protocol", "GET / http/1.1\r\nHost: x\r\n\r\n", 400},
		{"no protocol digits", "GET / HTTP/1\r\nHost: x\r\n\r\n", 400},
		{"long version", "GET / HTTP/1.10\r\nHost: x\r\n\r\n", 400},
		{"version with a sign", "GET / HTTP/+1.1\r\nHost: x\r\n\r\n", 400},
		{"HTTP/1.2", "GET / HTTP/1.2\r\nHost: x\r\n\r\n", 505},
		{"HTTP/0.9 spelled out", "GET / HTTP/0.9\r\nHost: x\r\n\r\n", 505},
		{"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
		// RFC 9112 section 3.2: target and Host
		{"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
		{"broken percent-encoding in Host", "GET / HTTP/1.1\r\nHost: a%4\r\n\r\n", 400},
		{"NUL in Host", "GET / HTTP/1.1\r\nHost: a%00.example\r\n\r\n", 400},
		{"port without a host", "GET / HTTP/1.1\r\nHost: :80\r\n\r\n", 400},
		{"port without a host in absolute form", "GET http://:80/ HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"no Host with absolute form", "GET http://x/ HTTP/1.1\r\n\r\n", 400},
		{"two Hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400},
		{"two equal Hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", 400},
		{"two Hosts in 1.0", "GET / HTTP/1.0\r\nHost: x\r\nHost: x\r\n\r\n", 400},
		{"Host with a path", "GET / HTTP/1.1\r\nHost: x/y\r\n\r\n", 400},
		{"Host with user information", "GET / HTTP/1.1\r\nHost: a@x\r\n\r\n", 400},
		{"Host with a space", "GET / HTTP/1.1\r\nHost: x y\r\n\r\n", 400},
		{"Host with a port that is none", "GET / HTTP/1.1\r\nHost: x:8a\r\n\r\n", 400},
		{"Host with two ports", "GET / HTTP/1.1\r\nHost: x:80:90\r\n\r\n", 400},
		{"Host with an open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400},
		{"Host with two open brackets", "GET / HTTP/1.1\r\nHost: [::[1]\r\n\r\n", 400},
		{"Host with a stray bracket", "GET / HTTP/1.1\r\nHost: a]\r\n\r\n", 400},
		{"Host with text behind a bracket", "GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n", 400},
		{"relative target", "GET a HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"URL without a scheme", "GET ://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"URL with a scheme that is a number", "GET 1http://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"URL with a scheme that is a sign", "GET +://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"URL with a scheme of other characters", "GET h_t://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"URL without a host", "GET http:///a HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"URL with user information", "GET http://u:p@x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"URL with a backslash", "GET http://x\\y/ HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"asterisk with GET", "GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"CONNECT with a path", "CONNECT /x HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"CONNECT without a port", "CONNECT x HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"CONNECT without port digits", "CONNECT x: HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"CONNECT without a host", "CONNECT :443 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"CONNECT with content", "CONNECT x:443 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n", 400},
		{"CONNECT with chunks", "CONNECT x:443 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
		// RFC 3986 section 2.1: percent-encoding
		{"broken escape in the path", "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"cut escape in the path", "GET /%4 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"cut escape before the query", "GET /%4?1 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"broken escape in an argument", "GET /?a=%g0 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"cut escape in an argument", "GET /?a=%4&b HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"cut escape before =", "GET /?a%4=1 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"NUL in the path", "GET /a%00.txt HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"CR in the path", "GET /a%0db HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"LF in the path", "GET /a%0Ab HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		{"NUL in an argument", "GET /?a=%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
		// RFC 9112 section 5: field lines
		{"space before the colon", post + "Content-Length : 3\r\n\r\n", 400},
		{"tab before the colon", post + "Transfer-Encoding\t: chunked\r\n\r\n", 400},
		{"folded value", post + "A: b\r\n c\r\n\r\n", 400},
		{"folded with a tab", post + "A: b\r\n\tContent-Length: 5\r\n\r\n", 400},
		{"no colon", post + "Content-Length 5\r\n\r\n", 400},
		{"empty name", post + ": x\r\n\r\n", 400},
		{"name with a NUL", post + "Content\x00-Length: 5\r\n\r\n", 400},
		{"name above ASCII", post + "Content-L\xe9ngth: 5\r\n\r\n", 400},
		{"name in quotes", post + "\"Content-Length\": 5\r\n\r\n", 400},
		{"value with a NUL", post + "A: b\x00c\r\n\r\n", 400},
		{"value with a vertical tab", post + "Transfer-Encoding: \x0bchunked\r\n\r\n", 400},
		{"value with DEL", post + "A: \x7f\r\n\r\n", 400},
		// RFC 9110 section 8.6: Content-Length
		{"differing lengths", post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 400},
		{"equal lengths twice", post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", 400},
		{"list of lengths", post + "Content-Length: 5, 5\r\n\r\n", 400},
		{"length with a sign", post + "Content-Length: +5\r\n\r\n", 400},
		{"negative length", post + "Content-Length: -5\r\n\r\n", 400},
		{"hexadecimal length", post + "Content-Length: 0x5\r\n\r\n", 400},
		{"length with a space", post + "Content-Length: 1 0\r\n\r\n", 400},
		{"length with a point", post + "Content-Length: 5.0\r\n\r\n", 400},
		{"length with an underscore", post + "Content-Length: 1_0\r\n\r\n", 400},
		{"empty length", post + "Content-Length:\r\n\r\n", 400},
		{"length of 2^63", post + "Content-Length: 9223372036854775808\r\n\r\n", 400},
		{"length of 2^64+5", post + "Content-Length: 18446744073709551621\r\n\r\n", 400},
		// RFC 9112 sections 6.1 and 6.3: Transfer-Encoding
		{"both", post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
		{"both, the other way", post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 400},
		{"coding in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
		{"identity", post + "Transfer-Encoding: identity\r\n\r\n", 501},
		{"unknown coding", post + "Transfer-Encoding: xchunked\r\n\r\n", 501},
		{"chunked after gzip", post + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501},
		{"chunked after gzip in two lines", post + "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n", 501},
		{"unknown coding with a parameter", post + "Transfer-Encoding: foo;a=\"b, c\", chunked\r\n\r\n", 501},
		{"chunked not final", post + "Transfer-Encoding: chunked, gzip\r\n\r\n", 400},
		{"chunked not final in two lines", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n", 400},
		{"chunked twice", post + "Transfer-Encoding: chunked, chunked\r\n\r\n", 400},
		{"chunked twice in two lines", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
		{"chunked with a parameter", post + "Transfer-Encoding: chunked;q=1\r\n\r\n", 400},
		{"chunked in quotes", post + "Transfer-Encoding: \"chunked\"\r\n\r\n", 400},
		{"two words", post + "Transfer-Encoding: chunked identity\r\n\r\n", 400},
		{"two words, unknown first", post + "Transfer-Encoding: x chunked\r\n\r\n", 400},
		{"empty coding", post + "Transfer-Encoding:\r\n\r\n", 400},
		{"empty coding after chunked", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n\r\n", 400},
		{"empty element", post + "Transfer-Encoding: ,chunked\r\n\r\n", 400},
		{"empty last element", post + "Transfer-Encoding: chunked,\r\n\r\n", 400},
		// RFC 9112 section 7.1: chunks
		{"chunk size with 0x", te + "0x5\r\nhello\r\n0\r\n\r\n", 400},
		{"chunk size with a sign", te + "+5\r\nhello\r\n0\r\n\r\n", 400},
		{"negative chunk size", te + "-5\r\nhello\r\n0\r\n\r\n", 400},
		{"no chunk size", te + "\r\nhello\r\n", 400},
		{"extension without a size", te + ";a\r\n", 400},
		{"space before the size", te + " 5\r\nhello\r\n0\r\n\r\n", 400},
		{"space behind the size", te + "5 \r\nhello\r\n0\r\n\r\n", 400},
		{"text behind the size", te + "5 5\r\nhello\r\n0\r\n\r\n", 400},
		{"chunk size of 2^63", te + "8000000000000000\r\n", 400},
		{"chunk size of 2^64+5", te + "10000000000000005\r\nhello\r\n", 400},
		{"chunk size of many zeros", te + strings.Repeat("0", 17) + "5\r\nhello\r\n", 400},
		{"bare LF behind the size", te + "5\nhello\r\n0\r\n\r\n", 400},
		{"bare CR behind the size", te + "5\rhello\r\n0\r\n\r\n", 400},
		{"bare LF in an extension", te + "5;a\nhello\r\n0\r\n\r\n", 400},
		{"bare CR in an extension", te + "5;a\rb\r\nhello\r\n0\r\n\r\n", 400},
		{"LF in a quoted extension", te + "5;a=\"\n\"\r\nhello\r\n0\r\n\r\n", 400},
		{"NUL in an extension", te + "5;a\x00\r\nhello\r\n0\r\n\r\n", 400},
		{"bare LF behind chunk data", te + "5\r\nhello\n0\r\n\r\n", 400},
		{"bare CR behind chunk data", te + "5\r\nhello\r0\r\n\r\n", 400},
		{"chunk longer than its size", te + "5\r\nhello!\r\n0\r\n\r\n", 400},
		{"bare LF ends the trailers", te + "0\r\n\n", 400},
		{"bare LF in the trailers", te + "0\r\nA: b\n\r\n", 400},
		{"folded trailer", te + "0\r\nA: b\r\n c\r\n\r\n", 400},
		{"trailer without a colon", te + "0\r\nGET /evil HTTP/1.1\r\n\r\n", 400},
		// RFC 9110 section 6.5.1: trailers
		{"Content-Length in trailers", te + "0\r\nContent-Length: 5\r\n\r\n", 400},
		{"Transfer-Encoding in trailers", te + "0\r\nA: b\r\ntransfer-encoding: chunked\r\n\r\n", 400},
		{"Host in trailers", te + "0\r\nHost: y\r\n\r\n", 400},
		{"Connection in trailers", te + "0\r\nConnection: close\r\n\r\n", 400},
		// RFC 9110 section 10.1.1
		{"unknown expectation", post + "Expect: 200-ok\r\n\r\n", 417},
		{"expectation list", post + "Expect: 100-continue, x\r\n\r\n", 417},
	} {
		t.Run(c.rule, func(t *testing.T) { refused(t, Request, Limits{}, c.in, c.status) })
	}
}

func TestResponseRefusals(t *testing.T) {
	ok := "HTTP/1.1 200 OK\r\n"
	for _, c := range []struct{ rule, in string }{
		{"9112 4: not HTTP", "ICY 200 OK\r\n\r\n"},
		{"9112 4: SSH", "SSH-2.0-x\r\n"},
		{"9112 4: empty line first", "\r\nHTTP/1.1 200 OK\r\n\r\n"},
		{"9112 2.3: HTTP/2", "HTTP/2 200\r\n\r\n"},
		{"9112 2.3: HTTP/1.2", "HTTP/1.2 200 OK\r\n\r\n"},
		{"9112 4: no status", "HTTP/1.1\r\n\r\n"},
		{"9112 4: short status", "HTTP/1.1 20 OK\r\n\r\n"},
		{"9112 4: long status", "HTTP/1.1 2000 OK\r\n\r\n"},
		{"9112 4: status below 100", "HTTP/1.1 099 OK\r\n\r\n"},
		{"9112 4: two spaces", "HTTP/1.1  200 OK\r\n\r\n"},
		{"9112 4: control in the reason", "HTTP/1.1 200 O\x01K\r\n\r\n"},
		{"9112 2.2: bare LF", "HTTP/1.1 200 OK\n\r\n"},
		{"9112 2.2: bare CR in the reason", "HTTP/1.1 200 O\rK\r\n\r\n"},
		{"9112 2.2: a fold of nothing", ok + " a: b\r\n\r\n"},
		{"9112 6.3: folded Content-Length", ok + "Content-Length: 1\r\n 2\r\n\r\n"},
		{"9112 6.1: folded Transfer-Encoding", ok + "Transfer-Encoding: chunked\r\n\t, gzip\r\n\r\n"},
		{"more folds than header lines may be", ok + "A: b\r\n" + strings.Repeat(" c\r\n", DefaultHeaders+1) + "\r\n"},
		{"9112 5.1: space before the colon", ok + "A : b\r\n\r\n"},
		{"9112 6.3: differing lengths", ok + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n"},
		{"9112 6.3: list of lengths", ok + "Content-Length: 1, 1\r\n\r\n"},
		{"9112 6.1: both", ok + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"},
		{"9112 6.1: coding in 1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"},
		{"9112 6.1: unknown coding", ok + "Transfer-Encoding: gzip\r\n\r\n"},
		{"9112 7.1: bad chunk", ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"},
		{"limit: interim responses", strings.Repeat("HTTP/1.1 102 P\r\n\r\n", 17) + ok + "\r\n"},
	} {
		t.Run(c.rule, func(t *testing.T) { refused(t, Response, Limits{}, c.in, 502) })
	}
}

// Each limit holds to the byte: what just fits passes, one more does not.
func TestLimits(t *testing.T) {
	start := "GET / HTTP/1.1\r\nHost: x\r\n"
	head := func(n int) string { // a head of n bytes
		return start + "A: " + strings.Repeat("a", n-len(start)-7) + "\r\n\r\n"
	}
	line := func(n int) string { // a request line of n bytes
		return "GET /" + strings.Repeat("a", n-16) + " HTTP/1.1\r\n"
	}
	te := "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
	space := func(n int) string { return te + "1" + strings.Repeat(" ", n-1) + ";\r\nx\r\n0\r\n\r\n" }
	ext := func(n int) string { return te + "1;" + strings.Repeat("e", n-3) + "\r\nx\r\n0;e\r\n\r\n" }
	trailer := func(n int) string { return te + "0\r\nA: " + strings.Repeat("a", n-7) + "\r\n\r\n" }
	for _, c := range []struct {
		name   string
		lim    Limits
		make   func(int) string
		most   int
		status int
	}{
		{"HeadBytes by default", Limits{}, head, 4096, 431},
		{"HeadBytes", Limits{HeadBytes: 1000}, head, 1000, 431},
		{"HeadBytes, large", Limits{HeadBytes: 1 << 16}, head, 1 << 16, 431},
		{"request line", Limits{HeadBytes: 200}, func(n int) string { return line(n) }, 200, 414},
		{"Headers by default", Limits{}, func(n int) string { return start + strings.Repeat("A:\r\n", n-1) + "\r\n" }, 100, 431},
		{"Headers", Limits{Headers: 3}, func(n int) string { return start + strings.Repeat("A:\r\n", n-1) + "\r\n" }, 3, 431},
		{"ChunkExtBytes by default", Limits{}, ext, 4096, 400},
		{"ChunkExtBytes", Limits{ChunkExtBytes: 20}, ext, 20, 400},
		{"ChunkExtBytes, whitespace", Limits{ChunkExtBytes: 20}, space, 20, 400},
		{"TrailerBytes by default", Limits{}, trailer, 4096, 431},
		{"TrailerBytes", Limits{TrailerBytes: 50}, trailer, 50, 431},
		{"Headers in trailers", Limits{}, func(n int) string { return te + "0\r\n" + strings.Repeat("A:\r\n", n) + "\r\n" }, 100, 431},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, step := range []int{1 << 20, 1, 13} {
				if got := trace(Request, c.lim, "", c.make(c.most), step, false); strings.Contains(got, "error") {
					t.Fatalf("%d in pieces of %d: %.200s", c.most, step, got)
				}
			}
			refused(t, Request, c.lim, c.make(c.most+1), c.status)
		})
	}
	t.Run("Interim", func(t *testing.T) {
		in := strings.Repeat("HTTP/1.1 102 P\r\n\r\n", 2) + "HTTP/1.1 204 N\r\n\r\n"
		if got := trace(Response, Limits{Interim: 2}, "GET", in+in, 1, false); strings.Contains(got, "error") {
			t.Fatal(got)
		}
		refused(t, Response, Limits{Interim: 1}, in, 502)
	})
}

// What one message uses of a limit does not count for the next.
func TestLimitsStartAnew(t *testing.T) {
	chunked := "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
	for name, in := range map[string]string{
		"empty lines":   "\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"extensions":    chunked + "1;" + strings.Repeat("e", 30) + "\r\nx\r\n0\r\n\r\n",
		"chunk digits":  chunked + strings.Repeat("000000001\r\nx\r\n", 5) + "0\r\n\r\n",
		"trailer bytes": chunked + "0\r\nA: " + strings.Repeat("a", 50) + "\r\n\r\n",
		"head bytes":    "GET /" + strings.Repeat("a", 300) + " HTTP/1.1\r\nHost: x\r\n\r\n",
		"headers":       "GET / HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("A:\r\n", 7) + "\r\n",
	} {
		got := trace(Request, fuzzLimits, "", strings.Repeat(in, 5), 1<<20, false)
		if strings.Count(got, "end\n") != 5 {
			t.Errorf("%s:\n%s", name, got)
		}
	}
}

// The method that a response answers is that of one exchange only.
func TestRequestMethodIsForOneExchange(t *testing.T) {
	const res = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
	var p Parser
	p.Reset(Response, Limits{})
	p.SetRequestMethod("HEAD")
	in := []byte("HTTP/1.1 103 E\r\n\r\n" + res + res + "hi")
	var got []Kind
	for {
		ev, n, err := p.Next(in)
		if err != nil {
			t.Fatal(err)
		}
		in = in[n:]
		if ev.Kind == NeedMore {
			break
		}
		got = append(got, ev.Kind)
	}
	if want := "[GotHead GotHead End GotHead Body End]"; fmt.Sprint(got) != want {
		t.Error(got, "want", want)
	}
}

// A failed Parser says the same again, takes no byte, and is whole after Reset.
func TestErrorStays(t *testing.T) {
	var p Parser
	p.Reset(Request, Limits{})
	_, n, first := p.Next([]byte("GET / HTTP/1.1\nX"))
	if first == nil || n > 15 {
		t.Fatal(n, first)
	}
	if _, n, err := p.Next([]byte("GET / HTTP/1.1\r\n")); n != 0 || err != first {
		t.Fatal(n, err)
	}
	if _, err := p.EOF(); err != first {
		t.Fatal(err)
	}
	p.Reset(Request, Limits{})
	if ev, _, err := p.Next([]byte("GET / HTTP/1.1\r\n" + hostEnd)); err != nil || ev.Kind != GotHead {
		t.Fatal(ev, err)
	}
	p.Reset(Response, Limits{})
	if _, _, err := p.Next([]byte("X")); err == nil || err.(*Error).Status != 502 || err.(*Error).Truncated {
		t.Fatal(err)
	}
}

// What a log line shows of a peer's bytes is printable and short.
func TestReasonIsPrintable(t *testing.T) {
	var p Parser
	p.Reset(Request, Limits{})
	_, _, err := p.Next([]byte("GET / HTTP/1.1\r\nA: b\r\n\x1b[31m" + strings.Repeat("\xff", 500) + "\r\n"))
	if err == nil {
		t.Fatal("accepted")
	}
	s := err.Error()
	if len(s) > 250 {
		t.Fatal(len(s), s)
	}
	for _, c := range []byte(s) {
		if c < 0x20 || c > 0x7e {
			t.Fatalf("%q", s)
		}
	}
}
