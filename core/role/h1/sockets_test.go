//go:build linux

package h1_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop"
	"github.com/golws/golws/core/loop/sock"
	"github.com/golws/golws/core/role/h1"
)

// served runs a context over real sockets until the test ends.
func served(t *testing.T, o engine.VhostOptions) (*engine.Context, netip.AddrPort) {
	t.Helper()
	d, err := sock.New(sock.Config{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, err := engine.NewContext(engine.Options{
		Drivers: []loop.Driver{d}, Roles: []engine.Role{&h1.Server{}, &h1.Client{}},
		Random: func([]byte) {}, WallClock: func() int64 { return time.Now().Unix() },
	})
	if err != nil {
		t.Fatal(err)
	}
	th := ctx.Thread(0)
	o.ListenFD, o.Iface, o.SkipInit = -1, "127.0.0.1", true
	v, err := ctx.CreateVhost(th, o)
	if err == nil {
		err = v.InitProtocols(th)
	}
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			if err := th.Service(loop.Forever); err != nil {
				if !errors.Is(err, engine.ErrDestroyed) {
					t.Error(err)
				}
				return
			}
		}
	})
	t.Cleanup(func() {
		ctx.Destroy()
		wg.Wait()
		if n := ctx.Live(); n != 0 {
			t.Errorf("%d wsi are left", n)
		}
	})
	if p := v.Port(); p != nil {
		return ctx, p.Addr().IP
	}
	return ctx, netip.AddrPort{}
}

// echoing answers with what it was asked and sent.
var echoing = engine.HandlerFunc(func(w *engine.Wsi, r engine.Reason, in engine.In) int {
	switch r {
	case engine.ReasonHTTP:
		x := h1.Of(w)
		w.Opaque = []byte(x.Head().Method + " " + string(in.Bytes) + " " + string(x.Custom("x-own")) + "\n")
		if m := x.Head().Method; m != "GET" && m != "HEAD" {
			return 0
		}
	case engine.ReasonHTTPBody:
		w.Opaque = append(w.Opaque.([]byte), in.Bytes...)
		return 0
	case engine.ReasonHTTPBodyCompletion:
	default:
		return dummy(w, r, in)
	}
	b := w.Opaque.([]byte)
	head, err := h1.AppendCommonHeaders(w, make([]byte, 0, 512), 200, "text/plain", int64(len(b)))
	if err == nil {
		head, err = h1.AppendFinalize(w, head)
	}
	if err != nil || w.Write(head, engine.WriteHTTPHeaders) != nil || w.Write(b, engine.WriteHTTPFinal) != nil {
		return -1
	}
	return completed(w)
})

func TestNetHTTPClient(t *testing.T) {
	dir, data := bigFile(t, 3<<20)
	_, addr := served(t, engine.VhostOptions{
		Protocols: []*engine.Protocol{{Name: "a", Handler: echoing}},
		Mounts:    []*engine.Mount{{Mountpoint: "/files", Origin: dir, OriginKind: engine.MountFile}},
	})
	base := "http://" + addr.String()
	tr := &http.Transport{ExpectContinueTimeout: 5 * time.Second}
	c := &http.Client{Transport: tr, Timeout: 20 * time.Second}
	defer tr.CloseIdleConnections()
	body := func(method, path, send string, expect bool) (int, string) {
		t.Helper()
		var in io.Reader
		if send != "" {
			in = io.MultiReader(strings.NewReader(send)) // chunked, as the length is hidden
		}
		q, err := http.NewRequestWithContext(context.Background(), method, base+path, in)
		if err != nil {
			t.Fatal(err)
		}
		q.Header.Set("X-Own", "mine")
		if expect {
			q.Header.Set("Expect", "100-continue")
		}
		a, err := c.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		out, err := io.ReadAll(a.Body)
		if err != nil {
			t.Fatal(err)
		}
		if a.Header.Get("Date") == "" {
			t.Error("no date")
		}
		return a.StatusCode, string(out)
	}
	long := strings.Repeat("0123456789", 50_000)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10 {
				if code, out := body("GET", "/x", "", false); code != 200 || out != "GET /x mine\n" {
					t.Errorf("%d %q", code, out)
				}
				if code, out := body("POST", "/y", "body", true); code != 200 || out != "POST /y mine\nbody" {
					t.Errorf("%d %q", code, out)
				}
				if code, out := body("PUT", "/z", long, false); code != 200 || out != "PUT /z mine\n"+long {
					t.Errorf("%d, %d bytes", code, len(out))
				}
				if code, out := body("HEAD", "/x", "", false); code != 200 || out != "" {
					t.Errorf("%d %q", code, out)
				}
				if code, out := body("GET", "/files/big.bin", "", false); code != 200 || out != string(data) {
					t.Errorf("%d, %d bytes", code, len(out))
				}
			}
		})
	}
	wg.Wait()
}

func TestCurl(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is not installed")
	}
	dir, data := bigFile(t, 1<<20)
	_, addr := served(t, engine.VhostOptions{
		Protocols: []*engine.Protocol{{Name: "a", Handler: echoing}},
		Mounts:    []*engine.Mount{{Mountpoint: "/files", Origin: dir, OriginKind: engine.MountFile}},
	})
	base := "http://" + addr.String()
	run := func(args ...string) string {
		t.Helper()
		out, err := exec.Command(curl, append([]string{"-sS", "-m", "20", "--noproxy", "*"}, args...)...).CombinedOutput()
		if err != nil {
			t.Errorf("%v: %v: %.200s", args, err, out)
		}
		return string(out)
	}
	if out := run("-H", "X-Own: me", base+"/a", base+"/b"); out != "GET /a me\nGET /b me\n" {
		t.Errorf("%q", out)
	}
	if out := run("-w", "%{num_connects}", base+"/a", base+"/b"); out != "GET /a \n1GET /b \n0" {
		t.Errorf("the connection is not used again: %q", out)
	}
	if out := run("-0", base+"/old"); out != "GET /old \n" {
		t.Errorf("%q", out)
	}
	if out := run("-d", "x=y", base+"/form"); out != "POST /form \nx=y" {
		t.Errorf("%q", out)
	}
	big := filepath.Join(dir, "big.bin")
	if out := run("-H", "Expect: 100-continue", "--data-binary", "@"+big, base+"/up"); out != "POST /up \n"+string(data) {
		t.Errorf("%d bytes", len(out))
	}
	if out := run("-T", big, "-H", "Transfer-Encoding: chunked", base+"/up"); out != "PUT /up \n"+string(data) {
		t.Errorf("%d bytes", len(out))
	}
	if out := run(base + "/files/big.bin"); out != string(data) {
		t.Errorf("%d bytes", len(out))
	}
	if out := run("-I", base+"/files/big.bin"); !strings.Contains(out, "content-length: "+strconv.Itoa(len(data))+"\r\n") {
		t.Errorf("%q", out)
	}
	if out := run("--path-as-is", "-o", os.DevNull, "-w", "%{http_code}", base+"/files/../../../../etc/passwd"); out != "200" {
		// "/etc/passwd" of the vhost, which the protocol answers
		t.Errorf("%q", out)
	}
	if out := run("-o", os.DevNull, "-w", "%{http_code}", "-H", "A: "+strings.Repeat("x", 9000), base+"/"); out != "431" {
		t.Errorf("%q", out)
	}
}

// Mounts may be replaced on any thread while requests are answered: each request
// sees one table, and one that comes later the last.
func TestMountsReplacedWhileServed(t *testing.T) {
	table := func(name string) []*engine.Mount {
		return []*engine.Mount{{Mountpoint: "/m", Origin: name + ".invalid/", OriginKind: engine.MountRedirHTTP}}
	}
	ctx, addr := served(t, engine.VhostOptions{
		Protocols: []*engine.Protocol{{Name: "a", Handler: echoing}}, Mounts: table("first"),
	})
	v := ctx.Vhosts()[0]
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	where := func() string {
		resp, err := client.Get("http://" + addr.String() + "/m")
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.Header.Get("Location")
	}
	if got := where(); got != "http://first.invalid/" {
		t.Errorf("%q", got)
	}
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				v.SetMounts(table("second"))
				v.SetMounts(table("third"))
				runtime.Gosched() // where there is one processor only, the others wait for it
			}
		}
	})
	for range 200 {
		if got := where(); got != "http://first.invalid/" && got != "http://second.invalid/" && got != "http://third.invalid/" {
			t.Errorf("%q", got)
		}
	}
	close(stop)
	wg.Wait()
	v.SetMounts(table("last"))
	if got := where(); got != "http://last.invalid/" {
		t.Errorf("%q", got)
	}
}

// asking is a client's protocol that reads all and tells.
type asking struct {
	send []byte
	got  bytes.Buffer
	code int
	err  string
	done chan struct{}
}

func (a *asking) Callback(w *engine.Wsi, r engine.Reason, in engine.In) int {
	switch r {
	case engine.ReasonClientAppendHandshakeHeader:
		if a.send != nil {
			hb := in.Value.(*engine.HeaderBuffer)
			hb.B = append(hb.B, fmt.Sprintf("content-length: %d\r\n", len(a.send))...)
			h1.BodyPending(w, true)
			w.CallbackOnWritable()
		}
	case engine.ReasonClientHTTPWriteable:
		if len(a.send) > 0 {
			n := min(len(a.send), 30_000)
			if w.Write(a.send[:n], engine.WriteHTTP) != nil {
				return -1
			}
			if a.send = a.send[n:]; len(a.send) == 0 {
				h1.BodyPending(w, false)
			}
			w.CallbackOnWritable()
		}
	case engine.ReasonEstablishedClientHTTP:
		a.code = h1.ResponseCode(w)
	case engine.ReasonReceiveClientHTTP:
		if h1.Read(w, 0) < 0 {
			return -1
		}
	case engine.ReasonReceiveClientHTTPRead:
		a.got.Write(in.Bytes)
	case engine.ReasonClientConnectionError:
		a.err = string(in.Bytes)
	case engine.ReasonWSIDestroy:
		close(a.done)
	}
	return 0
}

func TestNetHTTPServer(t *testing.T) {
	long := strings.Repeat("abcdefghij", 100_000)
	srv := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, q *http.Request) {
		switch q.URL.Path {
		case "/chunks":
			for i := 0; i < len(long); i += 50_000 {
				_, _ = io.WriteString(out, long[i:i+50_000])
				out.(http.Flusher).Flush()
			}
		case "/echo":
			_, _ = io.Copy(out, q.Body)
		case "/close":
			c, _, err := out.(http.Hijacker).Hijack()
			if err == nil {
				_ = c.Close()
			}
		default:
			http.NotFound(out, q)
		}
	}))
	defer srv.Close()
	at := srv.Listener.Addr().(*net.TCPAddr)
	for _, c := range []struct {
		method, path string
		send         []byte
		code         int
		got, err     string
	}{
		{"GET", "/chunks", nil, 200, long, ""},
		{"POST", "/echo", []byte(long), 200, long, ""},
		{"HEAD", "/chunks", nil, 200, "", ""},
		{"GET", "/none", nil, 404, "404 page not found\n", ""},
		{"GET", "/close", nil, 0, "", "reading the response: the server closed before it answered"},
	} {
		a := &asking{send: c.send, done: make(chan struct{})}
		ctx, _ := served(t, engine.VhostOptions{Port: engine.NoListen, Protocols: []*engine.Protocol{{Name: "a", Handler: a}}})
		ctx.Thread(0).Loop().Post(func() {
			if _, err := ctx.Connect(&engine.ConnectInfo{Address: "127.0.0.1", Port: at.Port, Method: c.method, Path: c.path}); err != nil {
				t.Error(err)
			}
		})
		select {
		case <-a.done:
		case <-time.After(20 * time.Second):
			t.Fatalf("%s %s hangs", c.method, c.path)
		}
		if a.code != c.code || a.got.String() != c.got || a.err != c.err {
			t.Errorf("%s %s: %d, %d bytes, %q", c.method, c.path, a.code, a.got.Len(), a.err)
		}
	}
}
