package h1_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/role/h1"
)

// worker does a bit of everything that programs do.
func worker(dir string) hook {
	return func(w *engine.Wsi, re engine.Reason, in engine.In) int {
		switch re {
		case engine.ReasonHTTP:
			switch {
			case strings.HasPrefix(string(in.Bytes), "/file"):
				return h1.ServeFile(w, filepath.Join(dir, "www/page.html"), "text/html", nil)
			case strings.HasPrefix(string(in.Bytes), "/status"):
				return max(h1.ReturnStatus(w, 404, "")*-1, -completed(w))
			case h1.Of(w).Head().Method == "POST":
				w.Opaque = 0
				return 0
			}
			return dynamic(w, re, in)
		case engine.ReasonHTTPWriteable:
			if _, ok := w.Opaque.([]string); !ok {
				return 0
			}
			return dynamic(w, re, in)
		case engine.ReasonHTTPBody, engine.ReasonHTTPBodyCompletion:
			if _, ok := w.Opaque.(int); !ok {
				return 0
			}
			return bodies(w, re, in)
		}
		return 0
	}
}

const everything = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n" +
	"POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\nbody" +
	"POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n" +
	"GET /file HTTP/1.1\r\nHost: x\r\n\r\n" +
	"GET /m/page.html HTTP/1.1\r\nHost: x\r\n\r\n" +
	"GET /m/none.html HTTP/1.1\r\nHost: x\r\n\r\n" +
	"GET /p/page.html HTTP/1.1\r\nHost: x\r\n\r\n" +
	"GET /status HTTP/1.1\r\nHost: x\r\n\r\n" +
	"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n" +
	"GET /last HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"

func everythingVhost(r *rig, dir string) engine.VhostOptions {
	return engine.VhostOptions{
		Protocols: []*engine.Protocol{r.protocol("a"), r.protocol("b")},
		Mounts: []*engine.Mount{
			{Mountpoint: "/m", Origin: dir + "/www", OriginKind: engine.MountFile},
			{Mountpoint: "/p", Origin: dir + "/www", Protocol: "b", OriginKind: engine.MountFile},
		},
	}
}

// Callbacks may do anything: at each one in turn the connection is closed, the
// vhost or the context is destroyed, or a turn of the loop is run.
func TestAnythingInCallbacks(t *testing.T) {
	dir := site(t)
	for _, way := range []string{"close now", "close", "linger", "refuse", "destroy vhost", "destroy context", "turn"} {
		for at := 0; ; at++ {
			r := newRig(t, engine.Options{Roles: []engine.Role{&h1.Server{}, &taker{way: "declines"}}})
			v := r.vhost(everythingVhost(r, dir))
			work := worker(dir)
			n, done, ending := 0, false, false
			h := func(w *engine.Wsi, re engine.Reason, in engine.In) int {
				if n++; n == at+1 && re != engine.ReasonWSIDestroy {
					done = true
					switch way {
					case "close now":
						w.CloseNow()
					case "close":
						w.Close()
					case "linger":
						w.CloseLingering()
					case "refuse":
						return -1
					case "destroy vhost":
						v.Destroy(r.ctx.Thread(0))
					case "destroy context":
						ending = true
						r.ctx.Destroy()
					case "turn":
						if err := r.ctx.Thread(0).Service(0); err != nil {
							t.Error(err)
						}
					}
					if !w.Alive() {
						return 0
					}
				}
				return work(w, re, in)
			}
			r.hooks["a"], r.hooks["b"] = h, h
			r.leaves = way == "destroy context"
			p := r.dial()
			p.out = append(p.out, everything...)
			p.flush()
			if err := r.n.Run(r.n.Now() + second); err != nil && !ending {
				t.Fatal(err)
			}
			if !p.ended {
				p.c.Close()
			}
			if err := r.n.Run(r.n.Now() + 8*second); err != nil && !ending {
				t.Fatal(err)
			}
			log := strings.Join(r.log, "\n")
			if done && strings.Count(log, "WSI_CREATE") != strings.Count(log, "WSI_DESTROY") {
				t.Errorf("%s at %d:\n%s", way, at, log)
			}
			if balance := strings.Count(log, "BIND_PROTOCOL") - strings.Count(log, "DROP_PROTOCOL"); done && balance != 0 {
				t.Errorf("%s at %d: %d bindings are not dropped:\n%s", way, at, balance, log)
			}
			if !done {
				if at < 30 {
					t.Fatalf("only %d callbacks:\n%s\n%q", at, log, p.take())
				}
				break
			}
			if t.Failed() {
				return
			}
		}
	}
}

// The same for a client that posts and reads.
func TestAnythingInClientCallbacks(t *testing.T) {
	for _, way := range []string{"close now", "close", "linger", "refuse", "destroy vhost", "destroy context", "turn", "read"} {
		for at := 0; ; at++ {
			r := newRig(t, engine.Options{})
			v := r.vhost(engine.VhostOptions{Port: engine.NoListen, Timeout: 5 * second})
			l := r.listen(80)
			n, done := 0, false
			r.hooks["a"] = func(w *engine.Wsi, re engine.Reason, in engine.In) int {
				if n++; n == at+1 && re != engine.ReasonWSIDestroy {
					done = true
					switch way {
					case "close now":
						w.CloseNow()
					case "close":
						w.Close()
					case "linger":
						w.CloseLingering()
					case "refuse":
						return -1
					case "destroy vhost":
						v.Destroy(r.ctx.Thread(0))
					case "destroy context":
						r.ctx.Destroy()
					case "turn":
						if err := r.ctx.Thread(0).Service(0); err != nil {
							t.Error(err)
						}
					case "read":
						h1.Read(w, 2)
					}
					if !w.Alive() {
						return 0
					}
				}
				switch re {
				case engine.ReasonClientAppendHandshakeHeader:
					hb := in.Value.(*engine.HeaderBuffer)
					hb.B = append(hb.B, "content-length: 5\r\n"...)
					h1.BodyPending(w, true)
					w.CallbackOnWritable()
				case engine.ReasonClientHTTPWriteable:
					h1.BodyPending(w, false)
					if w.Write([]byte("01234"), engine.WriteHTTPFinal) != nil {
						return -1
					}
				}
				return r.usual(w, re, in)
			}
			r.leaves = way == "destroy context"
			_, err := r.ctx.Connect(&engine.ConnectInfo{Address: r.peers.Addr().String(), Port: 80, Method: "POST", Path: "/"})
			r.run(20_000)
			for _, p := range l.peers {
				if !p.ended {
					p.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
				}
			}
			r.run(8 * second)
			log := strings.Join(r.log, "\n")
			if err == nil && strings.Count(log, "WSI_CREATE") != strings.Count(log, "WSI_DESTROY") {
				t.Errorf("%s at %d:\n%s", way, at, log)
			}
			if balance := strings.Count(log, "BIND_PROTOCOL") - strings.Count(log, "DROP_PROTOCOL"); balance != 0 {
				t.Errorf("%s at %d: %d bindings are not dropped:\n%s", way, at, balance, log)
			}
			if !done {
				if at < 12 {
					t.Fatalf("only %d callbacks:\n%s", at, log)
				}
				break
			}
			if t.Failed() {
				return
			}
		}
	}
}

// FuzzServer has a server read anything, in any pieces: it must not panic, and
// leave nothing behind.
func FuzzServer(f *testing.F) {
	f.Add([]byte(everything), byte(7))
	f.Add([]byte("POST /f HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nab"), byte(1))
	f.Add([]byte("GET /%2e%2e/..%2f HTTP/1.0\r\n\r\nGET"), byte(255))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, b []byte, step byte) {
		w, _ := wired(t, engine.VhostOptions{
			Protocols: []*engine.Protocol{{Name: "a", RxBufferSize: 5, Handler: engine.HandlerFunc(worker(dir))}},
			Mounts:    []*engine.Mount{{Mountpoint: "/m", Origin: dir, OriginKind: engine.MountFile}},
		})
		th := w.Thread()
		for len(b) > 0 && w.Alive() {
			n := min(len(b), int(step)+1)
			th.Enter()
			w.Input(append([]byte(nil), b[:n]...))
			th.Leave()
			if err := th.Service(0); err != nil {
				t.Fatal(err)
			}
			b = b[n:]
		}
		if w.Alive() {
			th.Enter()
			w.InputEnded(nil)
			th.Leave()
		}
		ctx := w.Context()
		ctx.Destroy()
		if n := ctx.Live(); n != 0 {
			t.Errorf("%d wsi are left", n)
		}
	})
}

// FuzzClient has a client read anything.
func FuzzClient(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), byte(3))
	f.Add([]byte("HTTP/1.1 103 X\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nA: b\r\n\r\n"), byte(1))
	f.Add([]byte("HTTP/1.0 200\r\n\r\nuntil"), byte(9))
	f.Fuzz(func(t *testing.T, b []byte, step byte) {
		r, l := clientRig(t, nil)
		r.hooks["a"] = r.usual
		r.connect(engine.ConnectInfo{Method: "GET", Path: "/"})
		p := l.peers[0]
		for len(b) > 0 && !p.ended {
			n := min(len(b), int(step)+1)
			p.out = append(p.out, b[:n]...)
			p.flush()
			r.run(2000)
			b = b[n:]
		}
		p.c.Close()
	})
}
