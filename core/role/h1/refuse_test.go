package h1_test

import (
	"strings"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/role/h1"
	"github.com/golws/golws/core/role/raw"
)

// Every refusal is answered on the wire, logged, and closes; the program hears
// of it by CLOSED_HTTP alone.
func TestRefusals(t *testing.T) {
	long := strings.Repeat("x", 5000)
	for _, c := range []struct {
		name, send string
		status     string
		line       string
	}{
		{"no method", "\x16\x03\x01 hello", "400 Bad Request", "not an HTTP request"},
		{"bad request line", "GET /\r\n\r\n", "400 Bad Request", "without a version"},
		{"bare LF", "GET / HTTP/1.1\nHost: x\n\n", "400 Bad Request", "LF without CR"},
		{"no Host", "GET / HTTP/1.1\r\n\r\n", "400 Bad Request", "no Host header"},
		{"space before the colon", "GET / HTTP/1.1\r\nHost : x\r\n\r\n", "400 Bad Request", "whitespace between header name and colon"},
		{"folded line", "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", "400 Bad Request", "folded header line"},
		{"two lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", "400 Bad Request", "more than one Content-Length"},
		{"length and chunks", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "400 Bad Request", "both Transfer-Encoding and Content-Length"},
		{"malformed length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\n", "400 Bad Request", "malformed Content-Length"},
		{"broken escape", "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", "400 Bad Request", "broken percent-encoding"},
		{"escaped NUL", "GET /a%00b HTTP/1.1\r\nHost: x\r\n\r\n", "400 Bad Request", "%00"},
		{"long request line", "GET /" + long, "414 URI Too Long", "request line is longer"},
		{"long head", "GET / HTTP/1.1\r\nHost: x\r\nA: " + long, "431 Request Header Fields Too Large", "head is longer"},
		{"many headers", "GET / HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("A: b\r\n", 101) + "\r\n", "431 Request Header Fields Too Large", "more header lines"},
		{"unknown expectation", "GET / HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\n\r\n", "417 Expectation Failed", "unknown expectation"},
		{"unknown coding", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", "501 Not Implemented", "unknown transfer coding"},
		{"long method", strings.Repeat("M", 40) + " / HTTP/1.1\r\n", "501 Not Implemented", "method of more than"},
		{"CONNECT", "CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n", "501 Not Implemented", "CONNECT"},
		{"HTTP/2", "GET / HTTP/2.0\r\nHost: x\r\n\r\n", "505 HTTP Version Not Supported", "HTTP version other"},
		{"TRACE", "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", "501 Not Implemented", `method "TRACE" is not known`},
		{"unknown method", "GIT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", "501 Not Implemented", `method "GIT" is not known`},
		{"method in lower case", "get / HTTP/1.1\r\nHost: x\r\n\r\n", "501 Not Implemented", `method "get" is not known`},
		{"line end in the path", "GET /a%0d%0ab HTTP/1.1\r\nHost: x\r\n\r\n", "400 Bad Request", "%0D or %0A in the path"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, engine.Options{})
			r.vhost(engine.VhostOptions{})
			p := r.dial().send(c.send)
			got := p.take()
			if !strings.HasPrefix(got, "HTTP/1.1 "+c.status+"\r\n") || !strings.Contains(got, "\r\nconnection: close\r\n") ||
				!strings.HasSuffix(got, "</html>") {
				t.Errorf("answered %q", got)
			}
			if !p.ended || p.err != nil {
				t.Errorf("ended: %v, %v", p.ended, p.err)
			}
			r.wantLine(c.line)
			r.wantLine("refusing a request with " + c.status[:3])
			r.wantLog(`a WSI_CREATE
				a SERVER_NEW_CLIENT_INSTANTIATED
				a CLOSED_HTTP
				a WSI_DESTROY`)
		})
	}
}

// A refusal must reach a peer that is still sending.
func TestRefusalReachesSender(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{})
	p := r.dial()
	p.send("GET /" + strings.Repeat("x", 5000))
	for range 20 {
		p.send(strings.Repeat("y", 10_000))
	}
	if got := p.take(); !strings.HasPrefix(got, "HTTP/1.1 414 ") || p.err != nil {
		t.Errorf("%q, %v", got, p.err)
	}
}

// A refusal in mid-answer cannot be answered any more.
func TestBadChunkAfterAnswerBegan(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{})
	r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, _ engine.In) int {
		if re == engine.ReasonHTTP && w.Write([]byte("HTTP/1.1 200 OK\r\n"), engine.WriteHTTPHeaders) != nil {
			return -1
		}
		return 0
	}
	p := r.dial().send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
	p.wantText("HTTP/1.1 200 OK\r\n")
	if !p.ended {
		t.Error("the connection is still open")
	}
	r.wantLog(`a WSI_CREATE
		a SERVER_NEW_CLIENT_INSTANTIATED
		a FILTER_HTTP_CONNECTION /
		a HTTP_BIND_PROTOCOL
		a HTTP /
		a HTTP_DROP_PROTOCOL
		a CLOSED_HTTP
		a WSI_DESTROY`)
}

func TestSlowHead(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{HeadTimeout: 4 * second})
	p := r.dial().send("GET / HT")
	for range 3 { // a byte now and then does not help
		r.run(second)
		p.send("T")
	}
	if p.ended {
		t.Fatal("too early")
	}
	r.run(second)
	if got := p.take(); !strings.HasPrefix(got, "HTTP/1.1 408 Request Timeout\r\n") {
		t.Errorf("%q", got)
	}
	r.wantLine("the head of the request took too long")
	r.wantLog(`a WSI_CREATE
		a SERVER_NEW_CLIENT_INSTANTIATED
		a CLOSED_HTTP
		a WSI_DESTROY`)

	p = r.dial() // nothing at all is closed without a word
	r.run(5 * second)
	p.wantText("")
	if !p.ended {
		t.Error("a silent connection is still open")
	}
	r.takeLog()

	r.hooks["a"] = dynamic // and behind an answer
	p = r.dial().send(get("/", ""))
	p.take()
	p.send("GET")
	r.run(5 * second)
	if got := p.take(); !strings.HasPrefix(got, "HTTP/1.1 408 ") {
		t.Errorf("%q", got)
	}
}

func TestSlowBody(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{Timeout: 4 * second})
	p := r.dial().send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n")
	for range 3 {
		r.run(3 * second)
		p.send("x")
	}
	if p.ended {
		t.Fatal("too early")
	}
	r.run(5 * second)
	if got := p.take(); !strings.HasPrefix(got, "HTTP/1.1 408 Request Timeout\r\n") || !p.ended {
		t.Errorf("%q", got)
	}
	r.wantLine("the body of the request took too long")
	r.wantLog(`a WSI_CREATE
		a SERVER_NEW_CLIENT_INSTANTIATED
		a FILTER_HTTP_CONNECTION /
		a HTTP_BIND_PROTOCOL
		a HTTP /
		a HTTP_BODY x
		a HTTP_BODY x
		a HTTP_BODY x
		a HTTP_DROP_PROTOCOL
		a CLOSED_HTTP
		a WSI_DESTROY`)
}

func TestKeepAliveTimesOut(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{KeepAliveIdle: 3 * second})
	r.hooks["a"] = dynamic
	p := r.dial().send(get("/", ""))
	p.take()
	r.takeLog()
	r.run(2 * second)
	p.send(get("/", ""))
	r.run(2 * second)
	if p.take() == "" || p.ended {
		t.Fatal("closed too early")
	}
	r.takeLog()
	r.run(2 * second)
	p.wantText("")
	r.wantLog(`a HTTP_DROP_PROTOCOL
		a CLOSED_HTTP
		a WSI_DESTROY`)
}

// A program may take its time, and set a timeout of its own.
func TestSlowProgram(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{Timeout: 3 * second})
	var at *engine.Wsi
	r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, in engine.In) int {
		if re == engine.ReasonHTTP {
			at = w
			if string(in.Bytes) == "/own" {
				w.SetTimeout(engine.TimeoutUserReasonBase, second)
			}
		}
		return 0
	}
	p := r.dial().send(get("/", ""))
	r.run(30 * second)
	if p.ended {
		t.Fatal("closed while the program was thinking")
	}
	th := r.ctx.Thread(0)
	th.Enter()
	answer(at, "ok")
	if h1.TransactionCompleted(at) != 0 {
		t.Error("not kept")
	}
	th.Leave()
	r.run(1000)
	p.wantText(headOK + "2\r\n\r\nok")
	p.send(get("/own", ""))
	r.run(2 * second)
	if !p.ended {
		t.Error("the program's own timeout did not close")
	}
}

func TestFallsBackToRaw(t *testing.T) {
	for _, cut := range []int{0, 1, 3} {
		r := newRig(t, engine.Options{})
		r.vhost(engine.VhostOptions{FallbackToRole: true, ListenRole: "raw-skt", ListenProtocol: "b"})
		r.hooks["b"] = func(w *engine.Wsi, re engine.Reason, in engine.In) int {
			if re == engine.ReasonRawRX {
				if err := w.Write(in.Bytes, engine.WriteText); err != nil {
					t.Error(err)
				}
			}
			return 0
		}
		msg := "GEThello"
		p := r.dial().send(msg[:cut]).send(msg[cut:])
		p.wantText(msg)
		r.wantLog(`a WSI_CREATE
			a SERVER_NEW_CLIENT_INSTANTIATED
			b HTTP_BIND_PROTOCOL
			b RAW_ADOPT
			b RAW_RX GEThello`)
		p.c.Close()
		r.run(20_000)
		r.wantLog(`b RAW_SKT_DROP_PROTOCOL
			b RAW_CLOSE
			a WSI_DESTROY`)
		// HTTP is still HTTP, in any pieces.
		r.hooks["a"] = dynamic
		p = r.dial().send("GE").send("T /x HTTP/1.1\r\nHost: y\r\n\r\n")
		p.wantText(headOK + "4\r\n\r\n/x/x")
	}
}

// Without names, raw connections go to the raw role, and to the protocol that
// the vhost's options say is for them.
func TestRawByOptions(t *testing.T) {
	raws := func(protocol, option string) *engine.PVO {
		return &engine.PVO{Name: protocol, Options: []*engine.PVO{{Name: "x"}, {Name: option, Value: "1"}}}
	}
	for _, c := range []struct {
		only bool
		pvos []*engine.PVO
		want string
	}{
		{true, nil, "a"},
		{true, []*engine.PVO{raws("b", "default")}, "b"},
		{true, []*engine.PVO{raws("a", "default"), raws("b", "raw")}, "b"},
		{true, []*engine.PVO{raws("b", "other")}, "a"},
		{false, []*engine.PVO{raws("b", "raw")}, "b"},
	} {
		r := newRig(t, engine.Options{})
		r.vhost(engine.VhostOptions{AdoptListenRole: c.only, FallbackToRole: !c.only, PVOs: c.pvos})
		send := "\x01binary"
		if c.only {
			send = "GET / HTTP/1.1\r\n\r\n"
		}
		r.dial().send(send)
		if log := r.takeLog(); !strings.HasSuffix(log, c.want+" RAW_ADOPT\n"+c.want+" RAW_RX "+send) {
			t.Errorf("%+v: %s", c, log)
		}
	}
}

// taker is a role that takes upgrades.
type taker struct {
	raw.Socket
	way string
}

func (*taker) Name() string { return "ws" }

func (k *taker) Upgrade(w *engine.Wsi, x *h1.Exchange) bool {
	switch k.way {
	case "declines":
		return false
	case "refuses":
		x.Refuse(w, 426, "the version is not mine")
		return true
	}
	if w.Bind(w.Vhost().Protocol("b")) != 0 {
		return false
	}
	w.SendCopy([]byte("HTTP/1.1 101 Switching Protocols\r\n\r\n"))
	w.SetRole(k)
	x.Release(w)
	w.SetEstablished()
	return true
}

const upgradeHead = "Connection: Upgrade\r\nUpgrade: websocket\r\n"

func TestUpgrades(t *testing.T) {
	k := &taker{}
	r := newRig(t, engine.Options{Roles: []engine.Role{&h1.Server{}, &raw.Socket{}, k}})
	r.vhost(engine.VhostOptions{})
	var confirm int
	r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, in engine.In) int {
		if re == engine.ReasonHTTPConfirmUpgrade {
			if confirm > 0 {
				h1.ReturnStatus(w, 403, "")
			}
			return confirm
		}
		return dynamic(w, re, in)
	}
	r.hooks["b"] = func(w *engine.Wsi, re engine.Reason, in engine.In) int {
		if re == engine.ReasonRawRX && w.Write(in.Bytes, engine.WriteText) != nil {
			return -1
		}
		return 0
	}
	p := r.dial().send(get("/", upgradeHead) + "early")
	p.wantText("HTTP/1.1 101 Switching Protocols\r\n\r\nearly")
	r.wantLog(`a WSI_CREATE
		a SERVER_NEW_CLIENT_INSTANTIATED
		a HTTP_CONFIRM_UPGRADE websocket
		b HTTP_BIND_PROTOCOL
		b RAW_RX early`)
	p.c.Close()
	r.run(20_000)
	r.takeLog()

	confirm = -1
	p = r.dial().send(get("/", upgradeHead))
	p.wantText("")
	r.wantLog(`a WSI_CREATE
		a SERVER_NEW_CLIENT_INSTANTIATED
		a HTTP_CONFIRM_UPGRADE websocket
		a WSI_DESTROY`)

	confirm = 1
	p = r.dial().send(get("/", upgradeHead))
	if got := p.take(); !strings.HasPrefix(got, "HTTP/1.1 403 Forbidden\r\n") || p.ended {
		t.Errorf("%q, ended %v", got, p.ended)
	}

	confirm, k.way = 0, "declines"
	p = r.dial().send(get("/x", upgradeHead) + get("/y", ""))
	p.wantText(headOK + "4\r\n\r\n/x/x" + headOK + "4\r\n\r\n/y/y")

	k.way = "refuses"
	p = r.dial().send(get("/x", upgradeHead))
	if got := p.take(); !strings.HasPrefix(got, "HTTP/1.1 426 Upgrade Required\r\n") || !p.ended {
		t.Errorf("%q", got)
	}

	p = r.dial().send(get("/x", "Connection: Upgrade\r\nUpgrade: teapot/1\r\n") + get("/y", ""))
	p.wantText(headOK + "4\r\n\r\n/x/x" + headOK + "4\r\n\r\n/y/y")
}

// StrictHost is about upgrades alone: those must be for the vhost's name and
// port, 80 where there is none.
func TestStrictHost(t *testing.T) {
	for _, c := range []struct {
		port    int
		host    string
		upgrade bool
	}{
		{80, "here.example", true}, {80, "HERE.example:80", true}, {80, "here.example:81", false}, {80, "elsewhere.example", false},
		{80, "www.here.example", false}, {80, "", false}, {8080, "here.example:8080", true}, {8080, "here.example", false},
	} {
		r := newRig(t, engine.Options{Roles: []engine.Role{&h1.Server{}, &raw.Socket{}, &taker{}}})
		r.vhost(engine.VhostOptions{Name: "here.example", Port: c.port, StrictHost: true})
		r.hooks["a"] = dynamic
		ask := func(more string) string {
			p := r.dialPort(uint16(c.port)).send("GET / HTTP/1.1\r\nHost: " + c.host + "\r\n" + more + "\r\n")
			return p.take()
		}
		if got := ask(""); !strings.HasPrefix(got, "HTTP/1.1 200 ") {
			t.Errorf("%+v: no upgrade: %q", c, got)
		}
		r.takeLog()
		got := ask(upgradeHead)
		if c.upgrade {
			if !strings.HasPrefix(got, "HTTP/1.1 101 ") {
				t.Errorf("%+v: %q", c, got)
			}
			continue
		}
		if !strings.HasPrefix(got, "HTTP/1.1 421 Misdirected Request\r\n") {
			t.Errorf("%+v: %q", c, got)
		}
		r.wantLine("not the vhost's name and port")
		r.wantLog(`a WSI_CREATE
			a SERVER_NEW_CLIENT_INSTANTIATED
			a CLOSED_HTTP
			a WSI_DESTROY`)
	}
}
