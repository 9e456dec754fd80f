package h1_test

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop/sim"
	"github.com/golws/golws/core/role/h1"
)

var linkWithFaults = sim.Link{Latency: 500, Jitter: 300, ShortRead: 0.4, ShortWrite: 0.4, Segment: 1400}

var stamp = time.Unix(784111777, 0)

// whole is one connection's life: what is sent in whatever pieces must give
// the same answers and callbacks.
func whole(t *testing.T, text string, cut func(left int) int) (wire, log string) {
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/f.txt", []byte(strings.Repeat("file", 30)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(dir+"/f.txt", stamp, stamp); err != nil {
		t.Fatal(err)
	}
	r := newRig(t, engine.Options{})
	r.vhost(engine.VhostOptions{Mounts: []*engine.Mount{{Mountpoint: "/files", Origin: dir, OriginKind: engine.MountFile}}})
	r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, in engine.In) int {
		switch {
		case re == engine.ReasonHTTP && h1.Of(w).Head().Method == "GET", re == engine.ReasonHTTPWriteable:
			return dynamic(w, re, in)
		}
		return bodies(w, re, in)
	}
	p := r.dial()
	for len(text) > 0 && !p.ended {
		n := cut(len(text))
		p.out = append(p.out, text[:n]...)
		p.flush()
		r.run(2000)
		text = text[n:]
	}
	r.run(20_000)
	var out []string
	body := ""
	for _, l := range r.log { // pieces of a body are one
		if b, ok := strings.CutPrefix(l, "a HTTP_BODY "); ok {
			body += b
			continue
		}
		if body != "" {
			out = append(out, "body "+body)
			body = ""
		}
		out = append(out, l)
	}
	return p.take(), strings.Join(out, "\n")
}

func TestAnyPieces(t *testing.T) {
	for i, text := range []string{
		get("/one", "") + "POST /f HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello" + get("/files/f.txt", "") +
			"POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n10;e=f\r\n0123456789abcdef\r\n0\r\nT: u\r\n\r\n" +
			"HEAD /files/f.txt HTTP/1.1\r\nHost: x\r\n\r\n" + "\r\n" + get("/two?a=b", "Connection: close\r\n") + "junk",
		get("/one", "") + "POST /f HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
		get("/one", "") + "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n",
	} {
		wire, log := whole(t, text, func(left int) int { return left })
		if !strings.HasPrefix(wire, "HTTP/1.1 200 OK\r\n") {
			t.Fatalf("%d: %q", i, wire)
		}
		rnd := rand.New(rand.NewPCG(uint64(i), 7))
		for k := range 12 {
			cut := func(left int) int { return min(left, 1+rnd.IntN(1+k*3)) }
			w, l := whole(t, text, cut)
			if w != wire || l != log {
				t.Fatalf("%d, pieces %d:\n%q\nnot\n%q\ncallbacks:\n%s\nnot:\n%s", i, k, w, wire, l, log)
			}
		}
	}
}
