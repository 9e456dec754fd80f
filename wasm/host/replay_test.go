package host_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/lws"
	"github.com/golws/golws/core/role/h1"
	"github.com/golws/golws/core/role/ws"
	"github.com/golws/golws/wasm/host"
)

// The scenarios are in a file of their own: what a peer does, by bytes, and
// which callbacks a program gets for it. Go programs, C programs and programs
// on the module have to get the same.
const (
	scenarioFile = "../../capi/tests/replay/scenarios.json"
	serverInC    = "../../build/out/tests/replay-server"
)

var update = flag.Bool("update", false, "write the callbacks that Go gets into the scenarios")

type step struct {
	Send     string `json:"send,omitempty"`
	Hex      string `json:"hex,omitempty"`
	Until    string `json:"until,omitempty"`     // what the peer waits for
	UntilHex string `json:"until_hex,omitempty"` // the same
	Wait     string `json:"wait,omitempty"`      // for a callback
	EOF      bool   `json:"eof,omitempty"`       // wait for the server's end
	Half     bool   `json:"half,omitempty"`      // end sending
	Close    bool   `json:"close,omitempty"`
}

type scenario struct {
	Name      string   `json:"name"`
	Raw       bool     `json:"raw,omitempty"`
	Steps     []step   `json:"steps"`
	Callbacks []string `json:"callbacks"`
}

// journal is what a server tells of its callbacks.
type journal struct {
	mu    sync.Mutex
	lines []string
	more  chan struct{}
}

func newJournal() *journal { return &journal{more: make(chan struct{}, 1)} }

func (j *journal) add(line string) {
	j.mu.Lock()
	j.lines = append(j.lines, line)
	j.mu.Unlock()
	select {
	case j.more <- struct{}{}:
	default:
	}
}

func (j *journal) take() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.lines)
}

// has waits for a line.
func (j *journal) has(line string) bool {
	limit := time.After(10 * time.Second)
	for !slices.Contains(j.take(), line) {
		select {
		case <-j.more:
		case <-limit:
			return false
		}
	}
	return true
}

// actor is what the program does with a connection.
type actor interface {
	Write(b []byte, wp engine.WriteProtocol) bool
	Writable()
	CloseReason(code int, why string)
	Timer(us int64)
	Status(code int) bool
	Head(length int) bool
	Completed() bool
}

// received is what belongs to a callback.
type received struct {
	data                 []byte
	first, final, binary bool
	remaining            int64
}

// act is the program: what server.c does.
func (j *journal) act(a actor, r engine.Reason, in received) int {
	line := fmt.Sprint(int(r))
	switch r {
	case engine.ReasonProtocolInit, engine.ReasonProtocolDestroy, engine.ReasonGetThreadID, engine.ReasonEventWaitCancelled:
		return 0
	case engine.ReasonReceive, engine.ReasonReceivePong, engine.ReasonWSPeerInitiatedClose, engine.ReasonHTTP, engine.ReasonHTTPBody, engine.ReasonRawRX:
		line += " " + hex.EncodeToString(in.data)
	}
	bit := map[bool]int{true: 1}
	if r == engine.ReasonReceive {
		line += fmt.Sprintf(" %d%d%d %d", bit[in.first], bit[in.final], bit[in.binary], in.remaining)
	}
	j.add(line)
	good := func(ok bool) int { return bit[ok] - 1 }
	word := string(in.data)
	switch r {
	case engine.ReasonReceive:
		wp := engine.WriteText
		if in.binary {
			wp = engine.WriteBinary
		}
		switch word {
		case "close":
			a.CloseReason(3001, "asked")
			return -1
		case "refuse":
			return -1
		case "later":
			a.Writable()
			return 0
		case "timer":
			a.Timer(10_000)
			return 0
		}
		if !in.first {
			wp = engine.WriteContinuation
		}
		if !in.final {
			wp |= engine.WriteNoFin
		}
		return good(a.Write(in.data, wp))
	case engine.ReasonServerWriteable:
		return good(a.Write([]byte("now"), engine.WriteText))
	case engine.ReasonTimer:
		return good(a.Write([]byte("tick"), engine.WriteText))
	case engine.ReasonHTTP:
		switch word {
		case "/post":
			return 0
		case "/refuse":
			return -1
		case "/none":
			return good(a.Status(404) && a.Completed())
		}
		if !a.Head(5) {
			return -1
		}
		a.Writable()
	case engine.ReasonHTTPWriteable:
		return good(a.Write([]byte("hello"), engine.WriteHTTPFinal) && a.Completed())
	case engine.ReasonHTTPBodyCompletion:
		return good(a.Status(200) && a.Completed())
	case engine.ReasonRawRX:
		if word == "quit" {
			return -1
		}
		return good(a.Write(in.data, engine.WriteText))
	}
	return 0
}

// replay plays the peer.
func (s *scenario) replay(t *testing.T, j *journal, web, raw int) {
	t.Helper()
	port := web
	if s.Raw {
		port = raw
	}
	c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	var got []byte
	b := make([]byte, 64<<10)
	for i, st := range s.Steps {
		out, err := hex.DecodeString(strings.ReplaceAll(st.Hex, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		if out = append(out, st.Send...); len(out) > 0 {
			if _, err := c.Write(out); err != nil {
				t.Fatalf("step %d: %v", i, err)
			}
		}
		until, err := hex.DecodeString(st.UntilHex)
		if err != nil {
			t.Fatal(err)
		}
		until = append(until, st.Until...)
		if st.Half {
			if err := c.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
		}
		for len(until) > 0 && !bytes.Contains(got, until) {
			n, err := c.Read(b)
			if got = append(got, b[:n]...); err != nil && !bytes.Contains(got, until) {
				t.Fatalf("step %d: %v; waiting for %q, %q came", i, err, until, got)
			}
		}
		if len(until) > 0 {
			got = got[bytes.Index(got, until)+len(until):]
		}
		for st.EOF {
			n, err := c.Read(b)
			if got = append(got, b[:n]...); err != nil {
				if e, ok := err.(net.Error); ok && e.Timeout() {
					t.Fatalf("step %d: the server does not end", i)
				}
				break
			}
		}
		if st.Wait != "" && !j.has(st.Wait) {
			t.Fatalf("step %d: no callback %s: %q", i, st.Wait, j.take())
		}
		if st.Close {
			_ = c.Close()
		}
	}
	_ = c.Close()
	if !j.has("30") { // WSI_DESTROY
		t.Fatalf("the connection is not destroyed: %q", j.take())
	}
}

// goActor acts on the Go library's wsi.
type goActor struct{ w *lws.Wsi }

func (a goActor) Write(b []byte, wp engine.WriteProtocol) bool { return a.w.Write(b, wp) == nil }
func (a goActor) Writable()                                    { a.w.CallbackOnWritable() }
func (a goActor) CloseReason(code int, why string)             { wsCloseReason(a.w, code, why) }
func (a goActor) Timer(us int64)                               { a.w.SetTimer(us) }
func (a goActor) Status(code int) bool                         { return lws.ReturnStatus(a.w, code, "") == 0 }
func (a goActor) Completed() bool                              { return lws.CompleteTransaction(a.w) == 0 }
func (a goActor) Head(length int) bool                         { return goHead(a.w, length) }

func inGo(t *testing.T, j *journal) (web, raw int, end func()) {
	t.Helper()
	cx, err := lws.New(lws.Config{})
	if err != nil {
		t.Fatal(err)
	}
	h := lws.HandlerFunc(func(w *lws.Wsi, r lws.Reason, in lws.In) int {
		f := w.Fragment()
		return j.act(goActor{w}, r, received{in.Bytes, f.First, f.Final, f.Opcode == 2, int64(f.Remaining)})
	})
	ports := [2]int{}
	for i, o := range []lws.VhostOptions{{Name: "web"}, {Name: "raw", ListenRole: "raw-skt", ListenProtocol: "echo"}} {
		o.Iface = "127.0.0.1"
		o.Protocols = []*lws.Protocol{{Name: "first", Handler: h, RxBufferSize: 8}, {Name: "echo", Handler: h, RxBufferSize: 8}}
		v, err := lws.CreateVhost(cx, o)
		if err != nil {
			t.Fatal(err)
		}
		ports[i] = v.ListenPort()
	}
	done := make(chan error, 1)
	go func() { done <- lws.Run(cx) }()
	return ports[0], ports[1], func() {
		lws.Stop(cx)
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// wasmActor acts on the module's.
type wasmActor struct{ c *host.Call }

func (a wasmActor) ok(name string, args ...uint64) bool {
	n, err := a.c.Invoke(name, append([]uint64{uint64(uint32(a.c.Wsi))}, args...)...)
	return err == nil && n == 0
}

func (a wasmActor) Write(b []byte, wp engine.WriteProtocol) bool {
	return a.c.Write(a.c.Wsi, b, int32(wp)) == nil
}

func (a wasmActor) Writable() { _ = a.c.CallbackOnWritable(a.c.Wsi) }

func (a wasmActor) CloseReason(code int, why string) {
	_, _ = a.c.With("lws_close_reason", 2, []uint64{uint64(uint32(a.c.Wsi)), uint64(code)}, []byte(why))
}

func (a wasmActor) Timer(us int64)       { a.ok("lws_set_timer_usecs", f64bits(float64(us))) }
func (a wasmActor) Status(code int) bool { return a.ok("lws_return_http_status", uint64(code), 0, 0) }
func (a wasmActor) Completed() bool      { return a.ok("lws_http_transaction_completed") }

func (a wasmActor) Head(length int) bool {
	n, err := a.c.With("lws_add_http_common_headers", 2, []uint64{uint64(uint32(a.c.Wsi)), 200, f64bits(float64(length))}, []byte("text/plain"))
	return err == nil && n == 0 && a.ok("lws_finalize_write_http_header")
}

func inModule(t *testing.T, j *journal) (web, raw int, end func()) {
	t.Helper()
	s, err := host.NewServer(context.Background(), program(t, ""), host.Sandbox{})
	if err != nil {
		t.Fatal(err)
	}
	tok := s.Protocol(func(c *host.Call) int {
		return j.act(wasmActor{c}, engine.Reason(c.Reason), received{c.In, c.First(), c.Final(), c.Binary(), c.Remaining})
	})
	protocols := []any{m{"name": "first", "callback": tok, "rx_buffer_size": 8}, m{"name": "echo", "callback": tok, "rx_buffer_size": 8}}
	cx, err := s.CreateContext(m{"options": 1 << 13})
	if err != nil {
		t.Fatal(err)
	}
	ports := [2]int{}
	for i, info := range []m{{"vhost_name": "web"}, {"vhost_name": "raw", "options": 1 << 22, "listen_accept_role": "raw-skt", "listen_accept_protocol": "echo"}} {
		info["port"], info["iface"], info["protocols"] = 0, "127.0.0.1", protocols
		vh, err := s.CreateVhost(cx, info)
		if err != nil {
			t.Fatal(err)
		}
		n, err := s.ListenPort(vh)
		if err != nil {
			t.Fatal(err)
		}
		ports[i] = int(n)
	}
	done := make(chan error, 1)
	go func() { done <- s.Run(context.Background()) }()
	return ports[0], ports[1], func() {
		s.Stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func inC(t *testing.T, j *journal) (web, raw int, end func()) {
	t.Helper()
	if _, err := os.Stat(serverInC); err != nil {
		t.Skip("no server in C: `make programs` builds it")
	}
	cmd := exec.Command(serverInC)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatal("the server in C does not start")
	}
	if _, err := fmt.Sscan(lines.Text(), &web, &raw); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for lines.Scan() {
			j.add(lines.Text())
		}
	}()
	return web, raw, func() {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		<-done
		if err := cmd.Wait(); err != nil {
			t.Errorf("the server in C: %v", err)
		}
	}
}

func TestReplay(t *testing.T) {
	b, err := os.ReadFile(scenarioFile)
	if err != nil {
		t.Fatal(err)
	}
	var all []*scenario
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	for _, way := range []struct {
		name  string
		start func(*testing.T, *journal) (web, raw int, end func())
	}{{"go", inGo}, {"module", inModule}, {"c", inC}} {
		t.Run(way.name, func(t *testing.T) {
			for _, s := range all {
				t.Run(s.Name, func(t *testing.T) {
					j := newJournal()
					web, raw, end := way.start(t, j)
					func() {
						defer end()
						s.replay(t, j, web, raw)
					}()
					got := j.take()
					if *update && way.name == "go" {
						s.Callbacks = got
						return
					}
					if !slices.Equal(got, s.Callbacks) {
						t.Errorf("callbacks\n%q\nwant\n%q", got, s.Callbacks)
					}
				})
			}
		})
	}
	if *update && !t.Failed() {
		var out bytes.Buffer
		for i, s := range all {
			line, err := json.Marshal(s)
			if err != nil {
				t.Fatal(err)
			}
			out.WriteString(map[bool]string{true: "[\n", false: ",\n"}[i == 0])
			out.Write(line)
		}
		out.WriteString("\n]\n")
		if err := os.WriteFile(scenarioFile, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func wsCloseReason(w *lws.Wsi, code int, why string) { ws.SetCloseReason(w, uint16(code), []byte(why)) }

// goHead sends the head of an answer of plain text.
func goHead(w *lws.Wsi, length int) bool {
	b, err := h1.AppendCommonHeaders(w, make([]byte, 0, 1024), 200, "text/plain", int64(length))
	if err == nil {
		b, err = h1.AppendFinalize(w, b)
	}
	return err == nil && w.Write(b, engine.WriteHTTPHeaders) == nil
}
