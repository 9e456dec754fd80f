package h1_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop"
	"github.com/golws/golws/core/loop/sim"
	"github.com/golws/golws/core/role/h1"
)

// sink is a carrier that takes everything and keeps nothing.
type sink struct {
	loop.Conn
	writes, bytes int
}

func (s *sink) Write(b []byte) (int, error) { s.writes++; s.bytes += len(b); return len(b), nil }
func (s *sink) Writev(bs [][]byte) (int, error) {
	s.writes++
	n := 0
	for _, b := range bs {
		n += len(b)
	}
	s.bytes += n
	return n, nil
}
func (*sink) SetReading(bool) {}

// wired is a server's wsi on a sink.
func wired(tb testing.TB, o engine.VhostOptions) (*engine.Wsi, *sink) {
	tb.Helper()
	n := sim.New(1)
	d, e := n.Host("a").Driver(), n.Host("b").Driver()
	ctx, err := engine.NewContext(engine.Options{
		Drivers: []loop.Driver{d}, Roles: []engine.Role{&h1.Server{}},
		Random: func([]byte) {}, WallClock: func() int64 { return 784111777 },
	})
	if err != nil {
		tb.Fatal(err)
	}
	o.Port, o.ListenFD = engine.NoListenServer, -1
	v, err := ctx.CreateVhost(ctx.Thread(0), o)
	if err != nil {
		tb.Fatal(err)
	}
	fd, _ := n.Pair(d, e)
	w, err := ctx.Thread(0).AdoptSocket(v, fd, "", "", nil, nil, nil)
	if err != nil {
		tb.Fatal(err)
	}
	s := &sink{Conn: w.Carrier().(loop.Conn)}
	w.SetCarrier(s)
	tb.Cleanup(ctx.Destroy)
	return w, s
}

var request = []byte("GET /page.html HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n")

// The memory of loops and programs.
var (
	received   [256]byte
	headMemory [512]byte
)

func exchangeOn(w *engine.Wsi) {
	t := w.Thread()
	t.Enter()
	w.Input(received[:copy(received[:], request)])
	t.Leave()
}

var hello = []byte("Hello, world!")

// plain answers at once.
var plain = engine.HandlerFunc(func(w *engine.Wsi, r engine.Reason, _ engine.In) int {
	if r != engine.ReasonHTTP {
		return 0
	}
	b, err := h1.AppendCommonHeaders(w, headMemory[:0], 200, "text/plain", int64(len(hello)))
	if err == nil {
		b, err = h1.AppendFinalize(w, b)
	}
	if err != nil || w.Write(b, engine.WriteHTTPHeaders) != nil || w.Write(hello, engine.WriteHTTPFinal) != nil {
		return -1
	}
	return completed(w)
})

func staticVhost(tb testing.TB, size int) engine.VhostOptions {
	tb.Helper()
	dir := tb.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "page.html"), []byte(strings.Repeat("x", size)), 0o600); err != nil {
		tb.Fatal(err)
	}
	return engine.VhostOptions{
		Protocols: []*engine.Protocol{{Name: "a", Handler: engine.HandlerFunc(func(w *engine.Wsi, r engine.Reason, _ engine.In) int {
			if r == engine.ReasonHTTPFileCompletion {
				return completed(w)
			}
			return 0
		})}},
		Mounts: []*engine.Mount{{Mountpoint: "/", Origin: dir, OriginKind: engine.MountFile}},
	}
}

// What a request on a connection that stays costs: allocations, and writes to
// the carrier. A small file goes out with its head in one.
func TestCost(t *testing.T) {
	for _, c := range []struct {
		name   string
		vhost  engine.VhostOptions
		writes float64
	}{
		{"dynamic", engine.VhostOptions{Protocols: []*engine.Protocol{{Name: "a", Handler: plain}}}, 1},
		{"static 1 KiB", staticVhost(t, 1024), 1},
		{"static 16 KiB", staticVhost(t, 16<<10), 1},
		{"static 64 KiB", staticVhost(t, 64<<10), 1},
		{"static 200 KiB", staticVhost(t, 200<<10), 4},
	} {
		w, s := wired(t, c.vhost)
		exchangeOn(w)
		if h1.Of(w) != nil {
			t.Errorf("%s: an idle connection holds an exchange", c.name)
		}
		s.writes = 0
		const n = 200
		allocs := testing.AllocsPerRun(n-1, func() { exchangeOn(w) })
		if got := float64(s.writes) / n; got != c.writes {
			t.Errorf("%s: %.2f writes for each answer", c.name, got)
		}
		if allocs > 0 && !raceEnabled {
			t.Errorf("%s: %.1f allocations for each request", c.name, allocs)
		}
		t.Logf("%s: %.1f allocations, %.1f writes", c.name, allocs, c.writes)
	}
}

func BenchmarkDynamic(b *testing.B) {
	w, _ := wired(b, engine.VhostOptions{Protocols: []*engine.Protocol{{Name: "a", Handler: plain}}})
	b.ReportAllocs()
	for b.Loop() {
		exchangeOn(w)
	}
}

func BenchmarkStatic1KiB(b *testing.B) {
	w, _ := wired(b, staticVhost(b, 1024))
	b.ReportAllocs()
	for b.Loop() {
		exchangeOn(w)
	}
}
