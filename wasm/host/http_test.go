package host_test

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/role/h1"
	wire "github.com/golws/golws/core/wire/h1"
	"github.com/golws/golws/wasm/host"
)

// asks sends a request to what listens on port and answers what came back.
func (p *pipes) asks(lsn int32, request string) (got string) {
	p.t.Helper()
	conn := p.must(p.i.NewConn(lsn, "192.0.2.9:5", "192.0.2.1:80"))
	p.outside[conn] = func(b []byte) { got += string(b) }
	if ok, err := p.i.Accepted(lsn, conn); err != nil || !ok {
		p.t.Fatalf("not accepted: %v", err)
	}
	p.check(p.i.Data(conn, []byte(request)))
	p.run()
	p.check(p.i.Ended(conn, nil))
	p.run()
	return got
}

func (p *pipes) onlyListener() int32 {
	p.t.Helper()
	if len(p.lsns) != 1 {
		p.t.Fatalf("listening on %v", p.lsns)
	}
	for _, l := range p.lsns {
		return l
	}
	return 0
}

func reading(t *testing.T, c *host.Call, name string, args ...uint64) string {
	t.Helper()
	at, err := c.Raw("golws_tx")
	if err != nil {
		t.Fatal(err)
	}
	all := append([]uint64{uint64(uint32(c.Wsi)), at + 1000, 1000}, args...)
	n, err := c.Invoke(name, all...)
	if err != nil || n < 0 {
		return fmt.Sprint(n, err)
	}
	b, _ := c.Memory().Read(uint32(at)+1000, uint32(n))
	return string(b)
}

func TestHTTPServer(t *testing.T) {
	p := rig(t, "")
	var log []string
	cb := func(c *host.Call) int {
		w := uint64(uint32(c.Wsi))
		switch r := engine.Reason(c.Reason); r {
		case engine.ReasonProtocolInit:
			log = append(log, fmt.Sprintf("init %x", c.In))
		case engine.ReasonFilterNetworkConnection:
			log = append(log, fmt.Sprint("filter ", c.Num > 0))
		case engine.ReasonHTTP:
			log = append(log, "path "+string(c.In),
				"host "+reading(t, c, "lws_hdr_copy", uint64(wire.TokenHost)),
				"arg "+reading(t, c, "lws_hdr_copy_fragment", uint64(h1.TokenURIArgs), 1),
				"peer "+reading(t, c, "lws_get_peer_simple"))
			named := func(name, of string) string {
				n, err := c.With(name, 1, []uint64{w, 0, 0}, []byte(of))
				return fmt.Sprint(n, err)
			}
			log = append(log, "custom "+named("lws_hdr_custom_length", "x-mine"))
			p.must(c.With("lws_add_http_common_headers", 2, []uint64{w, 200, api64(5)}, []byte("text/plain")))
			p.must(c.With("lws_add_http_header_by_name", 1, []uint64{w}, []byte("x-answer"), []byte("yes")))
			if n, _ := c.With("lws_add_http_header_by_name", 1, []uint64{w}, []byte("bad"), []byte("a\r\nb: c")); n != -1 {
				t.Errorf("a header with a line break: %d", n)
			}
			p.must(c.Invoke("lws_finalize_write_http_header", w))
			p.check(c.CallbackOnWritable(c.Wsi))
		case engine.ReasonHTTPWriteable:
			p.check(c.Write(c.Wsi, []byte("hello"), int32(engine.WriteHTTPFinal)))
			if p.must(c.Invoke("lws_http_transaction_completed", w)) != 0 {
				return -1
			}
		case engine.ReasonClosedHTTP, engine.ReasonWSIDestroy:
			log = append(log, r.String())
		}
		return 0
	}
	p.must(p.i.CreateContext(m{
		"port": 80, "server_string": "golws",
		"pvo":       []any{m{"name": "http", "value": "", "options": []any{m{"name": "a", "value": "b"}}}},
		"protocols": []any{m{"name": "http", "callback": p.i.Protocol(cb)}},
	}))
	got := p.asks(p.onlyListener(), "GET /x%20y?a=1&b=2 HTTP/1.1\r\nHost: h\r\nX-Mine: abc\r\n\r\n")
	if !strings.HasPrefix(got, "HTTP/1.1 200 OK\r\nserver: golws\r\n") || !strings.HasSuffix(got, "\r\n\r\nhello") ||
		!strings.Contains(got, "\r\ncontent-type: text/plain\r\ncontent-length: 5\r\nx-answer: yes\r\n") {
		t.Errorf("%q", got)
	}
	want := []string{"init 81a2646e616d65616165" + "76616c75656162", "filter true", "path /x y", "host h", "arg b=2", "peer 192.0.2.9", "custom 3 <nil>", "CLOSED_HTTP", "WSI_DESTROY"}
	if !slices.Equal(log, want) {
		t.Errorf("%q\nwant %q", log, want)
	}
}

func api64(f float64) uint64 { return f64bits(f) }

func TestFiles(t *testing.T) {
	files := fstest.MapFS{
		"index.html":     {Data: []byte("<p>from the sandbox</p>")},
		"big.txt":        {Data: []byte(strings.Repeat("big ", 100_000))},
		"sub/index.html": {Data: []byte("sub")},
		"bare/page.htm":  {Data: []byte("no document here")},
	}
	p := emptyPipes(t)
	i, err := program(t, "").New(context.Background(), p, host.Sandbox{
		Files: map[string]fs.FS{"/www": files}, Log: func(_, _ int32, text string) { p.logs = append(p.logs, text) },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer i.Close()
	p.i = i
	mounts := []any{m{"mountpoint": "/", "origin": "/www", "origin_protocol": 2}, m{"mountpoint": "/etc", "origin": "/etc", "origin_protocol": 2}}
	dummy := func(c *host.Call) int {
		switch engine.Reason(c.Reason) {
		case engine.ReasonHTTP:
			w := uint64(uint32(c.Wsi))
			if n, err := c.Invoke("lws_return_http_status", w, 404, 0, 0); err != nil || n != 0 {
				return -1
			}
			return int(p.must(c.Invoke("lws_http_transaction_completed", w)))
		case engine.ReasonHTTPFileCompletion:
			return int(p.must(c.Invoke("lws_http_transaction_completed", uint64(uint32(c.Wsi)))))
		}
		return 0
	}
	p.must(i.CreateContext(m{"port": 80, "mounts": mounts, "protocols": []any{m{"name": "http", "callback": i.Protocol(dummy)}}}))
	for _, c := range []struct{ path, status, end string }{
		{"/", "200 OK", "<p>from the sandbox</p>"},
		{"/big.txt", "200 OK", "big big "},
		{"/sub", "301 Moved Permanently", "\r\n\r\n"},
		{"/sub/", "200 OK", "sub"},
		{"/bare", "404 Not Found", "</html>"},
		{"/none.txt", "404 Not Found", "</html>"},
		{"/etc/passwd", "404 Not Found", "</html>"}, // nothing but what was given
		{"/%2e%2e/etc/passwd", "404 Not Found", "</html>"},
	} {
		got := p.asks(p.onlyListener(), "GET "+c.path+" HTTP/1.1\r\nHost: h\r\n\r\n")
		if !strings.HasPrefix(got, "HTTP/1.1 "+c.status+"\r\n") || !strings.HasSuffix(got, c.end) {
			t.Errorf("%s: %.200q", c.path, got)
		}
		if c.path == "/big.txt" && len(got) < 400_000 {
			t.Errorf("%d bytes of %s", len(got), c.path)
		}
	}
}

func TestHTTPClient(t *testing.T) {
	p := rig(t, "")
	serve := func(c *host.Call) int {
		if engine.Reason(c.Reason) != engine.ReasonHTTP {
			return 0
		}
		w := uint64(uint32(c.Wsi))
		p.must(c.With("lws_return_http_status", 2, []uint64{w, 201}, []byte("made")))
		return int(p.must(c.Invoke("lws_http_transaction_completed", w)))
	}
	p.must(p.i.CreateContext(m{"port": 80, "protocols": []any{m{"name": "http", "callback": p.i.Protocol(serve)}}}))
	var body string
	var log []string
	ask := func(c *host.Call) int {
		w := uint64(uint32(c.Wsi))
		switch r := engine.Reason(c.Reason); r {
		case engine.ReasonClientAppendHandshakeHeader:
			p.must(c.With("lws_add_http_header_by_name", 1, []uint64{w}, []byte("X-Mine:"), []byte("1")))
		case engine.ReasonEstablishedClientHTTP:
			log = append(log, fmt.Sprint("status ", p.must(c.Invoke("lws_http_client_http_response", w)), " user ", c.User))
		case engine.ReasonReceiveClientHTTP:
			return int(p.must(c.Invoke("lws_http_client_read", w, 1024)))
		case engine.ReasonReceiveClientHTTPRead:
			body += string(c.In)
		case engine.ReasonCompletedClientHTTP, engine.ReasonClosedClientHTTP, engine.ReasonClientConnectionError:
			log = append(log, r.String()+" "+string(c.In))
		}
		return 0
	}
	cx := p.must(p.i.CreateContext(m{"protocols": []any{m{"name": "c", "callback": p.i.Protocol(ask)}}}))
	p.names["example.com"] = "192.0.2.1, 2001:db8::1"
	if _, err := p.i.Connect(cx, m{"address": "example.com", "port": 80, "path": "/", "method": "GET", "userdata": -3}); err != nil {
		t.Fatal(err)
	}
	p.pass(5e6)
	if want := []string{"status 201 user -3", "COMPLETED_CLIENT_HTTP ", "CLOSED_CLIENT_HTTP "}; !slices.Equal(log, want) || !strings.Contains(body, "<h1>201</h1>made") {
		t.Errorf("%q %q\n%v", log, body, p.logs)
	}
	log = nil
	for name, want := range map[string]string{"nowhere.example": "resolving nowhere.example: there is no nowhere.example", "192.0.2.1": "connecting to 192.0.2.1:81: nobody listens"} {
		if _, err := p.i.Connect(cx, m{"address": name, "port": 81, "path": "/", "method": "GET"}); err != nil {
			t.Fatal(err)
		}
		p.run()
		if last := log[len(log)-1]; !strings.HasPrefix(last, "CLIENT_CONNECTION_ERROR "+want) {
			t.Errorf("%s: %q", name, last)
		}
	}
	p.refuse = fmt.Errorf("no network")
	if _, err := p.i.Connect(cx, m{"address": "192.0.2.1", "port": 80, "path": "/", "method": "GET"}); err != nil {
		t.Fatal(err)
	}
	p.run()
	if last := log[len(log)-1]; last != "CLIENT_CONNECTION_ERROR connecting to 192.0.2.1:80: refused by the embedder" {
		t.Errorf("%q", last)
	}
	c, err := p.i.Counters()
	if err != nil {
		t.Fatal(err)
	}
	if c[7] != 0 || c[10] != 0 {
		t.Errorf("%v wsi and %v queries are left", c[7], c[10])
	}
}
