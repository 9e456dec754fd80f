package ws

import (
	"strings"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/role/h1"
	"github.com/golws/golws/core/wire/pmd"
	wire "github.com/golws/golws/core/wire/ws"
)

// serving is a bench that listens with the HTTP role, as a real one does.
func serving(t testing.TB, o benchOptions) *bench {
	t.Helper()
	o.roles = []engine.Role{&h1.Server{}}
	return newBench(t, o)
}

// rfcKey is the key of section 1.3, rfcAccept its answer.
const (
	rfcKey    = "dGhlIHNhbXBsZSBub25jZQ=="
	rfcAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
)

func request(more ...string) string {
	s := "GET /chat?a=1&b=2 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n" +
		"Sec-WebSocket-Key: " + rfcKey + "\r\nSec-WebSocket-Version: 13\r\n"
	for _, m := range more {
		s += m + "\r\n"
	}
	return s + "\r\n"
}

const askEcho = "Sec-WebSocket-Protocol: echo"

// answer takes the head that the peer got, and leaves the frames behind it.
func (p *peer) answer() string {
	p.b.t.Helper()
	h, rest, ok := strings.Cut(string(p.got), "\r\n\r\n")
	if !ok {
		p.b.t.Errorf("no answer: %q", p.got)
		return ""
	}
	p.got = []byte(rest)
	return h
}

var (
	asked    = []string{"WSI_CREATE", "SERVER_NEW_CLIENT_INSTANTIATED", `HTTP_CONFIRM_UPGRADE "websocket"`}
	upgraded = []string{"WSI_CREATE", "SERVER_NEW_CLIENT_INSTANTIATED", `HTTP_CONFIRM_UPGRADE "websocket"`,
		"HTTP_BIND_PROTOCOL", `FILTER_PROTOCOL_CONNECTION "echo"`, "ADD_HEADERS", "ESTABLISHED"}
)

func TestUpgrade(t *testing.T) {
	b := serving(t, benchOptions{})
	b.rec.echoes()
	p := b.dial()
	p.send([]byte(request(askEcho)))
	b.run()
	want := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + rfcAccept +
		"\r\nSec-WebSocket-Protocol: echo"
	if a := p.answer(); a != want {
		t.Errorf("answer\n%s\nwant\n%s", a, want)
	}
	if n := b.rec.last.Protocol().Name; n != "echo" {
		t.Errorf("bound to %s", n)
	}
	if b.rec.last.HTTP != nil {
		t.Error("an established connection still holds its request")
	}
	p.sendFrame(fin|wire.OpText, "hello")
	b.run()
	p.want("1:hello")
	p.sendFrame(fin|wire.OpClose, code(1000, "bye"))
	b.run()
	p.want("8:" + code(1000, "bye"))
	b.want(all(upgraded, one(hello, `WS_PEER_INITIATED_CLOSE "\x03\xe8bye"`), closed)...)
}

// Frames that ride behind the request come behind ESTABLISHED, however the
// bytes are cut.
func TestEarlyFrame(t *testing.T) {
	for _, size := range []int{1 << 20, 1, 50} {
		b := serving(t, benchOptions{})
		p := b.dial()
		s := append([]byte(request(askEcho)), p.frame(fin|wire.OpText, "")...)
		s = append(s, p.frame(fin|wire.OpPing, "p")...)
		for len(s) > 0 {
			n := min(size, len(s))
			p.send(s[:n])
			s = s[n:]
			b.wait(10)
		}
		b.run()
		b.want(all(upgraded, one(`RECEIVE "" first final left=0`))...)
		p.answer()
		p.want("10:p")
	}
}

func TestSubprotocols(t *testing.T) {
	for _, tt := range []struct {
		ask, in, bound string
		answered       bool
	}{
		{"", "", "http", false},
		{"nosuch, echo", `"nosuch, echo"`, "echo", true},
		{"echo,http", `"echo,http"`, "echo", true},
		{"http,echo", `"http,echo"`, "http", true},
	} {
		b := serving(t, benchOptions{})
		p := b.dial()
		if tt.ask != "" {
			p.send([]byte(request("Sec-WebSocket-Protocol: " + tt.ask)))
		} else {
			p.send([]byte(request()))
		}
		b.run()
		if n := b.rec.last.Protocol().Name; n != tt.bound {
			t.Errorf("%q is bound to %s", tt.ask, n)
		}
		filter := strings.TrimSpace("FILTER_PROTOCOL_CONNECTION " + tt.in)
		b.want(all(asked, one("HTTP_BIND_PROTOCOL", filter, "ADD_HEADERS", "ESTABLISHED"))...)
		got := header(p.answer(), "Sec-WebSocket-Protocol")
		if tt.answered && got != tt.bound || !tt.answered && got != "" {
			t.Errorf("%q is answered with %q", tt.ask, got)
		}
	}
}

// Headers without a value are none, as for lws.
func TestRequestWithEmptyHeaders(t *testing.T) {
	b := serving(t, benchOptions{})
	p := b.dial()
	p.send([]byte(request("Sec-WebSocket-Protocol:", "Sec-WebSocket-Extensions: ")))
	b.run()
	b.want(all(asked, one("HTTP_BIND_PROTOCOL", "FILTER_PROTOCOL_CONNECTION", "ADD_HEADERS", "ESTABLISHED"))...)
	if a := p.answer(); !strings.HasPrefix(a, "HTTP/1.1 101 ") || header(a, "Sec-WebSocket-Protocol") != "" {
		t.Errorf("answered %q", a)
	}
}

func TestSeveralProtocolLines(t *testing.T) {
	b := serving(t, benchOptions{})
	p := b.dial()
	p.send([]byte(request("Sec-WebSocket-Protocol: nosuch", askEcho)))
	b.run()
	if got := header(p.answer(), "Sec-WebSocket-Protocol"); got != "echo" {
		t.Errorf("answered with %q", got)
	}
	b.rec.lines = nil
}

func TestRequestsRefused(t *testing.T) {
	swap := func(old, new string) string { return strings.Replace(request(askEcho), old, new, 1) }
	for _, tt := range []struct {
		name, request string
		status        string
	}{
		{"4.2.1 (1) method", swap("GET", "POST"), "400"},
		{"4.2.1 (5) no key", swap("Sec-WebSocket-Key", "X-Key"), "400"},
		{"4.2.1 (5) short key", swap(rfcKey, "Zm9v"), "400"},
		{"4.2.1 (5) two keys", request(askEcho, "Sec-WebSocket-Key: "+rfcKey), "400"},
		{"4.4 version", swap("Version: 13", "Version: 8"), "426"},
		{"4.4 no version", swap("Sec-WebSocket-Version: 13", "X: y"), "426"},
		{"subprotocol not here", swap("Protocol: echo", "Protocol: nosuch"), "400"},
		{"subprotocol not a token", swap("Protocol: echo", "Protocol: e cho"), "400"},
		{"subprotocols without one", swap("Protocol: echo", "Protocol: ,"), "400"},
		{"extensions malformed", request("Sec-WebSocket-Extensions: ;;"), "400"},
	} {
		b := serving(t, benchOptions{})
		p := b.dial()
		p.send([]byte(tt.request))
		b.run()
		a := p.answer()
		if !strings.HasPrefix(a, "HTTP/1.1 "+tt.status+" ") {
			t.Errorf("%s: answered %q", tt.name, a)
		}
		if v := header(a, "Sec-WebSocket-Version"); tt.status == "426" && v != "13" {
			t.Errorf("%s: Sec-WebSocket-Version %q", tt.name, v)
		}
		b.want(all(asked, one("WSI_DESTROY"))...)
		b.wantLog("refusing a request with " + tt.status)
		if !p.ended || p.broken != nil {
			t.Errorf("%s: ended=%v %v", tt.name, p.ended, p.broken)
		}
	}
}

func TestCallbacksRefuse(t *testing.T) {
	for _, tt := range []struct {
		reason engine.Reason
		want   []string
	}{
		{engine.ReasonHTTPBindProtocol, upgraded[:4]},
		{engine.ReasonFilterProtocolConnection, upgraded[:5]},
		{engine.ReasonAddHeaders, upgraded[:6]},
	} {
		b := serving(t, benchOptions{})
		b.rec.when(tt.reason, func(*engine.Wsi, engine.In) int { return 1 })
		p := b.dial()
		p.send([]byte(request(askEcho)))
		b.run()
		if a := p.answer(); !strings.HasPrefix(a, "HTTP/1.1 403 ") {
			t.Errorf("%s: answered %q", tt.reason, a)
		}
		b.want(all(tt.want, closed)...)
		b.wantLog("by " + tt.reason.String())
	}
}

func TestEstablishedRefuses(t *testing.T) {
	b := serving(t, benchOptions{})
	b.rec.when(engine.ReasonEstablished, func(*engine.Wsi, engine.In) int { return -1 })
	p := b.dial()
	p.send(append([]byte(request(askEcho)), p.frame(fin|wire.OpText, "not wanted")...))
	b.run()
	b.want(all(upgraded, closed)...)
	p.answer()
	p.want("8:")
}

// The head can be read in all callbacks until ESTABLISHED.
func TestHeadInCallbacks(t *testing.T) {
	b := serving(t, benchOptions{})
	seen := 0
	look := func(w *engine.Wsi, _ engine.In) int {
		x := h1.Of(w)
		if x == nil || string(x.AppendToken(nil, h1.TokenGetURI)) != "/chat" || string(x.Fragment(h1.TokenURIArgs, 1)) != "b=2" {
			t.Error("the head cannot be read")
		}
		seen++
		return 0
	}
	for _, r := range []engine.Reason{engine.ReasonFilterProtocolConnection, engine.ReasonAddHeaders, engine.ReasonEstablished} {
		b.rec.when(r, look)
	}
	p := b.dial()
	p.send([]byte(request(askEcho)))
	b.run()
	if seen != 3 {
		t.Errorf("%d of 3 callbacks came", seen)
	}
	b.rec.lines = nil
}

func TestAddHeaders(t *testing.T) {
	b := serving(t, benchOptions{})
	line := "x-mine: yes\r\n"
	b.rec.when(engine.ReasonAddHeaders, func(_ *engine.Wsi, in engine.In) int {
		hb := in.Value.(*engine.HeaderBuffer)
		hb.B = append(hb.B, line...)
		return 0
	})
	p := b.dial()
	p.send([]byte(request(askEcho)))
	b.run()
	if a := p.answer(); !strings.HasSuffix(a, "\r\nx-mine: yes") {
		t.Errorf("answered %q", a)
	}
	// What would end the head early is refused.
	line = "x: y\r\n\r\nHTTP/1.1 200 OK\r\n"
	p = b.dial()
	p.send([]byte(request(askEcho)))
	b.run()
	if a := p.answer(); !strings.HasPrefix(a, "HTTP/1.1 403 ") {
		t.Errorf("answered %q", a)
	}
	b.rec.lines = nil
}

func TestNegotiation(t *testing.T) {
	const ext = "Sec-WebSocket-Extensions: "
	for _, tt := range []struct {
		offer, answer string
		deflate       *Deflate
		veto          bool
	}{
		{"permessage-deflate; client_max_window_bits", "permessage-deflate", &Deflate{}, false},
		{"permessage-deflate; client_max_window_bits", "", nil, false},
		{"permessage-deflate; client_max_window_bits", "", &Deflate{}, true},
		{"x-webkit-deflate-frame", "", &Deflate{}, false},
		{"permessage-deflate; nonsense, permessage-deflate; server_no_context_takeover", "permessage-deflate; server_no_context_takeover", &Deflate{}, false},
		{"permessage-deflate; client_max_window_bits", "permessage-deflate; client_max_window_bits=10", &Deflate{Accept: pmd.Config{ClientMaxWindowBits: 10}, Offer: pmd.Config{ServerNoContextTakeover: true}}, false},
	} {
		o := benchOptions{}
		if tt.deflate != nil {
			o.vhost.Extensions = tt.deflate
		}
		b := serving(t, o)
		b.rec.echoes()
		confirmed := false
		b.rec.when(engine.ReasonConfirmExtensionOkay, func(_ *engine.Wsi, in engine.In) int {
			confirmed = string(in.Bytes) == "permessage-deflate"
			if tt.veto {
				return 1
			}
			return 0
		})
		p := b.dial()
		p.send([]byte(request(ext + tt.offer)))
		b.run()
		if got := header(p.answer(), "Sec-WebSocket-Extensions"); got != tt.answer {
			t.Errorf("%q is answered with %q, want %q", tt.offer, got, tt.answer)
		}
		if want := tt.answer != "" || tt.veto; confirmed != want {
			t.Errorf("%q: CONFIRM_EXTENSION_OKAY came: %v", tt.offer, confirmed)
		}
		text := strings.Repeat("hello ", 20)
		if tt.answer != "" {
			var params pmd.Params
			if ps, err := pmd.ParseOffers(tt.answer); err == nil && len(ps) == 1 {
				params = ps[0]
			}
			d := newDeflatingPeer(p, params)
			p.send(d.message(wire.OpText, text, 1<<20))
			b.run()
			if len(p.got) > 60 {
				t.Errorf("the echo of %d bytes takes %d", len(text), len(p.got))
			}
			if ms := d.messages(); len(ms) != 1 || ms[0] != text {
				t.Errorf("echoed %q", ms)
			}
		}
		b.rec.lines = nil
	}
}

// An upgrade on a connection that has served HTTP before.
func TestUpgradeBehindRequest(t *testing.T) {
	b := serving(t, benchOptions{})
	b.rec.when(engine.ReasonHTTP, func(w *engine.Wsi, _ engine.In) int {
		if h1.ReturnStatus(w, 404, "") != 0 {
			return -1
		}
		return h1.TransactionCompleted(w)
	})
	p := b.dial()
	p.send([]byte("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"))
	b.run()
	if a := p.answer(); !strings.HasPrefix(a, "HTTP/1.1 404 ") {
		t.Errorf("answered %q", a)
	}
	b.rec.lines = nil
	p.got = nil
	p.send(append([]byte(request(askEcho)), p.frame(fin|wire.OpText, "hello")...))
	b.run()
	b.want(all(one("HTTP_CONFIRM_UPGRADE \"websocket\"", "HTTP_DROP_PROTOCOL"), upgraded[3:], one(hello))...)
	if a := p.answer(); !strings.HasPrefix(a, "HTTP/1.1 101 ") {
		t.Errorf("answered %q", a)
	}
	b.wait(60e6) // no timeout of HTTP's is left
	b.want()
}

// Both sides are ours.
func TestBothSides(t *testing.T) {
	for _, deflate := range []*Deflate{nil, {}, {Offer: pmd.Config{ServerNoContextTakeover: true, ClientNoContextTakeover: true}}, {Accept: pmd.Config{ServerNoContextTakeover: true, ClientNoContextTakeover: true}}} {
		o := benchOptions{}
		if deflate != nil {
			o.vhost.Extensions = deflate
		}
		b := serving(t, o)
		b.rec.quiet = true
		b.rec.when(engine.ReasonReceive, func(w *engine.Wsi, in engine.In) int {
			f := w.Fragment()
			wp := engine.WriteContinuation
			if f.First {
				wp = engine.WriteText
			}
			if !f.Final {
				wp |= engine.WriteNoFin
			}
			if err := w.Write(in.Bytes, wp); err != nil {
				t.Error(err)
			}
			return 0
		})
		message := strings.Repeat("message of some length ", 3000)
		got, closes := "", 0
		b.rec.when(engine.ReasonClientEstablished, func(w *engine.Wsi, _ engine.In) int {
			w.CallbackOnWritable()
			return 0
		})
		b.rec.when(engine.ReasonClientWriteable, func(w *engine.Wsi, _ engine.In) int {
			if err := w.Write([]byte(message), engine.WriteText); err != nil {
				t.Error(err)
			}
			return 0
		})
		b.rec.when(engine.ReasonClientReceive, func(w *engine.Wsi, in engine.In) int {
			if got += string(in.Bytes); w.Fragment().Final {
				SetCloseReason(w, 1000, []byte("done"))
				return -1
			}
			return 0
		})
		ended := func(*engine.Wsi, engine.In) int { closes++; return 0 }
		b.rec.when(engine.ReasonClosed, ended)
		b.rec.when(engine.ReasonClientClosed, ended)
		_, err := b.ctx.Connect(&engine.ConnectInfo{Address: b.host.Addr().String(), Port: 80, Path: "/", Protocols: "echo"})
		if err != nil {
			t.Fatal(err)
		}
		b.wait(1e6)
		if got != message {
			t.Errorf("%d bytes came back, not %d", len(got), len(message))
		}
		if closes != 2 {
			t.Errorf("%d sides were closed", closes)
		}
	}
}

// Who asks for no subprotocol gets the first protocol, or the one that the
// vhost's options make the default.
func TestNoSubprotocol(t *testing.T) {
	for want, pvos := range map[string][]*engine.PVO{
		"http": nil,
		"echo": {{Name: "http"}, {Name: "echo", Options: []*engine.PVO{{Name: "default", Value: "1"}}}},
	} {
		b := serving(t, benchOptions{vhost: engine.VhostOptions{PVOs: pvos}})
		p := b.dial()
		p.send([]byte(request()))
		b.run()
		if a := p.answer(); !strings.HasPrefix(a, "HTTP/1.1 101 ") || strings.Contains(a, "Sec-WebSocket-Protocol") {
			t.Errorf("%s", a)
		}
		if n := b.rec.last.Protocol().Name; n != want {
			t.Errorf("bound to %s, not %s", n, want)
		}
	}
}
