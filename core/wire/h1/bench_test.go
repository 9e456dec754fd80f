package h1

import (
	"strings"
	"testing"
)

const browserGet = "GET /static/page.html?x=1&y=two HTTP/1.1\r\n" +
	"Host: www.example.org:8080\r\n" +
	"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36\r\n" +
	"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n" +
	"Accept-Encoding: gzip, deflate, br\r\n" +
	"Accept-Language: en-GB,en;q=0.9\r\n" +
	"Connection: keep-alive\r\n" +
	"Cookie: session=0123456789abcdef; theme=dark\r\n" +
	"X-Custom: value\r\n\r\n"

const plainGet = "GET / HTTP/1.1\r\nHost: 127.0.0.1:7681\r\n\r\n"

func drain(tb testing.TB, p *Parser, b []byte) (ends int) {
	for {
		ev, n, err := p.Next(b)
		if err != nil {
			tb.Fatal(err)
		}
		b = b[n:]
		switch ev.Kind {
		case End:
			ends++
		case NeedMore, Closed, Tunnel:
			return ends
		}
	}
}

// A kept-alive connection's messages, and a pooled Parser's connections, cost
// no allocation.
func TestNoAllocations(t *testing.T) {
	for _, c := range []struct {
		name string
		side Side
		in   string
	}{
		{"plain GET", Request, plainGet},
		{"browser's GET", Request, browserGet},
		{"POST with a length", Request, "POST /p?a=%20 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"},
		{"POST in chunks", Request, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\n\r\n"},
		{"response", Response, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\nhello"},
		{"upgrade", Request, "GET /chat HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var p Parser
			in := []byte(c.in)
			p.Reset(c.side, Limits{})
			run := func() {
				if drain(t, &p, in) != 1 {
					t.Fatal("no end")
				}
				if p.state == stTunnel {
					p.Reset(c.side, Limits{})
				}
			}
			run()
			if n := testing.AllocsPerRun(200, run); n != 0 {
				t.Errorf("%v allocations a message", n)
			}
			if n := testing.AllocsPerRun(200, func() { p.Reset(c.side, Limits{}); run() }); n != 0 {
				t.Errorf("%v allocations a connection", n)
			}
		})
	}
}

func TestNoAllocationsEncoding(t *testing.T) {
	buf := make([]byte, 0, 512)
	data, name := []byte("0123456789"), []byte("x-name")
	if n := testing.AllocsPerRun(200, func() {
		b := AppendStatusLine(buf, 1, 200)
		b, _ = AppendField(b, "content-type", "text/html")
		b, _ = AppendField(b, name, data)
		b = AppendDate(b, 784111777)
		b = AppendHeadEnd(AppendContentLength(b, 10))
		b = AppendLastChunk(AppendChunk(b, data), nil)
		b, _ = AppendRequestLine(b, "GET", "/")
		if len(b) > cap(buf) {
			t.Fatal(len(b))
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// One large head does not stay in the pool.
func TestResetBoundsMemory(t *testing.T) {
	var p Parser
	p.Reset(Request, Limits{HeadBytes: 1 << 20, Headers: 5000})
	drain(t, &p, []byte("GET /?"+strings.Repeat("a&", 50000)+" HTTP/1.1\r\nHost: x\r\n"+strings.Repeat("A:\r\n", 4000)+"\r\n"))
	if p.Head.Args() != 50000 || p.Head.Fields.Len() != 4001 {
		t.Fatal(p.Head.Args(), p.Head.Fields.Len())
	}
	p.Reset(Request, Limits{})
	if cap(p.buf) > keptBytes || cap(p.dec) > keptBytes || cap(p.Head.args) > keptSpans || cap(p.Head.Fields.list) > keptSpans {
		t.Error(cap(p.buf), cap(p.dec), cap(p.Head.args), cap(p.Head.Fields.list))
	}
	drain(t, &p, []byte(plainGet))
}

func benchmark(b *testing.B, side Side, in string, per int) {
	var p Parser
	p.Reset(side, Limits{})
	data := []byte(in)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		if drain(b, &p, data) != per {
			b.Fatal("lost a message")
		}
	}
}

func BenchmarkPlainGet(b *testing.B)   { benchmark(b, Request, plainGet, 1) }
func BenchmarkBrowserGet(b *testing.B) { benchmark(b, Request, browserGet, 1) }
func BenchmarkPipelined16(b *testing.B) {
	benchmark(b, Request, strings.Repeat(plainGet, 16), 16)
}
func BenchmarkChunks(b *testing.B) {
	body := strings.Repeat("1000\r\n"+strings.Repeat("x", 4096)+"\r\n", 16)
	benchmark(b, Response, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"+body+"0\r\n\r\n", 1)
}

func BenchmarkResponseHead(b *testing.B) {
	buf := make([]byte, 0, 512)
	b.ReportAllocs()
	for b.Loop() {
		h := AppendStatusLine(buf, 1, 200)
		h, _ = AppendField(h, "content-type", "text/html; charset=utf-8")
		h, _ = AppendField(h, "server", "golws")
		h = append(h, "date: "...)
		h = append(AppendDate(h, 784111777), "\r\n"...)
		_ = AppendHeadEnd(AppendContentLength(h, 1024))
	}
}
