package ws

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop"
	"github.com/golws/golws/core/loop/sim"
	"github.com/golws/golws/core/role/h1"
	wire "github.com/golws/golws/core/wire/ws"
)

// scripted is a server that a client of the bench dials.
type scripted struct {
	b     *bench
	peers []*peer
}

func (s *scripted) Accepted(c loop.Conn) loop.Handler {
	p := &peer{b: s.b, c: c}
	s.peers = append(s.peers, p)
	return p
}

func (s *scripted) AcceptFailed(err error) { s.b.t.Error(err) }

// head takes the request that the peer got.
func (p *peer) head() string {
	p.b.t.Helper()
	h, rest, ok := strings.Cut(string(p.got), "\r\n\r\n")
	if !ok {
		p.b.t.Fatalf("no request came: %q", p.got)
	}
	p.got = []byte(rest)
	return h
}

func header(head, name string) string {
	for _, l := range strings.Split(head, "\r\n") {
		if n, v, ok := strings.Cut(l, ": "); ok && strings.EqualFold(n, name) {
			return v
		}
	}
	return ""
}

// accept is the answer that a good server gives.
func accept(head string, more ...string) string {
	a := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
		wire.AcceptKey(header(head, "sec-websocket-key")) + "\r\n"
	if p := header(head, "sec-websocket-protocol"); p != "" {
		a += "Sec-WebSocket-Protocol: " + p + "\r\n"
	}
	for _, m := range more {
		a += m + "\r\n"
	}
	return a + "\r\n"
}

// connect dials a scripted server, which has got the request then.
func (b *bench) connect(ci engine.ConnectInfo) *peer {
	b.t.Helper()
	s := &scripted{b: b}
	at := loop.Addr{IP: netip.AddrPortFrom(b.peers.Driver().(*sim.Driver).Host().Addr(), 9000)}
	l, err := b.peers.Driver().Listen(loop.ListenSpec{Addr: at}, s)
	if err != nil {
		b.t.Fatal(err)
	}
	ci.Address, ci.Port = at.IP.Addr().String(), 9000
	if ci.Path == "" {
		ci.Path = "/chat"
	}
	if ci.Host == "" {
		ci.Host, ci.Origin = "localhost", "localhost"
	}
	if _, err := b.ctx.Connect(&ci); err != nil {
		b.t.Fatal(err)
	}
	b.run()
	if err := l.Close(); err != nil {
		b.t.Error(err)
	}
	if len(s.peers) != 1 {
		b.t.Fatalf("%d connections came", len(s.peers))
	}
	return s.peers[0]
}

// made is what comes before the answer, refusedEnd what ends a connection that
// never was one.
var (
	made              = []string{"WSI_CREATE", "CLIENT_HTTP_BIND_PROTOCOL", "SERVER_NEW_CLIENT_INSTANTIATED", "CONNECTING", "CLIENT_APPEND_HANDSHAKE_HEADER"}
	clientEstablished = []string{"ESTABLISHED_CLIENT_HTTP", "CLIENT_FILTER_PRE_ESTABLISH", "CLIENT_ESTABLISHED"}
	clientClosed      = []string{"WS_CLIENT_DROP_PROTOCOL", "CLIENT_CLOSED", "WSI_DESTROY"}
)

func failed(text string) []string {
	return one(fmt.Sprintf("CLIENT_CONNECTION_ERROR %q", text), "CLIENT_HTTP_DROP_PROTOCOL", "WSI_DESTROY")
}

func clientBench(t testing.TB, o benchOptions) *bench {
	if o.vhost.Port == 0 {
		o.vhost.Port = engine.NoListen
	}
	return newBench(t, o)
}

// dialled is a bench with an established client.
func dialled(t testing.TB, o benchOptions) (*bench, *peer) {
	t.Helper()
	b := clientBench(t, o)
	p := b.connect(engine.ConnectInfo{Protocols: "echo"})
	p.send([]byte(accept(p.head())))
	b.run()
	b.want(all(made, clientEstablished)...)
	return b, p
}

func TestRequest(t *testing.T) {
	b := clientBench(t, benchOptions{})
	b.rec.when(engine.ReasonClientAppendHandshakeHeader, func(_ *engine.Wsi, in engine.In) int {
		hb := in.Value.(*engine.HeaderBuffer)
		hb.B = append(hb.B, "x-mine: yes\r\n"...)
		return 0
	})
	p := b.connect(engine.ConnectInfo{Protocols: "echo, other", AuthUser: "user", AuthPass: "pass", Extensions: &Deflate{}})
	head := p.head()
	key := header(head, "sec-websocket-key")
	if !wire.ValidKey(key) {
		t.Errorf("key %q", key)
	}
	want := "GET /chat HTTP/1.1\r\nPragma: no-cache\r\nCache-Control: no-cache\r\nHost: localhost\r\nOrigin: http://localhost\r\n" +
		"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + key + "\r\nSec-WebSocket-Protocol: echo, other\r\n" +
		"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\nSec-WebSocket-Version: 13\r\n" +
		"Authorization: Basic dXNlcjpwYXNz\r\nx-mine: yes"
	if head != want {
		t.Errorf("request\n%s\nwant\n%s", head, want)
	}
	b.want(all(made[:4], one(`CLIENT_CONFIRM_EXTENSION_SUPPORTED "permessage-deflate"`), made[4:])...)
	p.c.Close()
	b.run()
	b.want(failed("read failed: the server closed the connection before its answer was complete")...)
}

func TestExtensionNotWanted(t *testing.T) {
	b := clientBench(t, benchOptions{vhost: engine.VhostOptions{Extensions: &Deflate{}}})
	b.rec.when(engine.ReasonClientConfirmExtensionSupported, func(*engine.Wsi, engine.In) int { return 1 })
	p := b.connect(engine.ConnectInfo{})
	head := p.head()
	if v := header(head, "sec-websocket-extensions"); v != "" {
		t.Errorf("offered %q", v)
	}
	p.send([]byte(accept(head, "Sec-WebSocket-Extensions: permessage-deflate")))
	b.run()
	b.rec.lines = b.rec.lines[len(b.rec.lines)-3:]
	b.want(failed(`HS: EXT: the server uses "permessage-deflate", which was not offered`)...)
}

func TestClientEchoAndClose(t *testing.T) {
	b, p := dialled(t, benchOptions{})
	w := b.rec.last
	b.rec.when(engine.ReasonClientWriteable, func(w *engine.Wsi, _ engine.In) int {
		if err := w.Write([]byte("hello"), engine.WriteText); err != nil {
			t.Error(err)
		}
		return 0
	})
	b.rec.when(engine.ReasonClientReceive, func(w *engine.Wsi, _ engine.In) int {
		SetCloseReason(w, 1000, []byte("done"))
		return -1
	})
	within(w, w.CallbackOnWritable)
	b.run()
	p.want("1:hello")
	p.sendFrame(fin|wire.OpText, "hello")
	b.run()
	p.want("8:" + code(1000, "done"))
	b.want("CLIENT_WRITEABLE", `CLIENT_RECEIVE "hello" first final left=0`)
	p.sendFrame(fin|wire.OpClose, code(1000, ""))
	b.run()
	if p.ended {
		t.Error("the client ended TCP before the server")
	}
	p.c.Close()
	b.run()
	b.want(clientClosed...)
}

func TestServerCloses(t *testing.T) {
	b, p := dialled(t, benchOptions{})
	p.sendFrame(fin|wire.OpPing, "ping")
	p.sendFrame(fin|wire.OpPong, "pong")
	p.sendFrame(fin|wire.OpClose, code(1001, "bye"))
	b.run()
	b.want(`CLIENT_RECEIVE_PONG "pong"`, `WS_PEER_INITIATED_CLOSE "\x03\xe9bye"`)
	p.want("10:ping", "8:"+code(1001, "bye"))
	p.c.Close()
	b.run()
	b.want(clientClosed...)
}

// The client does not wait for ever for the server to end TCP.
func TestServerClosesAndStays(t *testing.T) {
	b, p := dialled(t, benchOptions{})
	p.sendFrame(fin|wire.OpClose, "")
	b.wait(EndTimeout - 100_000)
	b.want(`WS_PEER_INITIATED_CLOSE ""`)
	b.wait(200_000)
	b.want(clientClosed...)
}

func TestServerDrops(t *testing.T) {
	b, p := dialled(t, benchOptions{})
	p.c.Close()
	b.run()
	b.want(clientClosed...)
}

func TestServerMasks(t *testing.T) {
	b, p := dialled(t, benchOptions{})
	var told []byte
	b.rec.when(engine.ReasonClientClosed, func(w *engine.Wsi, _ engine.In) int {
		told = ClosePayload(w)
		return 0
	})
	p.send(wire.AppendFrame(nil, true, 0, wire.OpText, []byte("masked"), true, [4]byte{1, 2, 3, 4}))
	b.run()
	b.want(clientClosed...)
	if fs := p.frames(); len(fs) != 1 || !strings.HasPrefix(fs[0], "8:\x03\xea") || fs[0][2:] != string(told) {
		t.Errorf("the server got %q, CLIENT_CLOSED was told %q", fs, told)
	}
}

// A frame in the same segment as the answer comes behind CLIENT_ESTABLISHED.
func TestEarlyFrameFromServer(t *testing.T) {
	for _, size := range []int{1, 1 << 20} {
		b := clientBench(t, benchOptions{})
		p := b.connect(engine.ConnectInfo{Protocols: "echo"})
		s := append([]byte(accept(p.head())), p.frame(fin|wire.OpText, "hi")...)
		for len(s) > 0 {
			n := min(size, len(s))
			p.send(s[:n])
			s = s[n:]
			b.wait(10)
		}
		b.run()
		got := one(`CLIENT_RECEIVE "hi" first final left=0`)
		if size == 1 {
			got = one(`CLIENT_RECEIVE "h" first left=1`, `CLIENT_RECEIVE "i" final left=0`)
		}
		b.want(all(made, clientEstablished, got)...)
	}
}

func TestAnswersRefused(t *testing.T) {
	swap := func(old, new string) func(string) string {
		return func(head string) string { return strings.Replace(accept(head), old, new, 1) }
	}
	plain := func(s string) func(string) string { return func(string) string { return s } }
	for _, tt := range []struct {
		name   string
		answer func(head string) string
		text   string
		parsed bool // ESTABLISHED_CLIENT_HTTP comes
	}{
		{"403", plain("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"), "HS: ws upgrade response not 101: 403 Forbidden", true},
		{"200", plain("HTTP/1.1 200 OK\r\n\r\n"), "HS: ws upgrade response not 101: 200 OK", true},
		{"accept", swap("Accept: ", "Accept: x"), "HS: Accept hash wrong", true},
		{"no accept", swap("Sec-WebSocket-Accept", "X-Accept"), "HS: ACCEPT missing", true},
		{"upgrade", swap("Upgrade: websocket", "Upgrade: h2c"), `HS: UPGRADE is not websocket: "h2c"`, true},
		{"connection", swap("Connection: Upgrade", "Connection: close"), `HS: CONNECTION is not upgrade: "close"`, true},
		{"protocol", swap("Protocol: echo", "Protocol: chat"), `HS: PROTOCOL malformed: the server chose "chat" of "echo"`, true},
		{"protocols", swap("Protocol: echo", "Protocol: echo, echo"), `HS: PROTOCOL malformed: the server chose "echo, echo" of "echo"`, true},
		{"extension", func(h string) string { return accept(h, "Sec-WebSocket-Extensions: x-y") },
			`HS: EXT: the server uses "x-y", which was not offered`, true},
		{"garbage", plain("SSH-2.0-what\r\n"), "read failed: the answer is not HTTP/1 (RFC ", false},
	} {
		b := clientBench(t, benchOptions{})
		p := b.connect(engine.ConnectInfo{Protocols: "echo"})
		p.send([]byte(tt.answer(p.head())))
		b.run()
		want := made
		if tt.parsed {
			want = all(made, one("ESTABLISHED_CLIENT_HTTP"))
		}
		if !tt.parsed { // the text goes on
			for i, l := range b.rec.lines {
				if strings.HasPrefix(l, "CLIENT_CONNECTION_ERROR") {
					b.rec.lines[i] = l[:len(`CLIENT_CONNECTION_ERROR "`)+len(tt.text)] + `"`
				}
			}
		}
		b.want(all(want, failed(tt.text))...)
		if !p.ended {
			t.Errorf("%s: TCP did not end", tt.name)
		}
	}
}

// Headers without a value are none, as for lws.
func TestAnswerWithEmptyHeaders(t *testing.T) {
	b := clientBench(t, benchOptions{})
	p := b.connect(engine.ConnectInfo{Protocols: "echo"})
	answer := strings.Replace(accept(p.head()), "Protocol: echo", "Protocol:", 1)
	p.send([]byte(strings.Replace(answer, "\r\n\r\n", "\r\nSec-WebSocket-Extensions: \r\n\r\n", 1)))
	b.run()
	b.want(all(made, clientEstablished)...)
}

// A refusal's status can be asked for: lws_http_client_http_response.
func TestRefusalHasStatus(t *testing.T) {
	b := clientBench(t, benchOptions{})
	var status int
	b.rec.when(engine.ReasonEstablishedClientHTTP, func(w *engine.Wsi, _ engine.In) int {
		status = h1.ResponseCode(w)
		return 0
	})
	p := b.connect(engine.ConnectInfo{})
	p.head()
	p.send([]byte("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"))
	b.run()
	if status != 403 {
		t.Errorf("status %d, want 403", status)
	}
}

func TestServerAgreesBadly(t *testing.T) {
	for _, v := range []string{"permessage-deflate; what", "permessage-deflate, permessage-deflate", "x-y", "permessage-deflate; server_max_window_bits=7"} {
		b := clientBench(t, benchOptions{})
		p := b.connect(engine.ConnectInfo{Extensions: &Deflate{}})
		p.send([]byte(accept(p.head(), "Sec-WebSocket-Extensions: "+v)))
		b.run()
		if l := b.rec.lines[len(b.rec.lines)-3]; !strings.HasPrefix(l, `CLIENT_CONNECTION_ERROR "HS: EXT: `) {
			t.Errorf("%s: %s", v, l)
		}
		b.rec.lines = nil
	}
}

func TestServerSilent(t *testing.T) {
	b := clientBench(t, benchOptions{vhost: engine.VhostOptions{Timeout: 3e6}})
	b.connect(engine.ConnectInfo{})
	b.wait(4e6)
	b.want(all(made, failed("timed out waiting for the server's response"))...)
}

func TestClientRefusals(t *testing.T) {
	for _, tt := range []struct {
		reason engine.Reason
		want   []string
	}{
		{engine.ReasonClientAppendHandshakeHeader, all(made, failed("sending the request: refused by CLIENT_APPEND_HANDSHAKE_HEADER"))},
		{engine.ReasonEstablishedClientHTTP, all(made, clientEstablished[:1], failed("HS: disallowed at ESTABLISHED"))},
		{engine.ReasonClientFilterPreEstablish, all(made, clientEstablished[:2], failed("HS: Rejected by filter cb"))},
		{engine.ReasonClientEstablished, all(made, clientEstablished,
			one(`CLIENT_CONNECTION_ERROR "HS: Rejected at CLIENT_ESTABLISHED"`, "WS_CLIENT_DROP_PROTOCOL", "WSI_DESTROY"))},
	} {
		b := clientBench(t, benchOptions{})
		b.rec.when(tt.reason, func(*engine.Wsi, engine.In) int { return -1 })
		p := b.connect(engine.ConnectInfo{Protocols: "echo"})
		if len(p.got) > 0 {
			p.send([]byte(accept(p.head())))
		}
		b.run()
		b.want(tt.want...)
	}
}

func TestCloseInClientEstablished(t *testing.T) {
	b := clientBench(t, benchOptions{})
	b.rec.when(engine.ReasonClientEstablished, func(w *engine.Wsi, _ engine.In) int {
		if err := w.Write([]byte("hello"), engine.WriteText); err != nil {
			t.Error(err)
		}
		w.Close()
		return 0
	})
	p := b.connect(engine.ConnectInfo{Protocols: "echo"})
	p.send([]byte(accept(p.head())))
	b.run()
	b.want(all(made, clientEstablished, clientClosed)...)
	p.want("1:hello", "8:")
}

// A server that chooses another of the vhost's protocols rebinds.
func TestServerChoosesOther(t *testing.T) {
	b := clientBench(t, benchOptions{})
	p := b.connect(engine.ConnectInfo{Protocols: "echo, http"})
	p.send([]byte(strings.Replace(accept(p.head()), "echo, http", "http", 1)))
	b.run()
	b.want(all(made, one("ESTABLISHED_CLIENT_HTTP", "CLIENT_HTTP_DROP_PROTOCOL", "CLIENT_HTTP_BIND_PROTOCOL"), clientEstablished[1:])...)
	if n := b.rec.last.Protocol().Name; n != "http" {
		t.Errorf("bound to %s", n)
	}
}

// Masks are fresh for each frame, and big payloads are masked without touching
// the caller's.
func TestClientWrites(t *testing.T) {
	b, p := dialled(t, benchOptions{txBatch: 64 << 10})
	w := b.rec.last
	data := strings.Repeat("0123456789", 50_000)
	lent := []byte(data)
	var keys = map[string]bool{}
	within(w, func() {
		for range 100 {
			if err := w.Write([]byte("small"), engine.WriteText); err != nil {
				t.Error(err)
			}
		}
	})
	b.run()
	for i := 0; i+11 <= len(p.got); i += 11 {
		keys[string(p.got[i+2:i+6])] = true
	}
	if len(keys) != 100 {
		t.Errorf("%d masks for 100 frames", len(keys))
	}
	p.got = nil
	within(w, func() {
		if err := w.Write(lent, engine.WriteBinary); err != nil {
			t.Error(err)
		}
		room, ok := b.role.HeadRoom(w, 5, engine.WriteText)
		if !ok {
			t.Fatal("HeadRoom refuses")
		}
		m := w.Thread().Reserve(room + 5)
		copy(m[room:], "place")
		b.role.FrameInPlace(w, m, room, engine.WriteText)
		w.SendReserved(m)
	})
	b.run()
	p.want("2:"+data, "1:place")
	if string(lent) != data {
		t.Error("the caller's memory was changed")
	}
	within(w, func() {
		if err := w.Write([]byte("bare"), engine.WriteText|engine.WriteClientIgnoreXorMask); err != nil {
			t.Error(err)
		}
	})
	b.run()
	if got := string(p.got); got != "\x81\x84\x00\x00\x00\x00bare" {
		t.Errorf("with a mask of zeros: %q", got)
	}
	p.got = nil
}

func TestClientDeflate(t *testing.T) {
	for _, params := range allParams()[:16] {
		b := clientBench(t, benchOptions{})
		b.rec.echoes()
		b.rec.quiet = true
		p := b.connect(engine.ConnectInfo{Extensions: &Deflate{}})
		p.send([]byte(accept(p.head(), "Sec-WebSocket-Extensions: "+params.String())))
		b.run()
		d := &deflatingPeer{peer: p}
		d.in.Init(params, true, 0)
		d.out.Init(params, true, 0)
		for _, m := range []string{"Hello", strings.Repeat("compressible ", 5000), "Hello", ""} {
			p.send(d.message(wire.OpText, m, 1000))
			b.run()
			if got := d.messages(); len(got) != 1 || got[0] != m {
				t.Fatalf("%+v: %.50q came back as %.50q", params, m, got)
			}
		}
	}
}

func TestReservedBitsAllowed(t *testing.T) {
	b := clientBench(t, benchOptions{})
	p := b.connect(engine.ConnectInfo{AllowReservedBits: true, AllowUnknownOpcode: true})
	p.send([]byte(accept(p.head())))
	b.run()
	b.rec.lines = nil
	var rsv, op byte
	b.rec.when(engine.ReasonClientReceive, func(w *engine.Wsi, _ engine.In) int {
		rsv, op = w.Fragment().Rsv, w.Fragment().Opcode
		return 0
	})
	p.sendFrame(fin|wire.RSV2|wire.OpText, "bits")
	b.run()
	if rsv != wire.RSV2 {
		t.Errorf("rsv %#x", rsv)
	}
	p.sendFrame(fin|5, "odd")
	b.run()
	if op != 5 {
		t.Errorf("opcode %d", op)
	}
	p.sendFrame(fin|0xC, "control")
	b.run()
	if op != 0xC {
		t.Errorf("opcode %d", op)
	}
	b.want(`CLIENT_RECEIVE "bits" first final left=0`, `CLIENT_RECEIVE "odd" first final left=0`, `CLIENT_RECEIVE "control" first final left=0`)
}

// A control frame of unknown kind that waits behind a message is delivered as
// it would have been without the wait.
func TestUnknownControlOnHold(t *testing.T) {
	b := clientBench(t, benchOptions{})
	p := b.connect(engine.ConnectInfo{AllowUnknownOpcode: true})
	p.send([]byte(accept(p.head())))
	b.run()
	b.rec.lines = nil
	b.rec.when(engine.ReasonClientReceive, func(w *engine.Wsi, in engine.In) int {
		if string(in.Bytes) == "wait" {
			w.Hold(engine.HoldUser)
		}
		return 0
	})
	p.send(append(p.frame(fin|wire.OpText, "wait"), p.frame(fin|0xC, "control")...))
	b.run()
	w := b.rec.last
	w.Thread().Enter()
	w.Release(engine.HoldUser)
	w.Thread().Leave()
	b.run()
	b.want(`CLIENT_RECEIVE "wait" first final left=0`, `CLIENT_RECEIVE "control" first final left=0`)
}

func TestConnectInfoRefused(t *testing.T) {
	b := clientBench(t, benchOptions{})
	for _, ci := range []engine.ConnectInfo{
		{Protocols: "a b"}, {Protocols: "a,a"}, {Path: "/a b"}, {Host: "h\r\nx: y"}, {AuthUser: "a:b"},
	} {
		ci.Address, ci.Port = "10.0.0.2", 80
		if w, err := b.ctx.Connect(&ci); err == nil {
			t.Errorf("%+v gives %v", ci, w)
		}
	}
	b.run()
	b.want()
}
