package h1

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
)

// Small limits let short inputs reach them.
var fuzzLimits = Limits{HeadBytes: 512, Headers: 8, ChunkExtBytes: 32, TrailerBytes: 64, Interim: 2}

// sameInAnyCutting is the property of all wires: how the bytes are cut does
// not matter. It gives the trace back.
func sameInAnyCutting(t *testing.T, side Side, method, in string, seed uint64) string {
	t.Helper()
	whole := trace(side, fuzzLimits, method, in, 1<<20, true)
	if got := trace(side, fuzzLimits, method, in, 1, true); got != whole {
		t.Fatalf("%q\nbyte by byte:\n%swhole:\n%s", in, got, whole)
	}
	rnd := rand.New(rand.NewPCG(seed, 1))
	var p Parser // dirty from the run before: Reset must not leave anything
	for range 3 {
		p.Reset(side, fuzzLimits)
		if got := traceOn(&p, method, in, func(int) int { return 1 + rnd.IntN(1+rnd.IntN(64)) }, true); got != whole {
			t.Fatalf("%q\nseed %d:\n%swhole:\n%s", in, seed, got, whole)
		}
	}
	return whole
}

// headInvariants is what a role may take for granted.
func headInvariants(t *testing.T, side Side, p *Parser) {
	t.Helper()
	h := &p.Head
	if len(p.buf) > fuzzLimits.HeadBytes+fuzzLimits.TrailerBytes {
		t.Fatalf("%d bytes are held", len(p.buf))
	}
	for i := range h.Fields.Len() {
		n, v := h.Fields.At(i)
		if !IsToken(n) || !IsFieldValue(v) || len(trimOWS(v)) != len(v) {
			t.Fatalf("field %q: %q", n, v)
		}
		if tok := h.Fields.TokenAt(i); tok != TokenOf(n) || tok != NoToken && !h.Fields.Has(tok) {
			t.Fatalf("token of %q", n)
		}
		if h.Fields.Get(string(n)) == nil {
			t.Fatalf("%q is not found", n)
		}
	}
	if side == Response {
		if h.Status < 100 || h.Status > 999 || h.Framing == FramingClose && h.KeepAlive {
			t.Fatalf("status %d framing %d", h.Status, h.Framing)
		}
		return
	}
	if !IsToken(h.Method) || h.Framing == FramingClose || h.Minor == 1 && !h.Fields.Has(TokenHost) {
		t.Fatalf("%q framing %d", h.Method, h.Framing)
	}
	switch h.Form {
	case FormAuthority:
		if h.Path != nil {
			t.Fatalf("path %q", h.Path)
		}
	case FormAsterisk:
		if string(h.Path) != "*" {
			t.Fatalf("path %q", h.Path)
		}
	default:
		path := string(h.Path)
		if path == "*" && h.Form == FormAbsolute && h.Method == "OPTIONS" {
			break
		}
		if !strings.HasPrefix(path, "/") || strings.Contains(path, "//") || strings.Contains(path, "\x00") ||
			strings.Contains(path+"/", "/../") || strings.Contains(path+"/", "/./") || string(AppendCleanPath(nil, h.Path)) != path {
			t.Fatalf("path %q", path)
		}
	}
}

// messages parses whole messages and collects their heads' short form and
// bodies, until something else than a complete message comes.
func messages(t *testing.T, side Side, method string, in []byte) (heads []string, bodies [][]byte) {
	t.Helper()
	var p Parser
	p.Reset(side, fuzzLimits)
	p.SetRequestMethod(method)
	body, head := []byte{}, ""
	most := 4*len(in) + 16
	for calls := 0; ; calls++ {
		if calls > most {
			t.Fatal("no progress")
		}
		ev, n, err := p.Next(in)
		if n < 0 || n > len(in) {
			t.Fatal("consumed", n, "of", len(in))
		}
		in = in[n:]
		if err != nil {
			if e := err.(*Error); e.Status < 400 || e.Status > 505 || e.Reason == "" || len(e.Reason) > 300 {
				t.Fatal(err)
			}
			return
		}
		switch ev.Kind {
		case GotHead:
			headInvariants(t, side, &p)
			head = fmt.Sprintf("%s %d 1.%d", p.Head.Method, p.Head.Status, p.Head.Minor)
		case Body:
			if len(ev.Data) == 0 {
				t.Fatal("a body piece of nothing")
			}
			body = append(body, ev.Data...)
		case Trailers:
			if p.Trailers.Len() == 0 {
				t.Fatal("no trailers")
			}
			headInvariants(t, side, &p)
		case End:
			heads, bodies = append(heads, head), append(bodies, body)
			body = []byte{}
			p.SetRequestMethod(method)
		default:
			return
		}
	}
}

func FuzzRequest(f *testing.F) {
	f.Fuzz(func(t *testing.T, in []byte, seed uint64) {
		sameInAnyCutting(t, Request, "", string(in), seed)
		heads, bodies := messages(t, Request, "", in)
		// Where the standard library reads a message too, both must see the same.
		r := bufio.NewReader(bytes.NewReader(in))
		for i := range heads {
			req, err := http.ReadRequest(r)
			if err != nil {
				return
			}
			body, err := io.ReadAll(req.Body)
			if err != nil {
				return
			}
			if got := fmt.Sprintf("%s 0 1.%d", req.Method, req.ProtoMinor); got != heads[i] || !bytes.Equal(body, bodies[i]) {
				t.Fatalf("message %d: %s %q, net/http: %s %q", i, heads[i], bodies[i], got, body)
			}
		}
	})
}

func FuzzResponse(f *testing.F) {
	f.Fuzz(func(t *testing.T, in []byte, seed uint64) {
		method := [...]string{"GET", "HEAD", "CONNECT"}[seed%3]
		sameInAnyCutting(t, Response, method, string(in), seed)
		heads, bodies := messages(t, Response, method, in)
		r := bufio.NewReader(bytes.NewReader(in))
		for i := range heads {
			res, err := http.ReadResponse(r, &http.Request{Method: method})
			for err == nil && res.StatusCode < 200 && res.StatusCode != 101 {
				res, err = http.ReadResponse(r, &http.Request{Method: method})
			}
			if err != nil || res.StatusCode == 101 || method == "CONNECT" {
				return
			}
			body, err := io.ReadAll(res.Body)
			if err != nil {
				return
			}
			if got := fmt.Sprintf(" %d 1.%d", res.StatusCode, res.ProtoMinor); got != heads[i] || !bytes.Equal(body, bodies[i]) {
				t.Fatalf("message %d: %s %q, net/http: %s %q", i, heads[i], bodies[i], got, body)
			}
		}
	})
}

// dechunk is a second reading of RFC 9112 section 7.1, over whole input and
// with nothing in common with the Parser. ok says that in is one complete
// chunked body and nothing more, within fuzzLimits.
func dechunk(in string) (body string, ok bool) {
	ext := 0
	for {
		line, rest, found := strings.Cut(in, "\r\n")
		if !found || strings.ContainsAny(line, "\r\n") {
			return "", false
		}
		size, x, hasExt := strings.Cut(line, ";")
		if hasExt {
			trimmed := strings.TrimRight(size, " \t")
			ext += len(line) - len(trimmed)
			size = trimmed
			for _, c := range []byte(x) {
				if c < 0x20 && c != '\t' || c == 0x7f {
					return "", false
				}
			}
		}
		if len(size) == 0 || len(size) > 16 || len(size) == 16 && size[0] > '7' || ext > fuzzLimits.ChunkExtBytes {
			return "", false
		}
		n := int64(0)
		for _, c := range size {
			i := strings.IndexRune("0123456789abcdef", c|0x20)
			if c < '0' || i < 0 {
				return "", false
			}
			n = n*16 + int64(i)
		}
		if n == 0 {
			in = rest
			break
		}
		if int64(len(rest))-2 < n || rest[n:n+2] != "\r\n" {
			return "", false
		}
		body, in = body+rest[:n], rest[n+2:]
	}
	if len(in) > fuzzLimits.TrailerBytes {
		return "", false
	}
	for count := 0; in != "\r\n"; count++ {
		line, rest, found := strings.Cut(in, "\r\n")
		name, value, colon := strings.Cut(line, ":")
		if !found || !colon || !IsToken(name) || !IsFieldValue(value) || count == fuzzLimits.Headers {
			return "", false
		}
		switch strings.ToLower(name) {
		case "content-length", "transfer-encoding", "host", "connection", "upgrade", "expect", "te",
			"content-encoding", "content-type", "content-range":
			return "", false
		}
		in = rest
	}
	return body, true
}

// FuzzChunking holds the chunk decoder against dechunk, and what the encoder
// writes against the decoder.
func FuzzChunking(f *testing.F) {
	const head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
	f.Fuzz(func(t *testing.T, in []byte, seed uint64) {
		sameInAnyCutting(t, Request, "", head+string(in), seed)
		_, bodies := messages(t, Request, "", []byte(head+string(in)))
		want, ok := dechunk(string(in))
		if ok && (len(bodies) != 1 || string(bodies[0]) != want) {
			t.Fatalf("%q: %q, want %q", in, bodies, want)
		}
		if !ok && len(bodies) == 1 && fullyUsed(head+string(in)) {
			t.Fatalf("%q: accepted as %q", in, bodies[0])
		}

		rnd := rand.New(rand.NewPCG(seed, 2))
		out := []byte(head)
		for rest := in; len(rest) > 0; {
			n := 1 + rnd.IntN(len(rest))
			out, rest = AppendChunk(out, rest[:n]), rest[n:]
		}
		out = AppendLastChunk(out, nil)
		if _, b := messages(t, Request, "", out); len(b) != 1 || !bytes.Equal(b[0], in) {
			t.Fatalf("%q came back as %q", in, b)
		}
	})
}

// fullyUsed tells that the first message ends where in ends.
func fullyUsed(in string) bool {
	var p Parser
	p.Reset(Request, fuzzLimits)
	for b := []byte(in); ; {
		ev, n, err := p.Next(b)
		b = b[n:]
		if err != nil || ev.Kind == NeedMore {
			return false
		}
		if ev.Kind == End {
			return len(b) == 0
		}
	}
}

// Messages of every kind, put together at random and then damaged, mean the
// same in any cutting.
func TestAnyCutting(t *testing.T) {
	requests := []string{
		"GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n",
		"\r\nPOST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\nhello world",
		"POST /%2e%2e/c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nT: v\r\n\r\n",
		"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
		"PUT http://h/ HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n1",
		"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x80abcd",
	}
	responses := []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
		"HTTP/1.1 100 Continue\r\n\r\n",
		"HTTP/1.1 204 No Content\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
		"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n",
		"HTTP/1.0 200 OK\r\n\r\nuntil the end",
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n\x81\x00",
	}
	ends, fails := 0, 0
	for seed := range uint64(3000) {
		rnd := rand.New(rand.NewPCG(seed, 3))
		side, from := Request, requests
		if seed%2 == 1 {
			side, from = Response, responses
		}
		var in []byte
		for range 1 + rnd.IntN(4) {
			in = append(in, from[rnd.IntN(len(from))]...)
		}
		for range rnd.IntN(3) {
			i := rnd.IntN(len(in))
			switch rnd.IntN(3) {
			case 0:
				in[i] = byte(rnd.IntN(256))
			case 1:
				in = append(in[:i], in[i+1:]...)
			default:
				in = in[:i+1]
			}
		}
		got := sameInAnyCutting(t, side, "GET", string(in), seed)
		ends += strings.Count(got, "end\n")
		fails += strings.Count(got, "error ")
	}
	if ends < 1000 || fails < 500 {
		t.Errorf("the mixture is poor: %d messages, %d errors", ends, fails)
	}
}
