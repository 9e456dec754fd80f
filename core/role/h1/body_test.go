package h1_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/role/h1"
)

// bodies collects a request's body and answers with its length.
func bodies(w *engine.Wsi, r engine.Reason, in engine.In) int {
	switch r {
	case engine.ReasonHTTP:
		w.Opaque = 0
	case engine.ReasonHTTPBody:
		w.Opaque = w.Opaque.(int) + len(in.Bytes)
	case engine.ReasonHTTPBodyCompletion:
		answer(w, fmt.Sprintf("%d bytes", w.Opaque))
		return completed(w)
	}
	return 0
}

func TestPost(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{})
	r.hooks["a"] = bodies
	p := r.dial().send("POST /form HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n01234")
	p.wantText("")
	p.send("56789")
	p.wantText(headOK + "8\r\n\r\n10 bytes")
	r.wantLog(`a WSI_CREATE
		a SERVER_NEW_CLIENT_INSTANTIATED
		a FILTER_HTTP_CONNECTION /form
		a HTTP_BIND_PROTOCOL
		a HTTP /form
		a HTTP_BODY 01234
		a HTTP_BODY 56789
		a HTTP_BODY_COMPLETION
		a HTTP_DROP_PROTOCOL
		a HTTP_BIND_PROTOCOL`)
	p.send("POST /form HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Trailer: t\r\n\r\n")
	p.wantText(headOK + "7\r\n\r\n5 bytes")
	r.wantLog(`a FILTER_HTTP_CONNECTION /form
		a HTTP_DROP_PROTOCOL
		a HTTP_BIND_PROTOCOL
		a HTTP /form
		a HTTP_BODY abc
		a HTTP_BODY de
		a HTTP_BODY_COMPLETION
		a HTTP_DROP_PROTOCOL
		a HTTP_BIND_PROTOCOL`)
	p.send("POST /form HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
	p.wantText(headOK + "7\r\n\r\n0 bytes")
	r.wantLog(`a FILTER_HTTP_CONNECTION /form
		a HTTP_DROP_PROTOCOL
		a HTTP_BIND_PROTOCOL
		a HTTP /form
		a HTTP_BODY_COMPLETION
		a HTTP_DROP_PROTOCOL
		a HTTP_BIND_PROTOCOL`)
	p.send("POST /form HTTP/1.1\r\nHost: localhost\r\n\r\n") // no length is no body
	p.wantText(headOK + "7\r\n\r\n0 bytes")
}

func TestPostCutOff(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{})
	r.hooks["a"] = bodies
	p := r.dial().send("POST /form HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n01234")
	p.c.Close()
	r.run(20_000)
	r.wantLog(`a WSI_CREATE
		a SERVER_NEW_CLIENT_INSTANTIATED
		a FILTER_HTTP_CONNECTION /form
		a HTTP_BIND_PROTOCOL
		a HTTP /form
		a HTTP_BODY 01234
		a HTTP_DROP_PROTOCOL
		a CLOSED_HTTP
		a WSI_DESTROY`)
	r.wantLine("before the body's Content-Length was reached")
}

func TestBodyPieces(t *testing.T) {
	r := newRig(t, engine.Options{})
	a := r.protocol("a")
	a.RxBufferSize = 4
	r.vhost(engine.VhostOptions{Protocols: []*engine.Protocol{a}})
	r.hooks["a"] = bodies
	p := r.dial().send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n0123456789")
	p.wantText(headOK + "8\r\n\r\n10 bytes")
	if got := r.takeLog(); !strings.Contains(got, "a HTTP_BODY 0123\na HTTP_BODY 4567\na HTTP_BODY 89\na HTTP_BODY_COMPLETION") {
		t.Errorf("pieces:\n%s", got)
	}
}

func TestExpectContinue(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{})
	r.hooks["a"] = bodies
	p := r.dial().send("PUT /f HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
	p.wantText("HTTP/1.1 100 Continue\r\n\r\n")
	p.send("abc")
	p.wantText(headOK + "7\r\n\r\n3 bytes")

	// A program that asks for the body itself: it is asked for once.
	r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, in engine.In) int {
		if re == engine.ReasonHTTP {
			b, err := h1.AppendStatus(w, make([]byte, 0, 64), 100)
			if err == nil {
				b, err = h1.AppendFinalize(w, b)
			}
			if err == nil {
				err = w.Write(b, engine.WriteHTTPHeaders)
			}
			if err != nil {
				t.Error(err)
			}
		}
		return bodies(w, re, in)
	}
	p.send("PUT /f HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
	p.wantText("HTTP/1.1 100 Continue\r\n\r\n")
	p.send("abc")
	p.wantText(headOK + "7\r\n\r\n3 bytes")

	// Answered at once: the body is not asked for, and may never come.
	r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, _ engine.In) int {
		if re == engine.ReasonHTTP {
			if h1.ReturnStatus(w, 413, "") != 0 {
				return -1
			}
			return completed(w)
		}
		return 0
	}
	p.send("PUT /f HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
	if got := p.take(); !strings.HasPrefix(got, "HTTP/1.1 413 Content Too Large\r\n") {
		t.Errorf("%q", got)
	}
	if !p.ended {
		t.Error("the connection is still open")
	}
}

// What is answered before its body was read is read past.
func TestAnswerBeforeBody(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{})
	r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, _ engine.In) int {
		if re == engine.ReasonHTTP {
			answer(w, "done")
			return completed(w)
		}
		return 0
	}
	p := r.dial().send("POST /f HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n01")
	p.wantText(headOK + "4\r\n\r\ndone")
	p.send("23456789" + get("/next", ""))
	p.wantText(headOK + "4\r\n\r\ndone")
	if log := r.takeLog(); strings.Contains(log, "HTTP_BODY") {
		t.Errorf("the body was delivered:\n%s", log)
	}
	p.send("POST /f HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n" + strings.Repeat("x", 100_000))
	p.wantText(headOK + "4\r\n\r\ndone")
	if !p.ended {
		t.Error("a body without end is read past")
	}
}

// Receive flow control holds a body back, its end too.
func TestBodyFlowControl(t *testing.T) {
	r := newRig(t, engine.Options{})
	a := r.protocol("a")
	a.RxBufferSize = 4
	r.vhost(engine.VhostOptions{Protocols: []*engine.Protocol{a}, Timeout: 3 * second})
	var at *engine.Wsi
	r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, in engine.In) int {
		if at = w; re == engine.ReasonHTTPBody {
			w.Hold(engine.HoldUser)
		}
		return bodies(w, re, in)
	}
	p := r.dial().send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n0123456789")
	th := r.ctx.Thread(0)
	r.takeLog()
	for _, want := range []string{"a HTTP_BODY 4567", "a HTTP_BODY 89", "a HTTP_BODY_COMPLETION\na HTTP_DROP_PROTOCOL\na HTTP_BIND_PROTOCOL"} {
		r.run(10 * second) // the program's pause is no slow peer
		r.wantLog("")
		th.Enter()
		at.Release(engine.HoldUser)
		th.Leave()
		r.run(1000)
		r.wantLog(want)
	}
	p.wantText(headOK + "8\r\n\r\n10 bytes")
}

// post is the head of a request with a body.
func post(more string) string { return "POST /f HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n" }

const refusedAtOnce = `a WSI_CREATE
	a SERVER_NEW_CLIENT_INSTANTIATED
	a CLOSED_HTTP
	a WSI_DESTROY`

func (p *peer) want413() {
	p.r.t.Helper()
	if got := p.take(); !strings.HasPrefix(got, "HTTP/1.1 413 Content Too Large\r\n") || !strings.Contains(got, "\r\nconnection: close\r\n") ||
		strings.Count(got, "HTTP/1.1 ") != 1 {
		p.r.t.Errorf("%q", got)
	}
	if !p.ended || p.err != nil {
		p.r.t.Errorf("ended: %v, %v", p.ended, p.err)
	}
}

// A body that announces more than the vhost's limit is refused before anybody
// is asked, whether the client waits for 100 or sends at once.
func TestBodyLimitAnnounced(t *testing.T) {
	for _, c := range []struct{ name, send string }{
		{"head alone", post("Content-Length: 11\r\n")},
		{"with the body", post("Content-Length: 11\r\n") + "0123456789a"},
		{"expecting 100", post("Content-Length: 11\r\nExpect: 100-continue\r\n")},
		{"huge", post("Content-Length: 9223372036854775807\r\n")},
		{"HTTP/1.0", "POST /f HTTP/1.0\r\nContent-Length: 11\r\n\r\n"},
		{"with an upgrade", post("Content-Length: 11\r\n" + upgradeHead)},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, engine.Options{})
			r.vhost(engine.VhostOptions{BodyLimit: 10})
			r.hooks["a"] = bodies
			p := r.dial().send(c.send)
			if c.name == "HTTP/1.0" {
				if got := p.take(); !strings.HasPrefix(got, "HTTP/1.0 413 ") || !p.ended {
					t.Errorf("%q", got)
				}
			} else {
				p.want413()
			}
			r.wantLine("refusing a request with 413: its body of ")
			r.wantLine("longer than the vhost's limit of 10")
			r.wantLog(refusedAtOnce)
		})
	}
}

// A chunked body is refused where it passes the limit; of what is handed over
// before, nothing is beyond it.
func TestBodyLimitChunked(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{BodyLimit: 10})
	r.hooks["a"] = bodies
	p := r.dial().send(post("Transfer-Encoding: chunked\r\n") + "a\r\n0123456789\r\n")
	p.wantText("")
	p.send("1\r\na\r\n0\r\n\r\n" + get("/next", ""))
	p.want413()
	r.wantLine("refusing a request with 413: its body is longer than the vhost's limit of 10 bytes")
	r.wantLog(`a WSI_CREATE
		a SERVER_NEW_CLIENT_INSTANTIATED
		a FILTER_HTTP_CONNECTION /f
		a HTTP_BIND_PROTOCOL
		a HTTP /f
		a HTTP_BODY 0123456789
		a HTTP_DROP_PROTOCOL
		a CLOSED_HTTP
		a WSI_DESTROY`)

	// An answer that has begun cannot become another: the connection closes.
	r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, _ engine.In) int {
		if re == engine.ReasonHTTP && w.Write([]byte("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n"), engine.WriteHTTPHeaders) != nil {
			return -1
		}
		return 0
	}
	p = r.dial().send(post("Transfer-Encoding: chunked\r\n") + "b\r\n0123456789a\r\n")
	p.wantText("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n")
	if !p.ended || p.err != nil {
		t.Errorf("ended: %v, %v", p.ended, p.err)
	}
}

// What is within the limit is as if there were none, for each request anew, and
// the limit may change between two of them.
func TestBodyLimitKept(t *testing.T) {
	r := newRig(t, engine.Options{})
	v := r.vhost(engine.VhostOptions{BodyLimit: 10})
	r.hooks["a"] = bodies
	p := r.dial()
	for range 3 {
		p.send(post("Content-Length: 10\r\n") + "0123456789")
		p.wantText(headOK + "8\r\n\r\n10 bytes")
		p.send(post("Transfer-Encoding: chunked\r\n") + "5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n")
		p.wantText(headOK + "8\r\n\r\n10 bytes")
	}
	v.SetBodyLimit(0)
	p.send(post("Content-Length: 11\r\n") + "0123456789a")
	p.wantText(headOK + "8\r\n\r\n11 bytes")
	v.SetBodyLimit(5)
	p.send(post("Content-Length: 11\r\n") + "0123456789a")
	p.want413()
}

// The limit is that of the vhost that the request is for.
func TestBodyLimitOfItsVhost(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{Name: "small.example", BodyLimit: 1})
	r.vhost(engine.VhostOptions{Name: "large.example", Protocols: []*engine.Protocol{r.protocol("c")}})
	r.hooks["a"], r.hooks["c"] = bodies, bodies
	p := r.dial().send("POST / HTTP/1.1\r\nHost: large.example\r\nContent-Length: 2\r\n\r\nab")
	p.wantText(headOK + "7\r\n\r\n2 bytes")
	p.send("POST / HTTP/1.1\r\nHost: small.example\r\nContent-Length: 2\r\n\r\nab")
	p.want413()
}
