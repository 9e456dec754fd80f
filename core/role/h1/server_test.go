package h1_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/role/h1"
	wire "github.com/golws/golws/core/wire/h1"
)

func get(path, more string) string {
	return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n"
}

// dynamic answers each request from WRITEABLE, in two writes.
func dynamic(w *engine.Wsi, r engine.Reason, in engine.In) int {
	switch r {
	case engine.ReasonHTTP:
		w.Opaque = []string{string(in.Bytes), string(in.Bytes)}
		b, err := h1.AppendCommonHeaders(w, make([]byte, 0, 512), 200, "text/plain", int64(2*len(in.Bytes)))
		if err == nil {
			b, err = h1.AppendFinalize(w, b)
		}
		if err != nil || w.Write(b, engine.WriteHTTPHeaders) != nil {
			return 1
		}
		w.CallbackOnWritable()
	case engine.ReasonHTTPWriteable:
		left := w.Opaque.([]string)
		w.Opaque = left[1:]
		wp := engine.WriteHTTP
		if len(left) == 1 {
			wp = engine.WriteHTTPFinal
		}
		if w.Write([]byte(left[0]), wp) != nil {
			return -1
		}
		if len(left) > 1 {
			w.CallbackOnWritable()
			return 0
		}
		return completed(w)
	}
	return 0
}

func TestAnswersFromWriteable(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{})
	r.hooks["a"] = dynamic
	p := r.dial().send(get("/one?x=1", ""))
	p.wantText(headOK + "8\r\n\r\n/one/one")
	r.wantLog(`a WSI_CREATE
		a SERVER_NEW_CLIENT_INSTANTIATED
		a FILTER_HTTP_CONNECTION /one
		a HTTP_BIND_PROTOCOL
		a HTTP /one
		a HTTP_WRITEABLE
		a HTTP_WRITEABLE
		a HTTP_DROP_PROTOCOL
		a HTTP_BIND_PROTOCOL`)
	p.send(get("/two", "Connection: close\r\n"))
	p.wantText(headClose + "8\r\n\r\n/two/two")
	if !p.ended {
		t.Error("the connection is still open")
	}
	r.wantLog(`a FILTER_HTTP_CONNECTION /two
		a HTTP_DROP_PROTOCOL
		a HTTP_BIND_PROTOCOL
		a HTTP /two
		a HTTP_WRITEABLE
		a HTTP_WRITEABLE
		a HTTP_DROP_PROTOCOL
		a CLOSED_HTTP
		a WSI_DESTROY`)
}

func TestPipelinedInOrder(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{})
	r.hooks["a"] = dynamic
	p := r.dial().send(get("/one", "") + get("/two", "") + get("/six", "Connection: close\r\n") + "junk behind the last request")
	p.wantText(headOK + "8\r\n\r\n/one/one" + headOK + "8\r\n\r\n/two/two" + headClose + "8\r\n\r\n/six/six")
	r.wantLog(`a WSI_CREATE
		a SERVER_NEW_CLIENT_INSTANTIATED
		a FILTER_HTTP_CONNECTION /one
		a HTTP_BIND_PROTOCOL
		a HTTP /one
		a HTTP_WRITEABLE
		a HTTP_WRITEABLE
		a HTTP_DROP_PROTOCOL
		a HTTP_BIND_PROTOCOL
		a FILTER_HTTP_CONNECTION /two
		a HTTP_DROP_PROTOCOL
		a HTTP_BIND_PROTOCOL
		a HTTP /two
		a HTTP_WRITEABLE
		a HTTP_WRITEABLE
		a HTTP_DROP_PROTOCOL
		a HTTP_BIND_PROTOCOL
		a FILTER_HTTP_CONNECTION /six
		a HTTP_DROP_PROTOCOL
		a HTTP_BIND_PROTOCOL
		a HTTP /six
		a HTTP_WRITEABLE
		a HTTP_WRITEABLE
		a HTTP_DROP_PROTOCOL
		a CLOSED_HTTP
		a WSI_DESTROY`)
}

func TestHTTP10(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{})
	r.hooks["a"] = dynamic
	p := r.dial().send("GET /old HTTP/1.0\r\n\r\n")
	p.wantText("HTTP/1.0 200 OK\r\nconnection: close\r\ncontent-type: text/plain\r\ncontent-length: 8\r\n\r\n/old/old")
	if !p.ended {
		t.Error("the connection is still open")
	}
	p = r.dial().send("GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
	p.wantText("HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-type: text/plain\r\ncontent-length: 8\r\n\r\n/old/old")
	if p.ended {
		t.Error("the connection was to stay")
	}
	// An answer that only the end of the connection ends does not promise that it stays.
	r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, _ engine.In) int {
		if re != engine.ReasonHTTP {
			return 0
		}
		b, err := h1.AppendCommonHeaders(w, make([]byte, 0, 300), 200, "text/plain", -1)
		if err == nil {
			b, err = h1.AppendFinalize(w, b)
		}
		if err == nil {
			err = w.Write(append(b, "text"...), engine.WriteHTTPFinal)
		}
		if err != nil {
			t.Error(err)
		}
		return completed(w)
	}
	p.send("GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
	p.wantText("HTTP/1.0 200 OK\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\ntext")
	if !p.ended {
		t.Error("the connection is still open")
	}
}

func TestReturnsMinus1(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{})
	r.hooks["a"] = func(_ *engine.Wsi, re engine.Reason, _ engine.In) int {
		if re == engine.ReasonHTTP {
			return -1
		}
		return 0
	}
	p := r.dial().send(get("/", ""))
	p.wantText("")
	if !p.ended || p.err != nil {
		t.Errorf("ended %v, %v", p.ended, p.err)
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

func TestFilterRefuses(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{})
	r.hooks["a"] = func(_ *engine.Wsi, re engine.Reason, _ engine.In) int {
		if re == engine.ReasonFilterHTTPConnection {
			return 1
		}
		return 0
	}
	p := r.dial().send(get("/", ""))
	p.wantText("")
	r.wantLog(`a WSI_CREATE
		a SERVER_NEW_CLIENT_INSTANTIATED
		a FILTER_HTTP_CONNECTION /
		a CLOSED_HTTP
		a WSI_DESTROY`)
}

func TestReturnStatus(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{ServerString: "golws", Headers: []*engine.PVO{{Name: "x-all:", Value: "yes"}}})
	r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, in engine.In) int {
		if re != engine.ReasonHTTP {
			return 0
		}
		code := 403
		if string(in.Bytes) == "/204" {
			code = 204 | h1.NoServerName
		}
		if n, err := strconv.Atoi(strings.TrimPrefix(string(in.Bytes), "/odd/")); err == nil {
			code = n
		}
		if h1.ReturnStatus(w, code, "not you") != 0 {
			return -1
		}
		return completed(w)
	}
	p := r.dial().send(get("/", ""))
	p.wantText(fmt.Sprintf("HTTP/1.1 403 Forbidden\r\nx-all: yes\r\nserver: golws\r\ncontent-type: text/html\r\ncontent-length: %d\r\n\r\n%s",
		len(page(403, "not you")), page(403, "not you")))
	p.send(strings.Replace(get("/", ""), "GET", "HEAD", 1))
	p.wantText(fmt.Sprintf("HTTP/1.1 403 Forbidden\r\nx-all: yes\r\nserver: golws\r\ncontent-type: text/html\r\ncontent-length: %d\r\n\r\n",
		len(page(403, "not you"))))
	p.send(get("/204", ""))
	p.wantText("HTTP/1.1 204 No Content\r\nx-all: yes\r\n\r\n")
	for _, odd := range []int{100, 101, 199, 0, 99, 1000} { // none can be an answer's
		p.send(get(fmt.Sprintf("/odd/%d", odd), ""))
		p.wantText(fmt.Sprintf("HTTP/1.1 500 Internal Server Error\r\nx-all: yes\r\nserver: golws\r\ncontent-type: text/html\r\ncontent-length: %d\r\n\r\n%s",
			len(page(500, "not you")), page(500, "not you")))
		r.wantLine(fmt.Sprintf("%d is no status of an answer", odd))
	}
	if p.ended {
		t.Error("the connection was to stay")
	}
}

func TestHead(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{})
	r.hooks["a"] = dynamic
	p := r.dial().send("HEAD /one HTTP/1.1\r\nHost: localhost\r\n\r\n" + get("/two", ""))
	p.wantText(headOK + "8\r\n\r\n" + headOK + "8\r\n\r\n/two/two")
}

func TestOptionsAsterisk(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{})
	p := r.dial().send("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n")
	p.wantText("HTTP/1.1 204 No Content\r\nallow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n\r\n")
}

func TestHeadersAndArguments(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{})
	r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, _ engine.In) int {
		if re != engine.ReasonHTTP {
			return 0
		}
		x := h1.Of(w)
		m, uri := x.URI()
		arg, ok := x.Arg("a=")
		answer(w, fmt.Sprintf("%d %s get=%d head=%d host=%s own=%s/%s none=%v args=%s/%d arg0=%s arg9=%v a=%s/%v cookie=%s accept=%s/%d name0=%s name1=%v version=%s",
			m, uri, x.TokenLen(h1.TokenGetURI), x.TokenLen(h1.TokenHeadURI), x.Fragment(h1.Token(wire.TokenHost), 0),
			x.Custom("x-own:"), x.Custom("X-OWN"), x.Custom("x-none:") == nil,
			x.AppendToken(nil, h1.TokenURIArgs), x.TokenLen(h1.TokenURIArgs), x.Fragment(h1.TokenURIArgs, 0), x.Fragment(h1.TokenURIArgs, 9) == nil,
			arg, ok, x.AppendToken(nil, h1.Token(wire.TokenCookie)), x.Fragment(h1.Token(wire.TokenAccept), 1), x.Fragments(h1.Token(wire.TokenAccept)),
			x.CustomName(0), x.CustomName(1) == nil, x.AppendToken(nil, h1.TokenHTTP)))
		return completed(w)
	}
	p := r.dial().send(get("/p%20q/../r?a=b%20c&d=e", "X-Own: mine\r\nCookie: a=b\r\nCookie: c=d\r\nAccept: x\r\nAccept: y, z\r\n"))
	want := "0 /r get=2 head=0 host=localhost own=mine/mine none=true args=a=b c&d=e/9 arg0=a=b c arg9=true a=b c/true " +
		"cookie=a=b; c=d accept=y, z/2 name0=x-own: name1=true version=HTTP/1.1"
	p.wantText(fmt.Sprintf("%s%d\r\n\r\n%s", headOK, len(want), want))
}

func TestTwoVhosts(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{Name: "first.example"})
	r.vhost(engine.VhostOptions{Name: "second.example", Protocols: []*engine.Protocol{r.protocol("c")}})
	r.hooks["a"], r.hooks["c"] = dynamic, dynamic
	p := r.dial().send("GET /b HTTP/1.1\r\nHost: Second.example:80\r\nConnection: close\r\n\r\n")
	if got := p.take(); !strings.HasSuffix(got, "/b/b") {
		t.Errorf("%q", got)
	}
	r.wantLog(`a WSI_CREATE
		a SERVER_NEW_CLIENT_INSTANTIATED
		a FILTER_HTTP_CONNECTION /b
		c HTTP_BIND_PROTOCOL
		c HTTP /b
		c HTTP_WRITEABLE
		c HTTP_WRITEABLE
		c HTTP_DROP_PROTOCOL
		c CLOSED_HTTP
		c WSI_DESTROY`)
	r.dial().send("GET /c HTTP/1.1\r\nHost: nobody.example\r\nConnection: close\r\n\r\n")
	if log := r.takeLog(); !strings.Contains(log, "a HTTP /c") {
		t.Errorf("an unknown host is not the first vhost's:\n%s", log)
	}
	// One connection may ask for both.
	p = r.dial().send("GET /1 HTTP/1.1\r\nHost: second.example\r\n\r\nGET /2 HTTP/1.1\r\nHost: first.example\r\n\r\n")
	if got := p.take(); !strings.Contains(got, "/1/1HTTP/1.1 200 OK") || !strings.HasSuffix(got, "/2/2") {
		t.Errorf("%q", got)
	}
}

func TestPeerLeaves(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{})
	r.hooks["a"] = dynamic
	p := r.dial().send(get("/gone", ""))
	r.takeLog()
	p.c.Close()
	r.run(20_000)
	r.wantLog(`a HTTP_DROP_PROTOCOL
		a CLOSED_HTTP
		a WSI_DESTROY`)
	// While the program thinks, too: CLOSED_HTTP must not wait for a write.
	r.hooks["a"] = nil
	p = r.dial().send(get("/never", ""))
	r.takeLog()
	p.c.Close()
	r.run(20_000)
	r.wantLog(`a HTTP_DROP_PROTOCOL
		a CLOSED_HTTP
		a WSI_DESTROY`)
}

// An answer of known length is sent to a peer that has closed its side only.
func TestHalfClosed(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{})
	var late *engine.Wsi
	r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, _ engine.In) int {
		if re == engine.ReasonHTTP {
			late = w
			b, _ := h1.AppendCommonHeaders(w, make([]byte, 0, 512), 200, "text/plain", 4)
			b, _ = h1.AppendFinalize(w, b)
			if w.Write(b, engine.WriteHTTPHeaders) != nil {
				return -1
			}
			w.SetTimer(second)
		}
		if re == engine.ReasonTimer {
			if w.Write([]byte("late"), engine.WriteHTTPFinal) != nil {
				return -1
			}
			return completed(w)
		}
		return 0
	}
	p := r.dial().send(get("/", ""))
	if err := p.c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	r.run(2 * second)
	p.wantText(headOK + "4\r\n\r\nlate")
	if !p.ended || late.Alive() {
		t.Error("the connection is still open")
	}
}

func TestCompletionRules(t *testing.T) {
	type write struct{ head, body string }
	for _, c := range []struct {
		name  string
		write write
		keep  bool
		line  string
	}{
		{"by hand, with a length", write{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", "hi"}, true, ""},
		{"by hand, chunked", write{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "2\r\nhi\r\n0\r\n\r\n"}, true, ""},
		{"without a length", write{"HTTP/1.1 200 OK\r\n\r\n", "hi"}, false, ""},
		{"with connection: close", write{"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n", "hi"}, false, ""},
		{"too short", write{"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", "hi"}, false, "an answer of 2 bytes announced 3"},
		{"too long", write{"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n", "hi"}, false, "longer than the 1 bytes"},
		{"without a body", write{"HTTP/1.1 304 Not Modified\r\n\r\n", ""}, true, ""},
		{"nothing at all", write{"", ""}, false, "completed without an answer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for cut := 0; cut <= 1; cut++ { // the head in one write with the body, or alone
				r := newRig(t, engine.Options{})
				r.vhost(engine.VhostOptions{})
				r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, _ engine.In) int {
					if re != engine.ReasonHTTP {
						return 0
					}
					var err error
					if cut == 0 {
						err = w.Write([]byte(c.write.head+c.write.body), engine.WriteHTTPFinal)
					} else if err = w.Write([]byte(c.write.head), engine.WriteHTTPHeaders); err == nil {
						err = w.Write([]byte(c.write.body), engine.WriteHTTPFinal)
					}
					if err != nil {
						t.Error(err)
					}
					return completed(w)
				}
				p := r.dial().send(get("/", ""))
				p.wantText(c.write.head + c.write.body)
				if p.ended == c.keep {
					t.Errorf("kept: %v", !p.ended)
				}
				if c.line != "" {
					r.wantLine(c.line)
				}
			}
		})
	}
}

// A program that is told to close and does not is helped.
func TestIgnoresCompletion(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{})
	r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, _ engine.In) int {
		if re == engine.ReasonHTTP {
			answer(w, "x")
			h1.TransactionCompleted(w)
			if w.Write([]byte("more"), engine.WriteHTTP) == nil {
				t.Error("written behind the answer")
			}
		}
		return 0
	}
	p := r.dial().send(get("/", "Connection: close\r\n"))
	p.wantText(headClose + "1\r\n\r\nx")
	if !p.ended {
		t.Error("the connection is still open")
	}
}

func TestAppendRefusals(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{})
	r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, _ engine.In) int {
		if re != engine.ReasonHTTP {
			return 0
		}
		buf := append(make([]byte, 0, 64), "start"...)
		for _, c := range []struct{ name, value string }{
			{"x-a", "b\r\nc: d"}, {"x a", "b"}, {"", "b"}, {"x-a:\r\n", "b"}, {"x-a", strings.Repeat("l", 64)}, {"x-a", "b\x00"},
		} {
			if b, err := h1.AppendHeaderByName(w, buf, c.name, c.value); err == nil || string(b) != "start" {
				t.Errorf("%q: %q is accepted: %q", c.name, c.value, b)
			}
		}
		b, err := h1.AppendHeaderByName(w, buf, "x-a:", "b")
		if err != nil || string(b) != "startx-a: b\r\n" || &b[0] != &buf[0] {
			t.Errorf("%q, %v", b, err)
		}
		if b, err = h1.AppendHeaderByToken(w, buf, 65, "me"); err != nil || string(b) != "startserver: me\r\n" {
			t.Errorf("%q, %v", b, err)
		}
		if _, err = h1.AppendHeaderByToken(w, buf, h1.TokenGetURI, "me"); err == nil {
			t.Error("a token that is no header is accepted")
		}
		line := "HTTP/1.1 200 OK\r\n"
		if _, err = h1.AppendStatus(w, make([]byte, 0, len(line)-1), 200); err != h1.ErrNoRoom {
			t.Error(err)
		}
		if b, err = h1.AppendStatus(w, make([]byte, 0, len(line)), 200); err != nil || string(b) != line {
			t.Errorf("%q, %v", b, err)
		}
		if n := h1.Redirect(w, 302, "/e\r\nx: y", make([]byte, 0, 512)); n != -1 {
			t.Errorf("a location with a line end: %d", n)
		}
		if n := h1.Redirect(w, 302, "/else", make([]byte, 0, 512)); n <= 0 {
			t.Errorf("%d", n)
		}
		return completed(w)
	}
	p := r.dial().send(get("/", ""))
	p.wantText("HTTP/1.1 302 Found\r\nlocation: /else\r\ncontent-type: text/html\r\ncontent-length: 0\r\n\r\n")
}

// A 204 has no length and no type, and keeps the connection.
func TestNoContent(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{})
	r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, _ engine.In) int {
		if re != engine.ReasonHTTP {
			return 0
		}
		b, err := h1.AppendCommonHeaders(w, make([]byte, 0, 512), 204, "text/plain", int64(len(h1.Of(w).Head().RawQuery))-1)
		if err == nil {
			b, err = h1.AppendFinalize(w, b)
		}
		if err != nil || w.Write(b, engine.WriteHTTPHeaders) != nil {
			return -1
		}
		return completed(w)
	}
	p := r.dial()
	for _, path := range []string{"/", "/?x"} { // unknown and 0
		p.send(get(path, ""))
		p.wantText("HTTP/1.1 204 No Content\r\n\r\n")
	}
}

// An answer that a program writes at once may take its reader longer than the
// connection may be idle, as long as he reads.
func TestLargeAnswerSlowReader(t *testing.T) {
	for _, more := range []string{"", "Connection: close\r\n"} {
		r := newRig(t, engine.Options{})
		r.vhost(engine.VhostOptions{KeepAliveIdle: 3 * second, Timeout: 4 * second})
		body := strings.Repeat("x", 4<<20)
		r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, _ engine.In) int {
			if re == engine.ReasonHTTP {
				answer(w, body)
				return completed(w)
			}
			return 0
		}
		p := r.dial()
		p.sips = true
		p.send(get("/", more))
		seconds := 0
		for before := -1; p.got.Len() != before && seconds < 1000; seconds += 2 {
			before = p.got.Len()
			p.c.SetReading(true)
			r.run(2 * second)
		}
		if got := p.got.String(); !strings.HasSuffix(got, body) {
			t.Errorf("%d bytes arrived in %d s", len(got), seconds)
		}
		if seconds < 30 {
			t.Errorf("only %d s: the reader was not slow", seconds)
		}
		p.sips = false
		p.c.SetReading(true)
		r.run(5 * second)
		if !p.ended || p.err != nil {
			t.Errorf("ended: %v, %v", p.ended, p.err)
		}
	}

	r := newRig(t, engine.Options{}) // who reads nothing is not waited for
	r.vhost(engine.VhostOptions{KeepAliveIdle: 3 * second, Timeout: 4 * second})
	r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, _ engine.In) int {
		if re == engine.ReasonHTTP {
			answer(w, strings.Repeat("x", 4<<20))
			return completed(w)
		}
		return 0
	}
	p := r.dial()
	p.c.SetReading(false)
	p.send(get("/", ""))
	r.run(8 * second)
	r.wantLine("the peer takes nothing of its answer")
	if n := r.ctx.Live(); n != 0 {
		t.Errorf("%d connections are left", n)
	}
}

// Until it is bound a connection is the protocol's that has an option
// "default"; requests that no mount has go to the first.
func TestDefaultProtocol(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{PVOs: []*engine.PVO{{Name: "b", Options: []*engine.PVO{{Name: "default", Value: "1"}}}}})
	r.hooks["a"] = dynamic
	r.dial().send(get("/x", "Connection: close\r\n"))
	r.wantLog(`a WSI_CREATE
		b SERVER_NEW_CLIENT_INSTANTIATED
		b FILTER_HTTP_CONNECTION /x
		a HTTP_BIND_PROTOCOL
		a HTTP /x
		a HTTP_WRITEABLE
		a HTTP_WRITEABLE
		a HTTP_DROP_PROTOCOL
		a CLOSED_HTTP
		a WSI_DESTROY`)
}
