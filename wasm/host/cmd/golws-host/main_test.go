package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/golws/golws/wasm/host"
)

// The program as it is run: it makes the module where there is none, serves a
// file and echoes.
func TestServesAndEchoes(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.txt"), []byte("from the sandbox"), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ports, done := make(chan int32, 1), make(chan error, 1)
	go func() {
		done <- run(ctx, filepath.Join(t.TempDir(), "sub", "lws.wasm"), dir, "127.0.0.1", 0, host.Config{CacheDir: t.TempDir()}, func(port int32) { ports <- port })
	}()
	var port int32
	select {
	case port = <-ports:
	case err := <-done:
		t.Fatal(err)
	}
	for path, want := range map[string]int{"a.txt": 200, "b.txt": 404} {
		r, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/%s", port, path))
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r.Body)
		_ = r.Body.Close()
		if err != nil || r.StatusCode != want || want == 200 && string(b) != "from the sandbox" {
			t.Errorf("%s: %d %q %v", path, r.StatusCode, b, err)
		}
	}
	c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n\x81\x82\x00\x00\x00\x00hi")
	var got []byte
	for b := make([]byte, 1024); !bytes.HasSuffix(got, []byte("\x81\x02hi")); {
		n, err := c.Read(b)
		if got = append(got, b[:n]...); err != nil {
			t.Fatalf("%v behind %q", err, got)
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestNoModule(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.wasm")
	if err := os.WriteFile(file, []byte("not wasm"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := run(context.Background(), file, ".", "127.0.0.1", 0, host.Config{CacheDir: t.TempDir()}, func(int32) { t.Error("started") })
	if err == nil {
		t.Error("it runs")
	}
}
