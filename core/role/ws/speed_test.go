package ws

import (
	"errors"
	"testing"
	"unsafe"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop"
	"github.com/golws/golws/core/wire/pmd"
	wire "github.com/golws/golws/core/wire/ws"
)

// rig is a context whose one connection gets bytes by hand, without a network
// in between.
type rig struct {
	loop.Driver // what the tests do not use
	a           loop.Acceptor
	h           loop.Handler
	ctx         *engine.Context
	wrote       int
	now         loop.Micros
}

func (r *rig) Listen(_ loop.ListenSpec, a loop.Acceptor) (loop.Listener, error) {
	r.a = a
	return rigListener{}, nil
}
func (r *rig) Poll(_ loop.Micros, l *loop.Loop) error { l.Polled(); return nil }
func (r *rig) Wake()                                  {}
func (r *rig) Now() loop.Micros                       { return r.now }
func (r *rig) Deadline(loop.Micros)                   {}
func (r *rig) Close() error                           { return nil }

type rigListener struct{}

func (rigListener) Addr() loop.Addr   { return loop.Addr{} }
func (rigListener) Fd() int           { return -1 }
func (rigListener) SetAccepting(bool) {}
func (rigListener) Close() error      { return nil }

type rigConn struct{ r *rig }

func (c rigConn) Write(b []byte) (int, error) {
	c.r.wrote += len(b)
	return len(b), nil
}

func (c rigConn) Writev(v [][]byte) (n int, err error) {
	for _, b := range v {
		n += len(b)
	}
	c.r.wrote += n
	return n, nil
}
func (rigConn) SetReading(bool)   {}
func (rigConn) CloseWrite() error { return errors.New("no half close here") }
func (rigConn) Close()            {}
func (rigConn) Local() loop.Addr  { return loop.Addr{} }
func (rigConn) Remote() loop.Addr { return loop.Addr{} }
func (rigConn) Fd() int           { return -1 }

// echo is an echo protocol that takes fragments together and costs nothing.
type echo struct{}

func (echo) Callback(w *engine.Wsi, r engine.Reason, in engine.In) int {
	if r == engine.ReasonReceive && w.Write(in.Bytes, engine.WriteBinary) != nil {
		return -1
	}
	return 0
}

func (e echo) Fragments(w *engine.Wsi, r engine.Reason, fs []engine.Fragment) (int, int) {
	for i := range fs {
		if ret := e.Callback(w, r, engine.In{Bytes: fs[i].Data}); ret != 0 || w.Stopped() {
			return i + 1, ret
		}
	}
	return len(fs), 0
}

func newRig(t testing.TB, o benchOptions) *rig {
	t.Helper()
	r := &rig{}
	role := &Role{}
	var err error
	r.ctx, err = engine.NewContext(engine.Options{
		Drivers: []loop.Driver{r}, Roles: []engine.Role{&direct{role, o}, role},
		Random: func([]byte) {}, WallClock: func() int64 { return 0 },
	})
	if err != nil {
		t.Fatal(err)
	}
	p := &engine.Protocol{Name: "echo", Handler: echo{}, RxBufferSize: 1 << 20}
	v, err := r.ctx.CreateVhost(r.ctx.Thread(0), engine.VhostOptions{Protocols: []*engine.Protocol{p}, Port: 80, ListenFD: -1})
	if err == nil {
		err = v.InitProtocols(r.ctx.Thread(0))
	}
	if err != nil {
		t.Fatal(err)
	}
	r.h = r.a.Accepted(rigConn{r})
	t.Cleanup(r.ctx.Destroy)
	return r
}

func masked(payload []byte) []byte {
	return wire.AppendFrame(nil, true, 0, wire.OpBinary, payload, true, [4]byte{1, 2, 3, 4})
}

// deliver gives a copy of b to the connection, as it is unmasked in place.
func (r *rig) deliver(buf, b []byte) {
	r.h.Data(buf[:copy(buf, b)])
}

func TestEchoAllocatesNothing(t *testing.T) {
	if raced {
		t.Skip("pools forget at random under the race detector, so allocations mean nothing there")
	}
	for _, tt := range []struct {
		name string
		size int
		n    int
		o    benchOptions
	}{
		{"64 B", 64, 1, benchOptions{}},
		{"64 of 64 B together", 64, 64, benchOptions{}},
		{"64 KiB", 64 << 10, 1, benchOptions{}},
		{"64 B deflated", 64, 1, benchOptions{start: &pmd.Params{}, deflate: &Deflate{}}},
		{"1 KiB deflated", 1 << 10, 1, benchOptions{start: &pmd.Params{}, deflate: &Deflate{}}},
		{"64 KiB deflated", 64 << 10, 1, benchOptions{start: &pmd.Params{}, deflate: &Deflate{}}},
	} {
		r := newRig(t, tt.o)
		var b []byte
		for range tt.n {
			b = append(b, masked(make([]byte, tt.size))...)
		}
		buf := make([]byte, len(b))
		for range 100 {
			r.deliver(buf, b)
		}
		if n := testing.AllocsPerRun(200, func() { r.deliver(buf, b) }); n != 0 {
			t.Errorf("%s: %v allocations", tt.name, n)
		}
		if r.wrote == 0 {
			t.Errorf("%s: nothing was echoed", tt.name)
		}
	}
}

func TestIdleConnectionIsSmall(t *testing.T) {
	if n := unsafe.Sizeof(conn{}); n > 160 {
		t.Errorf("a connection's state has %d bytes", n)
	}
}

func benchmarkEcho(b *testing.B, size, n int, o benchOptions) {
	r := newRig(b, o)
	var frames []byte
	for range n {
		frames = append(frames, masked(make([]byte, size))...)
	}
	buf := make([]byte, len(frames))
	b.ReportAllocs()
	b.SetBytes(int64(size * n))
	for b.Loop() {
		r.deliver(buf, frames)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/message")
}

func BenchmarkEcho64(b *testing.B)        { benchmarkEcho(b, 64, 1, benchOptions{}) }
func BenchmarkEcho64Batch16(b *testing.B) { benchmarkEcho(b, 64, 16, benchOptions{}) }
func BenchmarkEcho1K(b *testing.B)        { benchmarkEcho(b, 1024, 1, benchOptions{}) }
func BenchmarkEcho1KBatch16(b *testing.B) { benchmarkEcho(b, 1024, 16, benchOptions{}) }
func BenchmarkEcho64K(b *testing.B)       { benchmarkEcho(b, 64<<10, 1, benchOptions{}) }
func BenchmarkEcho64Deflated(b *testing.B) { // the peer's frames are not compressed, the answers are
	benchmarkEcho(b, 64, 1, benchOptions{start: &pmd.Params{}, deflate: &Deflate{}})
}
