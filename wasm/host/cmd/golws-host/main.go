// Command golws-host serves the files of a directory, and a WebSocket echo
// beside them (subprotocol "echo", or none), from inside lws.wasm: the module
// speaks the protocols in wazero's sandbox, with a limit on its memory, and sees
// of the file system that directory alone.
//
//	go run ./wasm/host/cmd/golws-host -dir docs -port 7681
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/wasm/host"
)

func main() {
	port := flag.Int("port", 7681, "to listen on; 0 for any")
	iface := flag.String("iface", "127.0.0.1", "address to listen on")
	dir := flag.String("dir", ".", "whose files are served")
	module := flag.String("module", "build/out/lws.wasm", "the module; made by the Go tools where it is not there")
	memory := flag.Int64("memory", 64, "MiB that the module may use")
	limit := flag.Duration("call-time", 0, "that one call into the module may take; 0 for no limit")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	started := func(port int32) {
		fmt.Printf("serving %s and a ws echo on http://%s:%d/ from inside %s\n", *dir, *iface, port, *module)
	}
	if err := run(ctx, *module, *dir, *iface, *port, host.Config{MaxMemory: *memory << 20, CallTime: *limit}, started); err != nil {
		fmt.Fprintln(os.Stderr, "golws-host:", err)
		os.Exit(1)
	}
}

// run serves until ctx is done; started is told the port.
func run(ctx context.Context, module, dir, iface string, port int, cfg host.Config, started func(port int32)) (err error) {
	code, err := load(module)
	if err != nil {
		return err
	}
	if d, err := os.UserCacheDir(); err == nil && cfg.CacheDir == "" {
		cfg.CacheDir = filepath.Join(d, "golws")
	}
	p, err := host.Compile(ctx, code, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close(context.Background())) }()
	s, err := host.NewServer(ctx, p, host.Sandbox{
		Files: map[string]fs.FS{"/www": os.DirFS(dir)}, Stderr: os.Stderr,
		Log: func(level, _ int32, text string) { fmt.Fprintln(os.Stderr, text) },
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	type m = map[string]any
	cx, err := s.CreateContext(m{
		"port": port, "iface": iface, "vhost_name": "files",
		"protocols": []any{m{"name": "http", "callback": s.Protocol(requests)}, m{"name": "echo", "callback": s.Protocol(echo)}},
		"mounts":    []any{m{"mountpoint": "/", "origin": "/www", "origin_protocol": 2, "extra_mimetypes": []any{m{"name": "*", "value": "application/octet-stream"}}}},
	})
	if err != nil {
		return err
	}
	vh, err := s.With("lws_get_vhost_by_name", 1, []uint64{uint64(cx)}, []byte("files"))
	if err != nil {
		return err
	}
	at, err := s.ListenPort(vh)
	if err != nil {
		return err
	}
	started(at)
	return s.Run(ctx)
}

// requests is the protocol of HTTP, and of WebSockets that name none: what no
// file answers is 404.
func requests(c *host.Call) int {
	if engine.Reason(c.Reason) != engine.ReasonHTTP {
		return echo(c)
	}
	w := uint64(uint32(c.Wsi))
	if n, err := c.Invoke("lws_return_http_status", w, 404, 0, 0); err != nil || n != 0 {
		return -1
	}
	n, err := c.Invoke("lws_http_transaction_completed", w)
	if err != nil || n != 0 {
		return -1
	}
	return 0
}

// echo sends back what comes, piece by piece.
func echo(c *host.Call) int {
	if engine.Reason(c.Reason) != engine.ReasonReceive {
		return 0
	}
	wp := engine.WriteText
	if c.Binary() {
		wp = engine.WriteBinary
	}
	if !c.First() {
		wp = engine.WriteContinuation
	}
	if !c.Final() {
		wp |= engine.WriteNoFin
	}
	if err := c.Write(c.Wsi, c.In, int32(wp)); err != nil {
		return -1
	}
	return 0
}

// load reads the module, or has the Go tools make it.
func load(path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return b, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	cmd := exec.Command("go", "build", "-buildmode=c-shared", "-ldflags=-s -w", "-o", path, "github.com/golws/golws/wasm")
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("building %s: %w", path, err)
	}
	return os.ReadFile(path)
}
