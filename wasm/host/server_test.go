package host_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/lws"
	"github.com/golws/golws/wasm/host"
)

// served runs a server of files and a ws echo on the system's sockets.
func served(t *testing.T, files fs.FS) (s *host.Server, port int) {
	t.Helper()
	s, err := host.NewServer(context.Background(), program(t, ""), host.Sandbox{
		Files: map[string]fs.FS{"/www": files}, Log: func(_, _ int32, text string) { t.Log(text) },
	})
	if err != nil {
		t.Fatal(err)
	}
	echo := s.Protocol(func(c *host.Call) int {
		switch engine.Reason(c.Reason) {
		case engine.ReasonReceive:
			wp := engine.WriteBinary
			if !c.First() {
				wp = engine.WriteContinuation
			}
			if !c.Final() {
				wp |= engine.WriteNoFin
			}
			if c.Write(c.Wsi, c.In, int32(wp)) != nil {
				return -1
			}
		case engine.ReasonHTTPFileCompletion:
			n, err := c.Invoke("lws_http_transaction_completed", uint64(uint32(c.Wsi)))
			if err != nil || n != 0 {
				return -1
			}
		}
		return 0
	})
	cx, err := s.CreateContext(m{
		"port": 0, "iface": "127.0.0.1", "vhost_name": "v", "protocols": []any{m{"name": "echo", "callback": echo}},
		"mounts": []any{m{"mountpoint": "/", "origin": "/www", "origin_protocol": 2}},
	})
	if err != nil {
		t.Fatal(err)
	}
	vh, err := s.With("lws_get_vhost_by_name", 1, []uint64{uint64(cx)}, []byte("v"))
	if err != nil {
		t.Fatal(err)
	}
	n, err := s.ListenPort(vh)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := s.Run(context.Background()); err != nil {
			t.Errorf("run: %v", err)
		}
	})
	t.Cleanup(func() {
		s.Stop()
		wg.Wait()
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s, int(n)
}

func TestServerMeetsNetHTTP(t *testing.T) {
	big := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	_, port := served(t, fstest.MapFS{"a.txt": {Data: []byte("hello")}, "big.txt": {Data: big}})
	for _, c := range []struct {
		path string
		code int
		body []byte
	}{{"a.txt", 200, []byte("hello")}, {"big.txt", 200, big}, {"a.txt", 200, []byte("hello")}} {
		r, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/%s", port, c.path))
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r.Body)
		_ = r.Body.Close()
		if err != nil || r.StatusCode != c.code || !bytes.Equal(b, c.body) {
			t.Errorf("%s: %d, %d bytes, %v", c.path, r.StatusCode, len(b), err)
		}
	}
}

// The Go library's client, with connections that come and go at once.
func TestServerMeetsTheGoLibrary(t *testing.T) {
	_, port := served(t, fstest.MapFS{})
	sizes := []int{0, 1, 125, 126, 5000, 65535, 65536, 300_000}
	const conns = 20
	left := conns
	type session struct {
		n   int
		got []byte
	}
	cx, err := lws.New(lws.Config{})
	if err != nil {
		t.Fatal(err)
	}
	message := func(n int) []byte { return bytes.Repeat([]byte{byte(n)}, sizes[n]) }
	h := func(w *lws.Wsi, r lws.Reason, in lws.In) int {
		s, _ := w.Opaque.(*session)
		switch r {
		case lws.ReasonClientEstablished:
			w.CallbackOnWritable()
		case lws.ReasonClientWriteable:
			if err := w.Write(message(s.n), lws.WriteBinary); err != nil {
				t.Error(err)
			}
		case lws.ReasonClientReceive:
			s.got = append(s.got, in.Bytes...)
			if !w.Fragment().Final {
				return 0
			}
			if !bytes.Equal(s.got, message(s.n)) {
				t.Errorf("message %d: %d bytes came back", s.n, len(s.got))
			}
			s.got = nil
			if s.n++; s.n == len(sizes) {
				return -1
			}
			w.CallbackOnWritable()
		case lws.ReasonClientConnectionError:
			t.Errorf("%s", in.Bytes)
			fallthrough
		case lws.ReasonClientClosed:
			if s.n != len(sizes) {
				t.Errorf("closed behind %d messages", s.n)
			}
			if left--; left == 0 {
				cx.Destroy()
			}
		}
		return 0
	}
	v, err := lws.CreateVhost(cx, lws.VhostOptions{Port: lws.NoListen, Protocols: []*lws.Protocol{{Name: "echo", Handler: lws.HandlerFunc(h)}}})
	if err != nil {
		t.Fatal(err)
	}
	for range conns {
		if _, err := cx.Connect(&lws.ConnectInfo{Vhost: v, Address: "127.0.0.1", Port: port, Path: "/", Protocols: "echo", Opaque: &session{}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := lws.Run(cx); err != nil {
		t.Fatal(err)
	}
	if left != 0 {
		t.Errorf("%d connections are left", left)
	}
}

// The module's client dials a real server, by name.
func TestServerDials(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "from net/http for ", r.Host) }))
	}()
	s, _ := served(t, fstest.MapFS{})
	type end struct{ body, err string }
	done := make(chan end, 2)
	port := l.Addr().(*net.TCPAddr).Port
	s.Post(func() {
		var body strings.Builder
		cx, err := s.CreateContext(m{"options": 1 << 5, "protocols": []any{m{"name": "c", "callback": s.Protocol(func(c *host.Call) int {
			switch engine.Reason(c.Reason) {
			case engine.ReasonReceiveClientHTTP:
				n, err := c.Invoke("lws_http_client_read", uint64(uint32(c.Wsi)), 1024)
				if err != nil || n != 0 {
					return -1
				}
			case engine.ReasonReceiveClientHTTPRead:
				body.Write(c.In)
			case engine.ReasonCompletedClientHTTP:
				done <- end{body: body.String()}
			case engine.ReasonClientConnectionError:
				done <- end{err: string(c.In)}
			}
			return 0
		})}}})
		if err == nil {
			_, err = s.Connect(cx, m{"address": "localhost", "host": "me", "port": port, "path": "/", "method": "GET"})
		}
		if err != nil {
			done <- end{err: err.Error()}
			return
		}
		if _, err := s.Connect(cx, m{"address": "127.0.0.1", "port": 1, "path": "/", "method": "GET"}); err != nil {
			done <- end{err: err.Error()}
		}
	})
	var ends []end
	for range 2 {
		select {
		case e := <-done:
			ends = append(ends, e)
		case <-time.After(10 * time.Second):
			t.Fatalf("only %v ended", ends)
		}
	}
	if !(ends[0].body == "from net/http for me" && strings.Contains(ends[1].err, "refused") || ends[1].body == "from net/http for me" && strings.Contains(ends[0].err, "refused")) {
		t.Errorf("%+v", ends)
	}
}

// A server whose instance is over ends with why.
func TestServerIsOver(t *testing.T) {
	s, err := host.NewServer(context.Background(), program(t, ""), host.Sandbox{})
	if err != nil {
		t.Fatal(err)
	}
	s.Post(func() { _, err = s.Raw("golws_no_such_export") })
	s.Post(func() {
		for s.Err() == nil {
			_, _ = s.Raw("golws_alloc", 1<<28) // its error is the instance's
		}
	})
	if e := s.Run(context.Background()); !errors.Is(e, host.ErrMemory) {
		t.Errorf("%v", e)
	}
	if !errors.Is(err, host.ErrNotModule) {
		t.Errorf("an export that is not there: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
