package h1_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/role/h1"
)

// clientRig has a vhost for clients and a bare server.
func clientRig(t *testing.T, h hook) (*rig, *listener) {
	t.Helper()
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{Port: engine.NoListen, Timeout: 5 * second})
	r.hooks["a"] = h
	return r, r.listen(80)
}

// usual reads when it is told to, as programs do.
func (r *rig) usual(w *engine.Wsi, re engine.Reason, _ engine.In) int {
	switch re {
	case engine.ReasonEstablishedClientHTTP:
		r.log = append(r.log, fmt.Sprintf("-> %d", h1.ResponseCode(w)))
	case engine.ReasonReceiveClientHTTP:
		n := h1.Read(w, 100)
		r.log = append(r.log, fmt.Sprintf("-> %d", n))
		if n < 0 {
			return -1
		}
	}
	return 0
}

func (r *rig) connect(ci engine.ConnectInfo) *engine.Wsi {
	r.t.Helper()
	if ci.Address == "" {
		ci.Address = r.peers.Addr().String()
	}
	if ci.Port == 0 {
		ci.Port = 80
	}
	if ci.Host == "" {
		ci.Host = "localhost"
	}
	w, err := r.ctx.Connect(&ci)
	if err != nil {
		r.t.Fatal(err)
	}
	r.log = append(r.log, "connecting")
	r.run(20_000)
	return w
}

const clientBegins = `a WSI_CREATE
	a CLIENT_HTTP_BIND_PROTOCOL
	a SERVER_NEW_CLIENT_INSTANTIATED
	connecting
	a CLIENT_APPEND_HANDSHAKE_HEADER
	`

const clientEnds = `
	a CLIENT_HTTP_DROP_PROTOCOL
	a CLOSED_CLIENT_HTTP
	a WSI_DESTROY`

const established = `a CLIENT_FILTER_PRE_ESTABLISH
	a ESTABLISHED_CLIENT_HTTP
	-> 200`

func TestClientRequest(t *testing.T) {
	r, l := clientRig(t, nil)
	r.hooks["a"] = r.usual
	r.connect(engine.ConnectInfo{Method: "GET", Path: "/resource?x=1", Origin: "localhost"})
	l.peers[0].wantText("GET /resource?x=1 HTTP/1.1\r\nPragma: no-cache\r\nCache-Control: no-cache\r\nHost: localhost\r\n" +
		"Origin: http://localhost\r\nconnection: close\r\n\r\n")
	r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, in engine.In) int {
		if re == engine.ReasonClientAppendHandshakeHeader {
			hb := in.Value.(*engine.HeaderBuffer)
			hb.B = append(hb.B, "x-own: 1\r\nx-two: 2\r\n"...)
		}
		return 0
	}
	r.connect(engine.ConnectInfo{Method: "DELETE", Path: "thing", AuthUser: "me", AuthPass: "p:w", SSL: 1<<13 | 1<<11})
	l.peers[1].wantText("DELETE /thing HTTP/1.1\r\nHost: localhost\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded\r\n" +
		"Authorization: Basic bWU6cDp3\r\nx-own: 1\r\nx-two: 2\r\n\r\n")
	r.connect(engine.ConnectInfo{Method: "GET", Path: "http://far.example/x?u=http://y", Host: "far.example", SSL: 1 << 13}) // as a proxy is asked
	l.peers[2].wantText("GET http://far.example/x?u=http://y HTTP/1.1\r\nHost: far.example\r\nconnection: close\r\nx-own: 1\r\nx-two: 2\r\n\r\n")
	r.connect(engine.ConnectInfo{Method: "GET", Path: "x?u=http://y", SSL: 1 << 13})
	l.peers[3].wantText("GET /x?u=http://y HTTP/1.1\r\nHost: localhost\r\nconnection: close\r\nx-own: 1\r\nx-two: 2\r\n\r\n")
	for _, bad := range []engine.ConnectInfo{
		{Method: "G T", Path: "/"}, {Method: "GET", Path: "/a b"}, {Method: "GET", Path: "/\r\nX: y"},
		{Method: "GET", Path: "/", Host: "h\r\nX: y"}, {Method: "GET", Path: "/", Origin: "o\r\nX: y"}, {Method: "GET", Path: "/", AuthUser: "a:b"},
	} {
		bad.Address, bad.Port = r.peers.Addr().String(), 80
		if _, err := r.ctx.Connect(&bad); err == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
	r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, in engine.In) int {
		if re == engine.ReasonClientAppendHandshakeHeader {
			hb := in.Value.(*engine.HeaderBuffer)
			hb.B = append(hb.B, "x-own: 1\r\n\r\nsmuggled"...)
		}
		return 0
	}
	r.takeLog()
	r.connect(engine.ConnectInfo{Method: "GET", Path: "/"})
	if log := r.takeLog(); !strings.Contains(log, "CLIENT_CONNECTION_ERROR sending the request: CLIENT_APPEND_HANDSHAKE_HEADER added something") {
		t.Errorf("%s", log)
	}
}

// The answers that the traces have, and how the program hears of them.
func TestClientAnswers(t *testing.T) {
	for _, c := range []struct{ name, method, answer, want string }{
		{"length", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", established + `
			a RECEIVE_CLIENT_HTTP
			a RECEIVE_CLIENT_HTTP_READ hello
			a COMPLETED_CLIENT_HTTP
			-> 0` + clientEnds},
		{"chunked", "GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n", established + `
			a RECEIVE_CLIENT_HTTP
			a RECEIVE_CLIENT_HTTP_READ abc
			a RECEIVE_CLIENT_HTTP_READ defg
			a COMPLETED_CLIENT_HTTP
			-> 0` + clientEnds},
		{"interim first", "GET", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", established + `
			a RECEIVE_CLIENT_HTTP
			a RECEIVE_CLIENT_HTTP_READ hi
			a COMPLETED_CLIENT_HTTP
			-> 0` + clientEnds},
		{"empty", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", established + `
			a COMPLETED_CLIENT_HTTP` + clientEnds},
		{"head", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", established + `
			a COMPLETED_CLIENT_HTTP` + clientEnds},
		{"redirect", "GET", "HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n", `a CLIENT_FILTER_PRE_ESTABLISH
			a ESTABLISHED_CLIENT_HTTP
			-> 302
			a COMPLETED_CLIENT_HTTP` + clientEnds},
		{"garbage", "GET", "SSH-2.0-OpenSSH\r\n", `a CLIENT_CONNECTION_ERROR reading the response: the answer is not HTTP/1 (RFC 9112 4)
			a CLIENT_HTTP_DROP_PROTOCOL
			a WSI_DESTROY`},
		{"switching", "GET", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
			`a CLIENT_CONNECTION_ERROR reading the response: the server switches to a protocol that was not asked for
			a CLIENT_HTTP_DROP_PROTOCOL
			a WSI_DESTROY`},
		{"bad chunk", "GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcX", established + `
			a RECEIVE_CLIENT_HTTP
			a RECEIVE_CLIENT_HTTP_READ abc
			-> -1` + clientEnds},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, l := clientRig(t, nil)
			r.hooks["a"] = r.usual
			r.connect(engine.ConnectInfo{Method: c.method, Path: "/"})
			p := l.peers[0]
			p.send(c.answer)
			r.wantLog(clientBegins + c.want)
			if !p.ended {
				t.Error("the connection is still open")
			}
		})
	}
}

func TestClientUntilEnd(t *testing.T) {
	r, l := clientRig(t, nil)
	r.hooks["a"] = r.usual
	r.connect(engine.ConnectInfo{Method: "GET", Path: "/"})
	l.peers[0].send("HTTP/1.0 200 OK\r\n\r\nuntil the end")
	l.peers[0].c.Close()
	r.run(20_000)
	r.wantLog(clientBegins + established + `
		a RECEIVE_CLIENT_HTTP
		a RECEIVE_CLIENT_HTTP_READ until the end
		-> 0
		a RECEIVE_CLIENT_HTTP
		a COMPLETED_CLIENT_HTTP
		-> -1` + clientEnds)
	r.connect(engine.ConnectInfo{Method: "GET", Path: "/"})
	l.peers[1].send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nonly this")
	l.peers[1].c.Close()
	r.run(20_000)
	r.wantLog(clientBegins + established + `
		a RECEIVE_CLIENT_HTTP
		a RECEIVE_CLIENT_HTTP_READ only this
		-> 0
		a RECEIVE_CLIENT_HTTP
		-> -1` + clientEnds)
	r.wantLine("the response is cut off")
	r.connect(engine.ConnectInfo{Method: "GET", Path: "/"})
	l.peers[2].c.Close()
	r.run(20_000)
	r.wantLog(clientBegins + `a CLIENT_CONNECTION_ERROR reading the response: the server closed before it answered
		a CLIENT_HTTP_DROP_PROTOCOL
		a WSI_DESTROY`)
}

func TestClientCallbacksRefuse(t *testing.T) {
	const reply = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
	for _, c := range []struct {
		at   engine.Reason
		want string
	}{
		{engine.ReasonClientFilterPreEstablish, clientBegins + `a CLIENT_FILTER_PRE_ESTABLISH
			a CLIENT_CONNECTION_ERROR HS: Rejected by filter cb
			a CLIENT_HTTP_DROP_PROTOCOL
			a WSI_DESTROY`},
		{engine.ReasonEstablishedClientHTTP, clientBegins + `a CLIENT_FILTER_PRE_ESTABLISH
			a ESTABLISHED_CLIENT_HTTP
			a CLIENT_CONNECTION_ERROR HS: disallowed at ESTABLISHED
			a CLIENT_HTTP_DROP_PROTOCOL
			a WSI_DESTROY`},
		{engine.ReasonReceiveClientHTTPRead, clientBegins + established + `
			a RECEIVE_CLIENT_HTTP
			a RECEIVE_CLIENT_HTTP_READ hello
			-> -1` + clientEnds},
		{engine.ReasonCompletedClientHTTP, clientBegins + established + `
			a RECEIVE_CLIENT_HTTP
			a RECEIVE_CLIENT_HTTP_READ hello
			a COMPLETED_CLIENT_HTTP
			-> -1` + clientEnds},
	} {
		r, l := clientRig(t, nil)
		r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, in engine.In) int {
			if re == c.at {
				return -1
			}
			return r.usual(w, re, in)
		}
		r.connect(engine.ConnectInfo{Method: "GET", Path: "/"})
		l.peers[0].send(reply)
		r.wantLog(c.want)
	}
}

func TestClientPost(t *testing.T) {
	r, l := clientRig(t, nil)
	step := 0
	r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, in engine.In) int {
		switch re {
		case engine.ReasonClientAppendHandshakeHeader:
			hb := in.Value.(*engine.HeaderBuffer)
			hb.B = append(hb.B, "content-length: 10\r\n"...)
			h1.BodyPending(w, true)
			w.CallbackOnWritable()
			return 0
		case engine.ReasonClientHTTPWriteable:
			if step++; step > 2 {
				return 0
			}
			wp := engine.WriteHTTP
			if step == 2 {
				h1.BodyPending(w, false)
				wp = engine.WriteHTTPFinal
			}
			if err := w.Write([]byte("01234"), wp); err != nil {
				t.Error(err)
			}
			if step == 1 {
				w.CallbackOnWritable()
			}
			return 0
		}
		return r.usual(w, re, in)
	}
	r.connect(engine.ConnectInfo{Method: "POST", Path: "/p"})
	p := l.peers[0]
	if got := p.take(); !strings.HasPrefix(got, "POST /p HTTP/1.1\r\n") || !strings.HasSuffix(got, "content-length: 10\r\n\r\n0123401234") {
		t.Errorf("%q", got)
	}
	p.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
	r.wantLog(clientBegins + `a CLIENT_HTTP_WRITEABLE
		a CLIENT_HTTP_WRITEABLE
		` + established + `
		a RECEIVE_CLIENT_HTTP
		a RECEIVE_CLIENT_HTTP_READ hello
		a COMPLETED_CLIENT_HTTP
		-> 0` + clientEnds)
}

func TestClientTimesOut(t *testing.T) {
	r, l := clientRig(t, nil)
	r.hooks["a"] = r.usual
	r.connect(engine.ConnectInfo{Method: "GET", Path: "/"})
	l.peers[0].send("HTTP/1.1 200")
	r.run(6 * second)
	r.wantLog(clientBegins + `a CLIENT_CONNECTION_ERROR timed out waiting for the server's response
		a CLIENT_HTTP_DROP_PROTOCOL
		a WSI_DESTROY`)
	r.connect(engine.ConnectInfo{Method: "GET", Path: "/"})
	l.peers[1].send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nonly this")
	r.run(6 * second)
	r.wantLog(clientBegins + established + `
		a RECEIVE_CLIENT_HTTP
		a RECEIVE_CLIENT_HTTP_READ only this
		-> 0` + clientEnds)
}

// A program that does not read holds the server back, and reads when it will.
func TestClientReadsLater(t *testing.T) {
	r, l := clientRig(t, nil)
	var got []byte
	done := false
	reads := false
	r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, in engine.In) int {
		switch re {
		case engine.ReasonReceiveClientHTTP:
			if reads && h1.Read(w, 1000) < 0 {
				return -1
			}
		case engine.ReasonReceiveClientHTTPRead:
			got = append(got, in.Bytes...)
		case engine.ReasonCompletedClientHTTP:
			done = true
		}
		return 0
	}
	w := r.connect(engine.ConnectInfo{Method: "GET", Path: "/"})
	p := l.peers[0]
	p.take()
	body := bytes.Repeat([]byte("0123456789abcdef"), 1<<16) // 1 MiB
	p.send(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", len(body)) + string(body))
	r.run(30 * second) // also no timeout while it is the program that waits
	if sent := len(body) - len(p.out); len(got) != 0 || sent > 256<<10 {
		t.Fatalf("%d bytes were read, %d taken from the server", len(got), sent)
	}
	reads = true
	th := r.ctx.Thread(0)
	th.Enter()
	if h1.Read(w, 10) != 0 || len(got) != 10 {
		t.Errorf("%d bytes were read", len(got))
	}
	th.Leave()
	r.run(10 * second)
	if !done || !bytes.Equal(got, body) {
		t.Errorf("done %v, %d bytes", done, len(got))
	}
	if w.Alive() {
		t.Error("the connection is still open")
	}
}

// Receive flow control holds back what was received already.
func TestClientFlowControl(t *testing.T) {
	r, l := clientRig(t, nil)
	var got []byte
	r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, in engine.In) int {
		switch re {
		case engine.ReasonReceiveClientHTTP:
			if h1.Read(w, 4) < 0 {
				return -1
			}
			w.Hold(engine.HoldUser)
		case engine.ReasonReceiveClientHTTPRead:
			got = append(got, in.Bytes...)
		}
		return 0
	}
	w := r.connect(engine.ConnectInfo{Method: "GET", Path: "/"})
	l.peers[0].send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789")
	for _, want := range []string{"0123", "01234567", "0123456789"} {
		if string(got) != want {
			t.Fatalf("%q, want %q", got, want)
		}
		th := r.ctx.Thread(0)
		th.Enter()
		w.Release(engine.HoldUser)
		th.Leave()
		r.run(1000)
	}
	if w.Alive() {
		t.Error("the connection is still open")
	}
}

// Both roles with each other, whatever the network does.
func TestBothSides(t *testing.T) {
	r := newRig(t, engine.Options{})
	link := linkWithFaults
	r.n.SetLink(link)
	a, b := r.protocol("a"), r.protocol("b")
	r.vhost(engine.VhostOptions{Protocols: []*engine.Protocol{a, b}})
	r.hooks["a"] = bodies
	const size = 300_000
	sent, status := 0, 0
	var got []byte
	done := false
	r.hooks["b"] = func(w *engine.Wsi, re engine.Reason, in engine.In) int {
		switch re {
		case engine.ReasonClientAppendHandshakeHeader:
			hb := in.Value.(*engine.HeaderBuffer)
			hb.B = append(hb.B, fmt.Sprintf("content-length: %d\r\n", size)...)
			h1.BodyPending(w, true)
			w.CallbackOnWritable()
		case engine.ReasonClientHTTPWriteable:
			if n := min(7000, size-sent); n > 0 {
				if w.Write(make([]byte, n), engine.WriteHTTP) != nil {
					return -1
				}
				if sent += n; sent == size {
					h1.BodyPending(w, false)
				}
				w.CallbackOnWritable()
			}
		case engine.ReasonEstablishedClientHTTP:
			status = h1.ResponseCode(w)
		case engine.ReasonReceiveClientHTTP:
			if h1.Read(w, 0) < 0 {
				return -1
			}
		case engine.ReasonReceiveClientHTTPRead:
			got = append(got, in.Bytes...)
		case engine.ReasonCompletedClientHTTP:
			done = true
		}
		return 0
	}
	for range 5 {
		sent, got, done = 0, nil, false
		r.connect(engine.ConnectInfo{Address: r.host.Addr().String(), Method: "POST", Path: "/", LocalProtocol: "b"})
		if err := r.n.RunUntil(func() bool { return done }, 100*second); err != nil {
			t.Fatal(err)
		}
		if status != 200 || string(got) != "300000 bytes" {
			t.Errorf("%d %q", status, got)
		}
	}
}
