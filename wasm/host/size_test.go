package host_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/wasm/host"
)

// What the issue allows the module.
const (
	mostBytes   = 2_000_000 // gzip -9
	mostIdle    = 2048      // bytes for an idle connection
	measureTool = "../measure/measure.mjs"
)

func TestSize(t *testing.T) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, 9)
	if err != nil {
		t.Fatal(err)
	}
	code := module(t, "github.com/golws/golws/wasm", "")
	if _, err := z.Write(code); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes, %d by gzip -9", len(code), b.Len())
	if b.Len() > mostBytes {
		t.Errorf("%d bytes by gzip -9, at most %d are meant", b.Len(), mostBytes)
	}
}

// allowed are the imports that the module may have: what ABI.md says of
// golws, and what Go's runtime and os.Open need of WASI.
var allowed = []string{
	"golws.callback", "golws.clock", "golws.conn_close", "golws.conn_open", "golws.conn_reading", "golws.conn_send",
	"golws.conn_shutdown", "golws.context_gone", "golws.deadline", "golws.listen", "golws.listen_close", "golws.log",
	"golws.random", "golws.resolve", "golws.resolve_cancel", "golws.ws_close", "golws.ws_open", "golws.ws_send",
	"wasi_snapshot_preview1.args_get", "wasi_snapshot_preview1.args_sizes_get", "wasi_snapshot_preview1.clock_time_get",
	"wasi_snapshot_preview1.environ_get", "wasi_snapshot_preview1.environ_sizes_get", "wasi_snapshot_preview1.fd_close",
	"wasi_snapshot_preview1.fd_fdstat_get", "wasi_snapshot_preview1.fd_fdstat_set_flags", "wasi_snapshot_preview1.fd_filestat_get",
	"wasi_snapshot_preview1.fd_prestat_dir_name", "wasi_snapshot_preview1.fd_prestat_get", "wasi_snapshot_preview1.fd_read",
	"wasi_snapshot_preview1.fd_write", "wasi_snapshot_preview1.path_filestat_get", "wasi_snapshot_preview1.path_open",
	"wasi_snapshot_preview1.poll_oneoff", "wasi_snapshot_preview1.proc_exit", "wasi_snapshot_preview1.random_get",
	"wasi_snapshot_preview1.sched_yield",
}

func TestImports(t *testing.T) {
	page, err := os.ReadFile("../ABI.md")
	if err != nil {
		t.Fatal(err)
	}
	names := program(t, "").Imports()
	for _, n := range names {
		if !slices.Contains(allowed, n) {
			t.Errorf("the module asks for %s", n)
		}
	}
	for _, n := range allowed {
		if !slices.Contains(names, n) {
			t.Errorf("the module does not ask for %s any more", n)
		}
		if m, ok := strings.CutPrefix(n, "golws."); ok && !bytes.Contains(page, []byte("`"+m+"(")) {
			t.Errorf("ABI.md does not have %s", m)
		}
	}
}

// Every export is on the page.
func TestExportsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../ABI.md")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for name := range program(t, "").Signatures() {
		if n++; !bytes.Contains(page, []byte(name)) {
			t.Errorf("ABI.md does not have %s", name)
		}
	}
	if n < 70 {
		t.Errorf("only %d exports", n)
	}
}

// messages sends n echoes of size bytes and answers the module's allocations.
func messages(t *testing.T, p *pipes, w host.Wsi, n, size int) float64 {
	t.Helper()
	b := bytes.Repeat([]byte("x"), size)
	count := func() float64 {
		c, err := p.i.Counters()
		if err != nil {
			t.Fatal(err)
		}
		return c[0]
	}
	before := count()
	for range n {
		p.check(p.i.Write(w, b, int32(engine.WriteBinary)))
		p.run()
	}
	return count() - before
}

func TestMessagesAllocateNothing(t *testing.T) {
	p := rig(t, "")
	_, port := p.echoServer(nil)
	got := 0
	cx := p.must(p.i.CreateContext(m{"protocols": []any{m{"name": "echo", "callback": p.i.Protocol(func(c *host.Call) int {
		if engine.Reason(c.Reason) == engine.ReasonClientReceive && c.Final() {
			got++
		}
		return 0
	})}}}))
	w, err := p.i.Connect(cx, m{"address": "127.0.0.1", "port": port, "protocol": "echo"})
	if err != nil {
		t.Fatal(err)
	}
	p.run()
	for _, size := range []int{0, 64, 5000, 60000} {
		messages(t, p, w, 100, size)
		got = 0
		n := messages(t, p, w, 1000, size)
		t.Logf("%d bytes: %.4f allocations for an echo by client and server", size, n/1000)
		if n > 10 || got != 1000 {
			t.Errorf("%.0f allocations for 1000 echoes of %d bytes, %d came back", n, size, got)
		}
	}
}

// In Node, from the file to the module and back. How long that takes is told, not
// judged: `make bench` does that, where the machine is quiet.
func TestInNode(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node here")
	}
	file := filepath.Join(t.TempDir(), "lws.wasm")
	if err := os.WriteFile(file, module(t, "github.com/golws/golws/wasm", ""), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(node, "--no-warnings", measureTool, file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var r struct {
		Start    float64 `json:"start_ms"`
		Call     float64 `json:"getter_ns"`
		Callback float64 `json:"receive_ns"`
		Echo     float64 `json:"echo_ns"`
		Mallocs  float64
		Idle     float64 `json:"idle_bytes"`
		Memory   []float64
		Left     []float64
	}
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if r.Mallocs > 10 {
		t.Errorf("%.0f allocations for 100,000 echoes", r.Mallocs)
	}
	if r.Idle <= 0 || r.Idle > mostIdle {
		t.Errorf("%.0f bytes for an idle connection", r.Idle)
	}
	if len(r.Memory) != 10 || slices.Max(r.Memory) > r.Memory[0] {
		t.Errorf("memory after each thousand of connections: %.0f", r.Memory)
	}
	if len(r.Left) == 0 || slices.Max(r.Left) != 0 {
		t.Errorf("left behind: %v", r.Left)
	}
	t.Logf("start %.0f ms, call %.0f ns, callback %.0f ns, echo %.0f ns, idle connection %.0f bytes, memory %.1f MB",
		r.Start, r.Call, r.Callback, r.Echo, r.Idle, r.Memory[0]/1e6)
}

// What was compiled once is not compiled again: the second time nothing is written.
func TestCompiledModuleIsKept(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	var kept [2]map[string]time.Time
	for i := range kept {
		p, err := host.Compile(ctx, module(t, "github.com/golws/golws/wasm", ""), host.Config{CacheDir: dir})
		if err != nil {
			t.Fatal(err)
		}
		r := rigOf(t, p)
		r.must(r.i.CreateContext(m{"port": -1}))
		if err := r.i.Close(); err != nil {
			t.Error(err)
		}
		if err := p.Close(ctx); err != nil {
			t.Error(err)
		}
		kept[i] = map[string]time.Time{}
		err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			info, err := d.Info()
			if err == nil && info.Size() > 0 {
				kept[i][path] = info.ModTime()
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(kept[0]) == 0 || !maps.Equal(kept[0], kept[1]) {
		t.Errorf("kept after the first time: %v; after the second: %v", kept[0], kept[1])
	}
}
