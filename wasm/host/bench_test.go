package host_test

import (
	"bytes"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/wasm/host"
)

// BenchmarkCall is one call into the module.
func BenchmarkCall(b *testing.B) {
	p := rig(b, "")
	cx := uint64(p.must(p.i.CreateContext(m{"port": -1})))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.i.Invoke("lws_is_final_fragment", cx); err == nil {
			b.Fatal("a context is no wsi")
		}
	}
}

// BenchmarkReceive is one callback for a message of 64 bytes, of many that
// arrive together.
func BenchmarkReceive(b *testing.B) {
	p := rig(b, "")
	got := 0
	cb := func(c *host.Call) int {
		if engine.Reason(c.Reason) == engine.ReasonReceive {
			got++
		}
		return 0
	}
	cx := p.must(p.i.CreateContext(m{"port": 80, "protocols": []any{m{"name": "x", "callback": p.i.Protocol(cb)}}}))
	lsn := p.onlyListener()
	conn := p.must(p.i.NewConn(cx, "", ""))
	p.outside[conn] = func([]byte) {}
	if ok, err := p.i.Accepted(lsn, conn); !ok {
		b.Fatal(err)
	}
	p.check(p.i.Data(conn, []byte("GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")))
	frame := append([]byte{0x82, 0x80 | 64, 1, 2, 3, 4}, make([]byte, 64)...)
	const many = 1000
	frames := bytes.Repeat(frame, many)
	b.ReportAllocs()
	got = 0
	for b.Loop() {
		p.check(p.i.Data(conn, frames))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(got), "ns/message")
}
