package h1_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/role/h1"
)

// dummy does what lws_callback_http_dummy does.
func dummy(w *engine.Wsi, re engine.Reason, _ engine.In) int {
	switch re {
	case engine.ReasonHTTP:
		if h1.ReturnStatus(w, 404, "") != 0 {
			return -1
		}
		return completed(w)
	case engine.ReasonHTTPBodyCompletion, engine.ReasonHTTPFileCompletion:
		return completed(w)
	}
	return 0
}

func site(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"www/page.html": "<p>a page</p>\n", "www/dir/index.html": "index", "www/a.unknown": "?", "www/a.zip": "z", "www/a.pdf": "p", "www/.hidden.txt": "dot",
		"www/sp ace.txt": "space", "www/bare/a.txt": "no document here", "secret.txt": "secret", "logins": "user:pass\nother:word\n", "www/empty.txt": "",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var etags = regexp.MustCompile(`etag: "[0-9a-f]+-[0-9a-f]+"`)

func (p *peer) takeMasked() string { return etags.ReplaceAllString(p.take(), "etag: *") }

func TestMount(t *testing.T) {
	dir := site(t)
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{Mounts: []*engine.Mount{{Mountpoint: "/", Origin: dir + "/www", Default: "page.html", OriginKind: engine.MountFile}}})
	r.hooks["a"] = dummy
	head := "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 14\r\ncache-control: no-store\r\netag: *\r\n\r\n"
	p := r.dial().send(get("/page.html", ""))
	if got := p.takeMasked(); got != head+"<p>a page</p>\n" {
		t.Errorf("%q", got)
	}
	r.wantLog(`a WSI_CREATE
		a SERVER_NEW_CLIENT_INSTANTIATED
		a FILTER_HTTP_CONNECTION /page.html
		a HTTP_FILE_COMPLETION
		a HTTP_BIND_PROTOCOL`)
	p.send(get("/", ""))
	if got := p.takeMasked(); got != head+"<p>a page</p>\n" {
		t.Errorf("%q", got)
	}
	r.wantLog(`a FILTER_HTTP_CONNECTION /
		a HTTP_FILE_COMPLETION
		a HTTP_DROP_PROTOCOL
		a HTTP_BIND_PROTOCOL`)
	p.send("HEAD /page.html HTTP/1.1\r\nHost: x\r\n\r\n")
	if got := p.takeMasked(); got != head {
		t.Errorf("%q", got)
	}
	r.wantLog(`a FILTER_HTTP_CONNECTION /page.html
		a HTTP_DROP_PROTOCOL
		a HTTP_BIND_PROTOCOL`)
	p.send(get("/missing.html", ""))
	if got := p.take(); !strings.HasPrefix(got, "HTTP/1.1 404 ") {
		t.Errorf("%q", got)
	}
	r.wantLog(`a FILTER_HTTP_CONNECTION /missing.html
		a HTTP /missing.html
		a HTTP_DROP_PROTOCOL
		a HTTP_BIND_PROTOCOL`)
	p.c.Close()
	r.run(20_000)
	r.wantLog(`a HTTP_DROP_PROTOCOL
		a CLOSED_HTTP
		a WSI_DESTROY`)
}

func TestMountPaths(t *testing.T) {
	dir := site(t)
	r := newRig(t, engine.Options{})
	file := func(at, origin string) *engine.Mount {
		return &engine.Mount{Mountpoint: at, Origin: origin, OriginKind: engine.MountFile}
	}
	star := file("/star", dir+"/www")
	star.MimeTypes = []*engine.PVO{{Name: ".html", Value: "not/this"}, {Name: "*", Value: "application/any"}, {Name: ".zip", Value: "application/own"}}
	dots := file("/dots/", dir+"/www/")
	dots.Headers = []*engine.PVO{{Name: "x-mount:", Value: "yes"}}
	r.vhost(engine.VhostOptions{Mounts: []*engine.Mount{
		file("/f", dir+"/www"), star, dots,
		{Mountpoint: "/r", Origin: "example.com/x", OriginKind: engine.MountRedirHTTP},
		{Mountpoint: "/rs", Origin: "example.com", OriginKind: engine.MountRedirHTTPS},
	}})
	r.hooks["a"] = dummy
	for _, c := range []struct{ path, first, has string }{
		{"/f/page.html", "200 OK", "<p>a page</p>"},
		{"/f", "301 Moved Permanently", "location: /f/\r\n"},
		{"/f?a=b", "301 Moved Permanently", "location: /f/?a=b\r\n"},
		{"/f/dir", "301 Moved Permanently", "location: /f/dir/\r\n"},
		{"/f/dir/", "200 OK", "index"},
		{"/f/", "404 Not Found", ""},
		{"/f/bare", "404 Not Found", ""},
		{"/f/bare/", "404 Not Found", ""},
		{"/fx/page.html", "404 Not Found", ""},
		{"/f/sp%20ace.txt", "200 OK", "space"},
		{"/f/empty.txt", "200 OK", "content-length: 0\r\n"},
		{"/f/a.unknown", "415 Unsupported Media Type", ""},
		{"/star/a.unknown", "200 OK", "content-type: application/any\r\n"},
		{"/star/page.html", "200 OK", "content-type: text/html\r\n"},
		{"/star/a.zip", "200 OK", "content-type: application/own\r\n"},
		{"/star/a.pdf", "200 OK", "content-type: application/pdf\r\n"},
		{"/f/a.zip", "200 OK", "content-type: application/zip\r\n"},
		{"/dots/.hidden.txt", "200 OK", "x-mount: yes\r\n"},
		{"/f/../secret.txt", "404 Not Found", ""},
		{"/f/%2e%2e/secret.txt", "404 Not Found", ""},
		{"/f/..%2fsecret.txt", "404 Not Found", ""},
		{"/f/....//secret.txt", "404 Not Found", ""},
		{"/f/page.html/", "404 Not Found", ""},
		{"/f/page.html/x", "404 Not Found", ""},
		{"/f/" + strings.Repeat("n", 300), "404 Not Found", ""},
		{"/r/y?q=1", "301 Moved Permanently", "location: http://example.com/x\r\n"},
		{"/rs", "301 Moved Permanently", "location: https://example.com\r\n"},
	} {
		p := r.dial().send(get(c.path, "Connection: close\r\n"))
		got := p.take()
		if !strings.HasPrefix(got, "HTTP/1.1 "+c.first+"\r\n") || !strings.Contains(got, c.has) || strings.Contains(got, "secret") || !p.ended {
			t.Errorf("%s: %q", c.path, got)
		}
	}
	// What is no GET is not the files'.
	p := r.dial().send("POST /f/page.html HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab" + get("/f/dir/", ""))
	if got := p.take(); !strings.HasPrefix(got, "HTTP/1.1 404 ") || !strings.HasSuffix(got, "index") {
		t.Errorf("%q", got)
	}
}

func TestCacheControl(t *testing.T) {
	dir := site(t)
	for want, m := range map[string]engine.Mount{
		"no-store":                             {CacheMaxAge: 60},
		"private, max-age=60":                  {CacheMaxAge: 60, CacheReuse: true},
		"must-revalidate, private, max-age=60": {CacheMaxAge: 60, CacheReuse: true, CacheRevalid: true},
		"public, max-age=60":                   {CacheMaxAge: 60, CacheReuse: true, CachePublic: true},
		"must-revalidate, public, max-age=60":  {CacheMaxAge: 60, CacheReuse: true, CachePublic: true, CacheRevalid: true},
		"no-cache":                             {CacheNo: true},
	} {
		r := newRig(t, engine.Options{})
		m.Mountpoint, m.Origin, m.OriginKind = "/", dir+"/www", engine.MountFile
		r.vhost(engine.VhostOptions{Mounts: []*engine.Mount{&m}, BestPractice: true})
		got := r.dial().send(get("/page.html", "")).take()
		if !strings.Contains(got, "\r\ncache-control: "+want+"\r\n") || !strings.Contains(got, "\r\nx-content-type-options: nosniff\r\n") {
			t.Errorf("%s: %q", want, got)
		}
	}
}

func TestCallbackMount(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{Mounts: []*engine.Mount{{Mountpoint: "/dyn", Protocol: "b", OriginKind: engine.MountCallback}}})
	denied := 0
	r.hooks["b"] = func(w *engine.Wsi, re engine.Reason, in engine.In) int {
		switch re {
		case engine.ReasonCheckAccessRights:
			if a := in.Value.(*h1.Access); string(a.Path) != "/dyn/some/path" {
				t.Errorf("%q", a.Path)
			}
			return denied
		case engine.ReasonHTTP:
			answer(w, "here")
			return completed(w)
		}
		return 0
	}
	p := r.dial().send(get("/dyn/some/path?q=1", ""))
	p.wantText(headOK + "4\r\n\r\nhere")
	r.wantLog(`a WSI_CREATE
		a SERVER_NEW_CLIENT_INSTANTIATED
		a FILTER_HTTP_CONNECTION /dyn/some/path
		b HTTP_BIND_PROTOCOL
		b CHECK_ACCESS_RIGHTS
		b HTTP_DROP_PROTOCOL
		b HTTP_BIND_PROTOCOL
		b HTTP /some/path
		b HTTP_DROP_PROTOCOL
		a HTTP_BIND_PROTOCOL`)
	denied = 1
	p.send(get("/dyn/some/path", ""))
	if got := p.take(); !strings.HasPrefix(got, "HTTP/1.1 401 ") {
		t.Errorf("%q", got)
	}
	if log := r.takeLog(); strings.Contains(log, "b HTTP /") {
		t.Errorf("%s", log)
	}
}

// A protocol that a callback mount names as its origin gets the whole path.
func TestCallbackMountByOrigin(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{Mounts: []*engine.Mount{{Mountpoint: "/dyn", Origin: "b", OriginKind: engine.MountCallback}}})
	r.hooks["b"] = func(w *engine.Wsi, re engine.Reason, in engine.In) int {
		if re == engine.ReasonHTTP {
			answer(w, "here")
			return completed(w)
		}
		return 0
	}
	p := r.dial().send(get("/dyn/some/path?q=1", ""))
	p.wantText(headOK + "4\r\n\r\nhere")
	r.wantLog(`a WSI_CREATE
		a SERVER_NEW_CLIENT_INSTANTIATED
		a FILTER_HTTP_CONNECTION /dyn/some/path
		b HTTP_BIND_PROTOCOL
		b CHECK_ACCESS_RIGHTS
		b HTTP /dyn/some/path
		b HTTP_DROP_PROTOCOL
		a HTTP_BIND_PROTOCOL`)
}

// A file mount with a protocol has it bound, asked and heard for headers.
func TestProtocolMount(t *testing.T) {
	dir := site(t)
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{Mounts: []*engine.Mount{{Mountpoint: "/f", Origin: dir + "/www", Protocol: "b", OriginKind: engine.MountFile}}})
	line := "x-b: yes\r\n"
	r.hooks["b"] = func(w *engine.Wsi, re engine.Reason, in engine.In) int {
		if re == engine.ReasonAddHeaders {
			hb := in.Value.(*engine.HeaderBuffer)
			hb.B = append(hb.B, line...)
		}
		return dummy(w, re, in)
	}
	p := r.dial().send(get("/f/page.html", ""))
	if got := p.take(); !strings.Contains(got, "\r\nx-b: yes\r\n") || !strings.HasSuffix(got, "a page</p>\n") {
		t.Errorf("%q", got)
	}
	r.wantLog(`a WSI_CREATE
		a SERVER_NEW_CLIENT_INSTANTIATED
		a FILTER_HTTP_CONNECTION /f/page.html
		b HTTP_BIND_PROTOCOL
		b CHECK_ACCESS_RIGHTS
		b ADD_HEADERS
		b HTTP_FILE_COMPLETION
		b HTTP_DROP_PROTOCOL
		a HTTP_BIND_PROTOCOL`)
	// What the files do not answer is the protocol's, by its path below the mount.
	for _, c := range []struct{ request, path string }{
		{get("/f/none", ""), "/none"}, {get("/f/bare", ""), "/bare"}, {"POST /f/page.html HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "/page.html"},
		{"POST /f HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "/f"},
	} {
		p.send(c.request)
		if got := p.take(); !strings.HasPrefix(got, "HTTP/1.1 404 ") {
			t.Errorf("%q", got)
		}
		if got := r.takeLog(); !strings.Contains(got, "b HTTP "+c.path+"\n") {
			t.Errorf("%s:\n%s", c.path, got)
		}
	}
	line = "x-b: yes\r\n\r\n<injected>"
	p.send(get("/f/page.html", ""))
	p.wantText("")
	r.wantLine("ADD_HEADERS added something that is no header line")
}

func TestBasicAuthorization(t *testing.T) {
	dir := site(t)
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{Mounts: []*engine.Mount{
		{Mountpoint: "/f", Origin: dir + "/www", OriginKind: engine.MountFile, BasicAuth: dir + "/logins"},
		{Mountpoint: "/c", Origin: dir + "/www", OriginKind: engine.MountFile, AuthMask: 1 << 28},
		{Mountpoint: "/broken", Origin: dir + "/www", OriginKind: engine.MountFile, BasicAuth: dir + "/nothing"},
	}})
	r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, in engine.In) int {
		if re == engine.ReasonVerifyBasicAuthorization && string(in.Bytes) == "cb:yes" {
			return 1
		}
		return dummy(w, re, in)
	}
	basic := func(pair string) string {
		return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(pair)) + "\r\n"
	}
	for _, c := range []struct{ path, head, first string }{
		{"/f/page.html", "", "401 Unauthorized"},
		{"/f/page.html", basic("user:pass"), "200 OK"},
		{"/f/page.html", basic("other:word"), "200 OK"},
		{"/f/page.html", basic("user:word"), "401 Unauthorized"},
		{"/f/page.html", basic(""), "401 Unauthorized"},
		{"/f/page.html", basic(":"), "401 Unauthorized"},
		{"/f/page.html", "Authorization: Basic !!!\r\n", "401 Unauthorized"},
		{"/f/page.html", "Authorization: Bearer x\r\n", "401 Unauthorized"},
		{"/c/page.html", basic("cb:yes"), "200 OK"},
		{"/c/page.html", basic("cb:no"), "401 Unauthorized"},
		{"/broken/page.html", basic("user:pass"), "500 Internal Server Error"},
	} {
		got := r.dial().send(get(c.path, c.head)).take()
		if !strings.HasPrefix(got, "HTTP/1.1 "+c.first+"\r\n") {
			t.Errorf("%s %s: %q", c.path, c.head, got)
		}
		if strings.HasPrefix(c.first, "401") && !strings.Contains(got, "\r\nwww-authenticate: Basic realm=") {
			t.Errorf("%q", got)
		}
	}
}

func TestServeFile(t *testing.T) {
	dir := site(t)
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{})
	name, other, own := "page.html", "x-other: 1\r\n", true
	var returned int
	r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, in engine.In) int {
		switch re {
		case engine.ReasonHTTP:
			returned = h1.ServeFile(w, filepath.Join(dir, "www", name), "text/html", []byte(other))
			r.log = append(r.log, fmt.Sprintf("-> %d", returned))
			if returned < 0 {
				return -1
			}
			if returned > 0 {
				return completed(w)
			}
		case engine.ReasonHTTPFileCompletion:
			if own {
				return completed(w)
			}
		}
		return 0
	}
	p := r.dial().send(get("/x", ""))
	p.wantText("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 14\r\ncache-control: no-store\r\nx-other: 1\r\n\r\n<p>a page</p>\n")
	r.wantLog(`a WSI_CREATE
		a SERVER_NEW_CLIENT_INSTANTIATED
		a FILTER_HTTP_CONNECTION /x
		a HTTP_BIND_PROTOCOL
		a HTTP /x
		-> 0
		a HTTP_FILE_COMPLETION
		a HTTP_DROP_PROTOCOL
		a HTTP_BIND_PROTOCOL`)
	own = false // a program that does not complete is helped
	p.send(get("/x", ""))
	if got := p.take(); !strings.HasSuffix(got, "a page</p>\n") {
		t.Errorf("%q", got)
	}
	p.send("HEAD /x HTTP/1.1\r\nHost: x\r\n\r\n")
	p.wantText("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 14\r\ncache-control: no-store\r\nx-other: 1\r\n\r\n")

	other = "x-other: 1\r\n\r\ninjected"
	p.send(get("/x", ""))
	p.wantText("")
	other, name = "", "missing.html"
	p = r.dial().send(get("/x", ""))
	if got := p.take(); !strings.HasPrefix(got, "HTTP/1.1 404 ") || p.ended || returned != 1 {
		t.Errorf("%q, ended %v", got, p.ended)
	}
	name = "."
	p.send(get("/x", ""))
	if got := p.take(); !strings.HasPrefix(got, "HTTP/1.1 404 ") {
		t.Errorf("%q", got)
	}
}

// A request whose answer is a file has had its answer: its body is read past.
func TestServeFileToPost(t *testing.T) {
	dir, data := bigFile(t, 2<<20)
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{Timeout: 2 * second})
	r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, in engine.In) int {
		if re == engine.ReasonHTTP && string(in.Bytes) == "/big" {
			return h1.ServeFile(w, filepath.Join(dir, "big.bin"), "a/b", nil)
		}
		return dummy(w, re, in)
	}
	p := r.dial()
	p.c.SetReading(false)
	p.send("POST /big HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n01234")
	for i := range 40 { // the body is slower than its time, and the file takes longer
		if i == 30 {
			p.send("56789" + get("/next", ""))
		}
		p.c.SetReading(true)
		r.run(1000)
		p.c.SetReading(false)
		r.run(second / 4)
	}
	p.c.SetReading(true)
	r.run(second)
	p.wantFileThen404(data)
	r.wantLog(`a WSI_CREATE
		a SERVER_NEW_CLIENT_INSTANTIATED
		a FILTER_HTTP_CONNECTION /big
		a HTTP_BIND_PROTOCOL
		a HTTP /big
		a HTTP_FILE_COMPLETION
		a HTTP_DROP_PROTOCOL
		a HTTP_BIND_PROTOCOL
		a FILTER_HTTP_CONNECTION /next
		a HTTP_DROP_PROTOCOL
		a HTTP_BIND_PROTOCOL
		a HTTP /next
		a HTTP_DROP_PROTOCOL
		a HTTP_BIND_PROTOCOL`)
}

func bigFile(t *testing.T, n int) (dir string, data []byte) {
	t.Helper()
	data = make([]byte, n)
	rnd := rand.NewChaCha8([32]byte{1})
	_, _ = rnd.Read(data)
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "big.bin"), data, 0o644); err != nil {
		t.Fatal(err)
	}
	return dir, data
}

// wantFileThen404 is what a peer has that asked for a file with that content and
// then for one that is not there.
func (p *peer) wantFileThen404(data []byte) {
	p.r.t.Helper()
	got := p.got.Bytes()
	i := bytes.Index(got, []byte("\r\n\r\n")) + 4
	if len(got) < i+len(data) || !bytes.Equal(got[i:i+len(data)], data) {
		p.r.t.Fatalf("%d bytes arrived", len(got))
	}
	if rest := string(got[i+len(data):]); !strings.HasPrefix(rest, "HTTP/1.1 404 ") {
		p.r.t.Errorf("behind the file: %.80q", rest)
	}
}

// A big file goes out in pieces, at the pace of its reader, and the next
// request waits for its end.
func TestBigFileSlowReader(t *testing.T) {
	dir, data := bigFile(t, 8<<20)
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{Timeout: 5 * second, Mounts: []*engine.Mount{{Mountpoint: "/", Origin: dir, OriginKind: engine.MountFile}}})
	most := 0
	var at *engine.Wsi
	r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, in engine.In) int {
		at = w
		return dummy(w, re, in)
	}
	p := r.dial()
	p.c.SetReading(false)
	p.send(get("/big.bin", "") + get("/missing.txt", ""))
	for range 300 {
		p.c.SetReading(true)
		r.run(1000)
		p.c.SetReading(false)
		r.run(1000)
		most = max(most, at.Queued())
	}
	p.c.SetReading(true)
	r.run(10 * second)
	p.wantFileThen404(data)
	if most > 128<<10 {
		t.Errorf("%d bytes were queued", most)
	}
	if log := r.takeLog(); !strings.Contains(log, "a FILTER_HTTP_CONNECTION /big.bin\na HTTP_FILE_COMPLETION\na HTTP_BIND_PROTOCOL\na FILTER_HTTP_CONNECTION /missing.txt") {
		t.Errorf("%s", log)
	}
}

// Nobody waits for a reader that takes nothing.
func TestBigFileStuckReader(t *testing.T) {
	dir, _ := bigFile(t, 4<<20)
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{Timeout: 5 * second, Mounts: []*engine.Mount{{Mountpoint: "/", Origin: dir, OriginKind: engine.MountFile}}})
	p := r.dial()
	p.c.SetReading(false)
	p.send(get("/big.bin", ""))
	r.run(4 * second)
	if log := r.takeLog(); strings.Contains(log, "CLOSED") {
		t.Fatal("closed too early")
	}
	r.run(12 * second)
	r.wantLog(`a CLOSED_HTTP
		a WSI_DESTROY`)
	r.wantLine("the peer takes nothing")
}

// A file that becomes shorter breaks the connection off: the peer must not
// take what arrived for all of it.
func TestShrinkingFile(t *testing.T) {
	dir, _ := bigFile(t, 4<<20)
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{Mounts: []*engine.Mount{{Mountpoint: "/", Origin: dir, OriginKind: engine.MountFile}}})
	p := r.dial()
	p.c.SetReading(false)
	p.send(get("/big.bin", ""))
	if err := os.Truncate(filepath.Join(dir, "big.bin"), 1000); err != nil {
		t.Fatal(err)
	}
	p.c.SetReading(true)
	r.run(5 * second)
	if !p.ended || p.got.Len() >= 4<<20 {
		t.Errorf("ended %v, %d bytes", p.ended, p.got.Len())
	}
	r.wantLine("it has become shorter")
}

// A program's answers to requests that were sent in one go do not pile up.
func TestPipeliningIsBounded(t *testing.T) {
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{})
	body := strings.Repeat("b", 100_000)
	answered, most := 0, 0
	r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, in engine.In) int {
		if re == engine.ReasonHTTP {
			answered++
			answer(w, body)
			most = max(most, w.Queued())
			return completed(w)
		}
		return 0
	}
	p := r.dial()
	p.c.SetReading(false)
	const n = 300
	p.send(strings.Repeat(get("/", ""), n))
	r.run(second)
	if answered > 10 {
		t.Errorf("%d requests were answered to a peer that does not read", answered)
	}
	p.c.SetReading(true)
	r.run(60 * second)
	if answered != n || p.got.Len() < n*len(body) {
		t.Errorf("%d answered, %d bytes", answered, p.got.Len())
	}
	if most > 512<<10 {
		t.Errorf("%d bytes were queued", most)
	}
}
