package host_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/golws/golws/wasm/host"
)

// built builds a module once for each set of tags.
var built struct {
	sync.Mutex
	dir  string
	code map[string][]byte
}

func TestMain(m *testing.M) {
	code := m.Run()
	if built.dir != "" {
		_ = os.RemoveAll(built.dir)
	}
	os.Exit(code)
}

// module is lws.wasm; with tags a variant of it.
func module(t testing.TB, pkg, tags string) []byte {
	t.Helper()
	built.Lock()
	defer built.Unlock()
	key := pkg + " " + tags
	if b := built.code[key]; b != nil {
		return b
	}
	if built.code == nil {
		var err error
		if built.dir, err = os.MkdirTemp("", "lws-wasm"); err != nil {
			t.Fatal(err)
		}
		built.code = map[string][]byte{}
	}
	out := filepath.Join(built.dir, fmt.Sprint(len(built.code), ".wasm"))
	cmd := exec.Command("go", "build", "-tags="+tags, "-buildmode=c-shared", "-ldflags=-s -w", "-o", out, pkg)
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0")
	if msg, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, msg)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	built.code[key] = b
	return b
}

var programs struct {
	sync.Mutex
	m map[string]*host.Program
}

// program is the module compiled, once for all tests.
func program(t testing.TB, tags string) *host.Program {
	t.Helper()
	code := module(t, "github.com/golws/golws/wasm", tags)
	programs.Lock()
	defer programs.Unlock()
	if p := programs.m[tags]; p != nil {
		return p
	}
	p, err := host.Compile(context.Background(), code, host.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if programs.m == nil {
		programs.m = map[string]*host.Program{}
	}
	programs.m[tags] = p
	return p
}

// pipes is a Backend that joins what one instance opens to what it listens on,
// in memory, with a clock that the test moves.
type pipes struct {
	t       testing.TB
	i       *host.Instance
	now     int64
	due     int64
	lsns    map[string]int32 // by port
	peers   map[int32]int32
	outside map[int32]func(b []byte) // conns whose other end is the test
	todo    []func()
	window  map[int32]int // bytes that a conn takes before it is full; none: all
	paused  map[int32]bool
	held    map[int32][][]byte
	gone    []string
	names   map[string]string
	port    int
	sent    int
	logs    []string
	refuse  error
	inSend  func()
	closed  map[int32]bool
	strange bool // the embedder makes mistakes: errors are answers
}

// rig is an instance on pipes.
func rig(t testing.TB, tags string) *pipes {
	t.Helper()
	return rigOf(t, program(t, tags))
}

func rigOf(t testing.TB, prog *host.Program) *pipes {
	t.Helper()
	p := emptyPipes(t)
	p.start(prog, p)
	return p
}

func emptyPipes(t testing.TB) *pipes {
	return &pipes{
		t: t, now: 1e6, lsns: map[string]int32{}, peers: map[int32]int32{}, outside: map[int32]func([]byte){},
		window: map[int32]int{}, paused: map[int32]bool{}, held: map[int32][][]byte{}, names: map[string]string{}, port: 7000, closed: map[int32]bool{},
	}
}

// start makes the instance, with b, which is or embeds p, under it.
func (p *pipes) start(prog *host.Program, b host.Backend) {
	p.t.Helper()
	i, err := prog.New(context.Background(), b, host.Sandbox{
		Log: func(_, _ int32, text string) { p.logs = append(p.logs, text) },
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.i = i
	p.t.Cleanup(func() {
		if err := i.Close(); err != nil {
			p.t.Errorf("closing the instance: %v", err)
		}
	})
}

func (p *pipes) later(f func()) { p.todo = append(p.todo, f) }

// run delivers until nothing is left.
func (p *pipes) run() {
	p.t.Helper()
	for n := 0; ; n++ {
		if n > 1e6 {

			p.t.Fatal("it does not come to rest")
		}
		if len(p.todo) > 0 {
			f := p.todo[0]
			p.todo = p.todo[1:]
			f()
			continue
		}
		if p.due != 0 && p.due <= p.now {
			p.check(p.i.Tick())
			continue
		}
		return
	}
}

// pass lets time pass, with the ticks that are asked for.
func (p *pipes) pass(us int64) {
	p.t.Helper()
	end := p.now + us
	for p.run(); p.due != 0 && p.due <= end; p.run() {
		p.now = max(p.now, p.due)
	}
	p.now = end
	p.run()
}

// check fails the test for errors but that a conn was closed meanwhile.
func (p *pipes) check(err error) {
	p.t.Helper()
	if err != nil && !p.strange && !strings.Contains(err.Error(), "stale") {
		p.t.Fatalf("%v\n%s", err, strings.Join(p.logs, "\n"))
	}
}

func (p *pipes) must(n int32, err error) int32 {
	p.t.Helper()
	if err != nil && !p.strange {
		p.t.Fatalf("%v\n%s", err, strings.Join(p.logs, "\n"))
	}
	return n
}

func (p *pipes) Open(conn int32, addr, local string) error {
	if p.refuse != nil {
		return p.refuse
	}
	p.later(func() {
		lsn, ok := p.lsns[place(addr)]
		if !ok {
			p.check(p.i.Opened(conn, fmt.Errorf("nobody listens on %s", addr)))
			return
		}
		other := p.must(p.i.NewConn(lsn, "192.0.2.7:1234", addr))
		p.peers[conn], p.peers[other] = other, conn
		ok, err := p.i.Accepted(lsn, other)
		p.check(err)
		if !ok {
			delete(p.peers, conn)
		}
		p.check(p.i.Opened(conn, nil))
	})
	return nil
}

// place is what an address is listened on by: its port, or a path as it is.
func place(addr string) string {
	return addr[max(0, strings.LastIndexByte(addr, ':')):]
}

// lives fails the test where the module names a conn that it has closed.
func (p *pipes) lives(what string, conn int32) {
	if p.closed[conn] {
		p.t.Errorf("%s for the conn %d, which is closed", what, conn)
	}
}

func (p *pipes) Send(conn int32, pieces [][]byte) (int, error) {
	p.lives("send", conn)
	p.sent++
	if p.inSend != nil {
		p.inSend()
	}
	var b []byte
	for _, x := range pieces {
		b = append(b, x...)
	}
	if w, ok := p.window[conn]; ok && w < len(b) {
		b = b[:w]
	}
	if _, ok := p.window[conn]; ok {
		p.window[conn] -= len(b)
	}
	if f := p.outside[conn]; f != nil {
		f(b)
		return len(b), nil
	}
	to, ok := p.peers[conn]
	if !ok {
		return 0, fmt.Errorf("no peer")
	}
	p.later(func() { p.deliver(to, b) })
	return len(b), nil
}

func (p *pipes) deliver(to int32, b []byte) {
	if p.paused[to] {
		p.held[to] = append(p.held[to], b)
		return
	}
	p.check(p.i.Data(to, b))
}

func (p *pipes) Shutdown(conn int32) {
	p.lives("shutdown", conn)
	if to, ok := p.peers[conn]; ok {
		p.later(func() { p.check(p.i.Ended(to, nil)) })
	}
}

func (p *pipes) Reading(conn int32, on bool) {
	p.lives("reading", conn)
	p.paused[conn] = !on
	if on {
		p.later(func() {
			for len(p.held[conn]) > 0 && !p.paused[conn] {
				b := p.held[conn][0]
				p.held[conn] = p.held[conn][1:]
				p.check(p.i.Data(conn, b))
			}
		})
	}
}

func (p *pipes) Close(conn int32) {
	p.lives("close", conn)
	p.closed[conn] = true
	if to, ok := p.peers[conn]; ok {
		delete(p.peers, conn)
		delete(p.peers, to)
		p.later(func() { p.check(p.i.Ended(to, nil)) })
	}
	delete(p.paused, conn)
	delete(p.held, conn)
	delete(p.outside, conn)
}

func (p *pipes) Listen(lsn int32, addr string, _, _ bool) (int, error) {
	port := place(addr)
	if port == ":0" {
		p.port++
		port = fmt.Sprint(":", p.port)
	}
	if _, ok := p.lsns[port]; ok {
		return 0, fmt.Errorf("port %s is in use", port)
	}
	n := 0
	if _, err := fmt.Sscanf(port, ":%d", &n); err != nil && strings.HasPrefix(port, ":") {
		return 0, err
	}
	p.lsns[port] = lsn
	return n, nil
}

func (p *pipes) CloseListener(lsn int32) {
	for k, v := range p.lsns {
		if v == lsn {
			delete(p.lsns, k)
		}
	}
}

func (p *pipes) Resolve(qry int32, name string) error {
	p.later(func() {
		if a, ok := p.names[name]; ok {
			p.check(p.i.Resolved(qry, a, nil))
			return
		}
		p.check(p.i.Resolved(qry, "", fmt.Errorf("there is no %s", name)))
	})
	return nil
}

func (p *pipes) CancelResolve(int32) {}
func (p *pipes) Now() int64          { return p.now }
func (p *pipes) Deadline(at int64)   { p.due = at }
func (p *pipes) ContextGone(cx int32, dead bool) {
	p.gone = append(p.gone, fmt.Sprintf("%d %v", cx, dead))
}
