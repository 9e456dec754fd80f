package host_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/wasm/host"
)

func TestWhatIsNotTheModule(t *testing.T) {
	ctx := context.Background()
	for name, code := range map[string][]byte{
		"nothing": nil, "noise": bytes.Repeat([]byte("lws "), 100), "an empty module": []byte("\x00asm\x01\x00\x00\x00"),
		"half of it": module(t, "github.com/golws/golws/wasm", "")[:100000],
	} {
		if _, err := host.Compile(ctx, code, host.Config{}); !errors.Is(err, host.ErrNotModule) {
			t.Errorf("%s: %v", name, err)
		}
	}
	p, err := host.Compile(ctx, module(t, "./testdata/otherabi", ""), host.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close(ctx)
	var v *host.VersionError
	if _, err := p.New(ctx, emptyPipes(t), host.Sandbox{}); !errors.As(err, &v) || v.Major != 2 || v.Minor != 5 {
		t.Errorf("a module of ABI 2.5: %v", err)
	}
}

// refused says that a call was refused with a code and a text.
func refused(t *testing.T, what string, n int32, err error, code host.Code, text string) {
	t.Helper()
	var e *host.Error
	if !errors.As(err, &e) || e.Code != code || !strings.Contains(e.Text, text) {
		t.Errorf("%s: %d, %v; want %v with %q", what, n, err, code, text)
	}
}

func TestInfoThatIsNot(t *testing.T) {
	p := rig(t, "")
	good, err := cbor.Marshal(m{"port": 0, "protocols": []any{m{"name": "x", "callback": 1}}})
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(good) { // cut off anywhere
		_, err := p.i.With("lws_create_context", 0, nil, good[:n])
		refused(t, "truncated", int32(n), err, host.ErrCBOR, "CBOR")
	}
	_, err = p.i.With("lws_create_context", 0, nil, append(bytes.Clone(good), 0))
	refused(t, "bytes behind it", 0, err, host.ErrCBOR, "CBOR")
	_, err = p.i.With("lws_create_context", 0, nil, bytes.Repeat([]byte{0x81}, 500))
	refused(t, "deep", 0, err, host.ErrCBOR, "")
	_, err = p.i.With("lws_create_context", 0, nil, []byte{0x80})
	refused(t, "an array", 0, err, host.ErrCBOR, "")
	_, err = p.i.With("lws_create_context", 0, nil, []byte{0xf6})
	refused(t, "null", 0, err, host.ErrCBOR, "")
	_, err = p.i.With("lws_create_context", 0, nil, make([]byte, 1<<20+1))
	refused(t, "too long", 0, err, host.ErrField, "1 MiB")
	for _, c := range []struct {
		info m
		text string
	}{
		{m{"prot": 1}, "lws_context_creation_info.prot: no such member"},
		{m{"port": "x"}, "lws_context_creation_info.port: not a whole number"},
		{m{"port": 70000}, "port: 70000 is not between"},
		{m{"port": 1.5}, "port: not a whole number"},
		{m{"protocols": m{}}, "protocols: not an array"},
		{m{"protocols": []any{m{"nmae": "x"}}}, "protocols[0].nmae: no such member"},
		{m{"protocols": []any{m{"name": 7}}}, "protocols[0].name: not text"},
		{m{"protocols": []any{7}}, "protocols[0]: not a map"},
		{m{"options": 1 << 10}, "options: 0x400 are not known"},
		{m{"extensions": []any{m{"name": "permessage-bzip2"}}}, `no extension "permessage-bzip2"`},
		{m{"retry_and_idle_policy": m{"secs_since_valid_ping": -1}}, "retry_and_idle_policy.secs_since_valid_ping: -1 is not between"},
		{m{"mounts": []any{m{"mountpoint": "/", "cache_no": "yes"}}}, "mounts[0].cache_no"},
	} {
		_, err := p.i.CreateContext(c.info)
		refused(t, c.text, 0, err, host.ErrField, c.text)
	}
	cx := p.must(p.i.CreateContext(m{"port": 0, "options": 0.0, "vhost_name": "v", "server_string": "s"}))
	for _, info := range []m{{"pt_serv_buf_size": 100}, {"golws_platform_ws": true}} {
		_, err := p.i.CreateVhost(cx, info)
		refused(t, "a context's member for a vhost", 0, err, host.ErrField, "no such member")
	}
	_, err = p.i.CreateVhost(cx, m{"options": 1 << 22, "listen_accept_role": "gopher"})
	refused(t, "no such role", 0, err, host.ErrRefused, "gopher")
	_, err = p.i.CreateVhost(cx, m{"port": 7001, "iface": "eth0"})
	refused(t, "an interface's name", 0, err, host.ErrRefused, "eth0")
	_, err = p.i.Connect(cx, m{"address": "x", "port": 1, "vhost": 12345})
	refused(t, "no such vhost", 0, err, host.ErrHandle, "")
	_, err = p.i.Connect(cx, m{"address": "x", "port": 1, "ssl_connection": 1})
	refused(t, "TLS", 0, err, host.ErrField, "ssl_connection")
	_, err = p.i.Connect(cx, m{"port": 1})
	refused(t, "no address", 0, err, host.ErrRefused, "address")
}

func TestPointersOutOfBounds(t *testing.T) {
	p := rig(t, "")
	cx := p.must(p.i.CreateContext(m{"port": 0}))
	size := uint64(p.i.Memory().Size())
	rx, err := p.i.Raw("golws_rx")
	if err != nil {
		t.Fatal(err)
	}
	block, err := p.i.Raw("golws_alloc", 100)
	if err != nil {
		t.Fatal(err)
	}
	conn := p.must(p.i.NewConn(cx, "192.0.2.1:9", ""))
	for _, at := range []struct{ p, n uint64 }{
		{0, 1}, {8, 100}, {size, 1}, {size - 1, 2}, {0xffffffff, 1}, {rx, 0xffffffff}, {rx, 128<<10 + 1}, {rx - 1, 2},
		{block - 1, 2}, {block, 101}, {block + 100, 1}, {rx, 0x80000000}, {size + 1<<20, 4},
	} {
		n, err := p.i.Invoke("golws_conn_data", uint64(conn), at.p, at.n)
		refused(t, "data", n, err, host.ErrBounds, "")
		n, err = p.i.Invoke("lws_create_context", at.p, at.n)
		refused(t, "info", n, err, host.ErrBounds, "")
		n, err = p.i.Invoke("golws_counters", at.p, at.n)
		refused(t, "counters", n, err, host.ErrBounds, "")
	}
	for _, b := range []uint64{0, rx, block + 1} {
		n, err := p.i.Invoke("golws_free", b)
		refused(t, "free", n, err, host.ErrBounds, "")
	}
	p.must(p.i.Invoke("golws_free", block))
	n, err := p.i.Invoke("golws_free", block)
	refused(t, "freed twice", n, err, host.ErrBounds, "")
	n, err = p.i.Invoke("golws_conn_data", uint64(conn), block, 4)
	refused(t, "a block that is freed", n, err, host.ErrBounds, "")
	p.must(p.i.Invoke("golws_conn_data", uint64(conn), 0xdeadbeef, 0)) // no length, no look
}

func TestStaleHandles(t *testing.T) {
	p := rig(t, "")
	cx, port := p.echoServer(nil)
	var server host.Wsi
	other := p.must(p.i.CreateContext(m{"protocols": []any{m{"name": "echo", "callback": p.i.Protocol(func(c *host.Call) int { return 0 })}}}))
	w, err := p.i.Connect(other, m{"address": "127.0.0.1", "port": port, "protocol": "echo"})
	if err != nil {
		t.Fatal(err)
	}
	p.run()
	conn := p.must(p.i.Invoke("lws_get_socket_fd", uint64(w)))
	p.check(p.i.Write(w, []byte("x"), int32(engine.WriteText)))
	p.run()
	p.must(p.i.Invoke("lws_set_timeout", uint64(w), 1, uint64(uint32(0xfffffffe)))) // LWS_TO_KILL_SYNC
	// Still there until the turn is over, but closed; then gone.
	p.run()
	err = p.i.Write(w, []byte("x"), int32(engine.WriteText))
	if !errors.Is(err, host.ErrHandle) && !errors.Is(err, host.ErrClosed) {
		t.Errorf("a write on a killed wsi: %v", err)
	}
	p.pass(10e6)
	err = p.i.Write(w, []byte("x"), int32(engine.WriteText))
	refused(t, "a wsi that is gone", 0, err, host.ErrHandle, "stale")
	for _, name := range []string{"golws_conn_writable", "lws_get_socket_fd", "lws_callback_on_writable", "lws_context_destroy", "lws_vhost_destroy", "lws_is_final_fragment"} {
		for _, h := range []uint64{0, uint64(conn), uint64(w), 1, 0x7fffffff, 0x80000001, 0xffffffff} {
			n, err := p.i.Invoke(name, h)
			refused(t, name, n, err, host.ErrHandle, "")
		}
	}
	n, err := p.i.Invoke("lws_callback_on_writable", uint64(cx))
	refused(t, "a context for a wsi", n, err, host.ErrHandle, "")
	n, err = p.i.Invoke("lws_context_destroy", uint64(server))
	refused(t, "none", n, err, host.ErrHandle, "")
}

// A handle's number does not come back soon.
func TestHandlesAreNotReused(t *testing.T) {
	p := rig(t, "")
	cx := p.must(p.i.CreateContext(m{"port": -2, "protocols": []any{m{"name": "x", "callback": p.i.Protocol(func(*host.Call) int { return 0 })}}}))
	vh := p.must(p.i.With("lws_get_vhost_by_name", 1, []uint64{uint64(cx)}, []byte("default")))
	seen := map[int32]bool{}
	for range 5000 {
		conn := p.must(p.i.NewConn(cx, "", ""))
		w := p.must(p.i.WithInfo("lws_adopt_descriptor_vhost_via_info", vh, m{"fd": conn, "type": 2}))
		if seen[conn] || seen[w] {
			t.Fatalf("a number came back after %d others", len(seen))
		}
		seen[conn], seen[w] = true, true
		p.check(p.i.Ended(conn, nil))
	}
}

func TestCallingAtTheWrongTime(t *testing.T) {
	p := rig(t, "")
	cx, port := p.echoServer(nil)
	inside := 0
	other := p.must(p.i.CreateContext(m{"protocols": []any{m{"name": "echo", "callback": p.i.Protocol(func(c *host.Call) int {
		if engine.Reason(c.Reason) == engine.ReasonClientEstablished {
			inside++
			conn := p.must(c.Invoke("lws_get_socket_fd", uint64(c.Wsi)))
			for _, name := range []string{"golws_tick", "golws_gc"} {
				n, err := c.Invoke(name)
				refused(t, name, n, err, host.ErrReentered, "")
			}
			n, err := c.Invoke("golws_conn_writable", uint64(conn))
			refused(t, "an event", n, err, host.ErrReentered, "")
			err = c.Instance.Data(conn, []byte("x"))
			refused(t, "data", 0, err, host.ErrReentered, "")
			_, err = c.Instance.NewConn(cx, "", "")
			refused(t, "a new connection", 0, err, host.ErrReentered, "")
			// What is allowed: another context, and its end.
			x := p.must(c.CreateContext(m{"port": -1}))
			p.must(c.Invoke("lws_context_destroy", uint64(x)))
		}
		return 0
	})}}}))
	if _, err := p.i.Connect(other, m{"address": "127.0.0.1", "port": port, "protocol": "echo"}); err != nil {
		t.Fatal(err)
	}
	calling := 0
	p.inSend = func() { // not even what callbacks may
		calling++
		n, err := p.i.Invoke("lws_is_final_fragment", 1)
		refused(t, "a call in conn_send", n, err, host.ErrReentered, "")
		n, err = p.i.Invoke("lws_create_context", 0, 0)
		refused(t, "a context in conn_send", n, err, host.ErrReentered, "")
		n, err = p.i.Invoke("golws_tick")
		refused(t, "a tick in conn_send", n, err, host.ErrReentered, "")
		if v, err := p.i.Raw("golws_abi"); err != nil || v != 1<<16 {
			t.Errorf("golws_abi in conn_send: %d %v", v, err)
		}
	}
	p.run()
	if inside != 1 || calling == 0 {
		t.Errorf("%d callbacks, %d sends", inside, calling)
	}
}

func TestInternalErrorEndsItsContextOnly(t *testing.T) {
	p := rig(t, "golws_test")
	cx, port := p.echoServer(nil)
	_, port2 := p.echoServer(m{"vhost_name": "server"})
	other := p.must(p.i.CreateContext(m{"protocols": []any{m{"name": "echo", "callback": p.i.Protocol(func(*host.Call) int { return 0 })}}}))
	w, err := p.i.Connect(other, m{"address": "127.0.0.1", "port": port, "protocol": "echo"})
	if err != nil {
		t.Fatal(err)
	}
	p.run()
	listening := len(p.lsns)
	n, err := p.i.Invoke("golws_test_panic", uint64(cx))
	refused(t, "the call that met it", n, err, host.ErrDead, "index out of range")
	if logs := strings.Join(p.logs, "\n"); !strings.Contains(logs, "internal error, the context is dead") || !strings.Contains(logs, "goroutine") {
		t.Errorf("logged: %s", logs)
	}
	if len(p.gone) != 1 || !strings.HasSuffix(p.gone[0], "true") || len(p.lsns) != listening-1 {
		t.Errorf("gone: %v, listening on %v", p.gone, p.lsns)
	}
	n, err = p.i.Invoke("lws_context_destroy", uint64(cx))
	refused(t, "the dead context", n, err, host.ErrDead, "")
	_, err = p.i.CreateVhost(cx, m{})
	refused(t, "a vhost of the dead context", 0, err, host.ErrDead, "")
	p.run() // the client sees its connection end
	if err := p.i.Write(w, []byte("x"), 0); !errors.Is(err, host.ErrHandle) && !errors.Is(err, host.ErrClosed) {
		t.Errorf("the peer of a dead context: %v", err)
	}
	// The other contexts go on.
	w, err = p.i.Connect(other, m{"address": "127.0.0.1", "port": port2, "protocol": "echo"})
	if err != nil {
		t.Fatal(err)
	}
	p.run()
	p.check(p.i.Write(w, []byte("still here"), 0))
	p.must(p.i.Invoke("lws_context_destroy", uint64(other)))
}

// The context dies within a callback of its own, with bytes to send, a connect
// under way and a timer: nothing of it is heard again.
func TestInternalErrorInACallback(t *testing.T) {
	for _, at := range []engine.Reason{engine.ReasonEstablished, engine.ReasonReceive, engine.ReasonServerWriteable, engine.ReasonTimer, engine.ReasonHTTPBindProtocol} {
		p := rig(t, "golws_test")
		calls, died := 0, false
		var cx int32
		cb := func(c *host.Call) int {
			r := engine.Reason(c.Reason)
			if calls++; died {
				t.Errorf("%v behind the death in %v", r, at)
			}
			w := uint64(uint32(c.Wsi))
			if r == engine.ReasonEstablished {
				p.must(c.Invoke("lws_set_timer_usecs", w, f64bits(1000)))
				p.check(c.Write(c.Wsi, []byte("pending"), 0))
				p.check(c.CallbackOnWritable(c.Wsi))
				if _, err := c.Connect(cx, m{"address": "nowhere.example", "port": 80, "method": "RAW"}); err != nil {
					t.Error(err)
				}
			}
			if r == at {
				_, err := c.Invoke("golws_test_panic", uint64(cx))
				refused(t, at.String(), 0, err, host.ErrDead, "")
				died = true
			}
			return 0
		}
		cx = p.must(p.i.CreateContext(m{"port": 80, "protocols": []any{m{"name": "x", "callback": p.i.Protocol(cb)}}}))
		peer := p.must(p.i.CreateContext(m{"protocols": []any{m{"name": "x", "callback": p.i.Protocol(func(*host.Call) int { return 0 })}}}))
		w, err := p.i.Connect(peer, m{"address": "192.0.2.1", "port": 80, "protocol": "x"})
		if err != nil {
			t.Fatal(err)
		}
		p.run()
		if err := p.i.Write(w, []byte("x"), 0); err != nil && !died {
			t.Error(err)
		}
		p.pass(30e6)
		if !died || len(p.gone) != 1 || len(p.lsns) != 0 {
			t.Errorf("%v: died %v, gone %v, listening %v", at, died, p.gone, p.lsns)
		}
		p.must(p.i.Invoke("lws_context_destroy", uint64(peer)))
	}
}

func TestLimits(t *testing.T) {
	ctx := context.Background()
	code := module(t, "github.com/golws/golws/wasm", "")
	cache := t.TempDir()
	t.Run("memory", func(t *testing.T) {
		prog, err := host.Compile(ctx, code, host.Config{MaxMemory: 24 << 20, CacheDir: cache})
		if err != nil {
			t.Fatal(err)
		}
		defer prog.Close(ctx)
		p := rigOf(t, prog)
		for range 100 {
			if _, err = p.i.Raw("golws_alloc", 1<<20); err != nil {
				break
			}
		}
		if !errors.Is(err, host.ErrMemory) || !errors.Is(p.i.Err(), host.ErrMemory) {
			t.Errorf("100 MiB in 24: %v", err)
		}
		if _, err := p.i.CreateContext(m{}); !errors.Is(err, host.ErrMemory) {
			t.Errorf("an instance that is over: %v", err)
		}
	})
	t.Run("memory within a callback", func(t *testing.T) {
		prog, err := host.Compile(ctx, code, host.Config{MaxMemory: 24 << 20, CacheDir: cache})
		if err != nil {
			t.Fatal(err)
		}
		defer prog.Close(ctx)
		for _, answer := range []int{0, -1} {
			p := rigOf(t, prog)
			var first error
			more := 0
			cx := p.must(p.i.CreateContext(m{"protocols": []any{m{"name": "x", "callback": p.i.Protocol(func(c *host.Call) int {
				if first != nil {
					more++
				}
				if engine.Reason(c.Reason) != engine.ReasonEventWaitCancelled {
					return 0
				}
				for first == nil {
					_, first = c.Raw("golws_alloc", 1<<20)
				}
				return answer
			})}}}))
			if _, err = p.i.Invoke("lws_cancel_service", uint64(cx)); err == nil {
				err = p.i.Tick()
			}
			// What made the call runs no further: its frames' stack is wherever the call within stopped.
			if !errors.Is(first, host.ErrMemory) || err != first || p.i.Err() != first || more != 0 {
				t.Errorf("answering %d: %v, then %d callbacks and %v; the instance: %v", answer, first, more, err, p.i.Err())
			}
		}
	})
	t.Run("time", func(t *testing.T) {
		// The calls before the one without end have to come to theirs meanwhile.
		prog, err := host.Compile(ctx, code, host.Config{CallTime: time.Second})
		if err != nil {
			t.Fatal(err)
		}
		defer prog.Close(ctx)
		p := rigOf(t, prog)
		// A callback that never comes to an end: the module is asked for more each time.
		cx := p.must(p.i.CreateContext(m{"protocols": []any{m{"name": "x", "callback": p.i.Protocol(func(c *host.Call) int {
			if engine.Reason(c.Reason) == engine.ReasonEventWaitCancelled {
				for {
					if _, err := c.Invoke("lws_get_context", uint64(c.Wsi)); err != nil {
						return -1
					}
				}
			}
			return 0
		})}}}))
		if _, err = p.i.Invoke("lws_cancel_service", uint64(cx)); err == nil {
			err = p.i.Tick()
		}
		if !errors.Is(err, host.ErrTime) {
			t.Errorf("a call without end: %v", err)
		}
	})
}

// closing is a Backend that panics when a connection is closed.
type closing struct{ *pipes }

func (closing) Close(int32) { panic("the backend's") }

// A call that ends the instance may have been through a callback that panicked:
// the panic comes out, and the instance is over nevertheless.
func TestCallbackPanicsAndTheInstanceEnds(t *testing.T) {
	p := emptyPipes(t)
	p.start(program(t, ""), closing{p})
	cx := p.must(p.i.CreateContext(m{"port": -2, "protocols": []any{m{"name": "x", "callback": p.i.Protocol(func(c *host.Call) int {
		if engine.Reason(c.Reason) == engine.ReasonRawRX {
			panic("mine")
		}
		return 0
	})}}}))
	vh := p.must(p.i.With("lws_get_vhost_by_name", 1, []uint64{uint64(cx)}, []byte("default")))
	conn := p.must(p.i.NewConn(cx, "", ""))
	p.must(p.i.WithInfo("lws_adopt_descriptor_vhost_via_info", vh, m{"fd": conn, "type": 2}))
	func() {
		defer func() {
			if r := recover(); r != "mine" {
				t.Errorf("recovered %v", r)
			}
		}()
		err := p.i.Data(conn, []byte("x"))
		t.Errorf("the panic did not come through: %v", err)
	}()
	over := p.i.Err()
	if !errors.Is(over, host.ErrOver) || !strings.Contains(over.Error(), "the backend's") {
		t.Errorf("the instance: %v", over)
	}
	if err := p.i.Tick(); err != over {
		t.Errorf("a call behind it: %v", err)
	}
}

// What was lent lasts until the callback that closes the instance returns, and
// the call around ends; then nothing touches memory that is gone.
func TestClosedInstance(t *testing.T) {
	for _, within := range []bool{true, false} {
		p := rig(t, "")
		var got string
		more := 0
		cb := p.i.Protocol(func(c *host.Call) int {
			if p.i.Err() != nil {
				more++
			}
			if engine.Reason(c.Reason) == engine.ReasonRawRX {
				if err := c.Close(); err != nil {
					t.Error(err)
				}
				got = string(c.In)
			}
			return 0
		})
		cx := p.must(p.i.CreateContext(m{"port": -2, "protocols": []any{m{"name": "x", "callback": cb}}}))
		vh := p.must(p.i.With("lws_get_vhost_by_name", 1, []uint64{uint64(cx)}, []byte("default")))
		conn := p.must(p.i.NewConn(cx, "", ""))
		w := host.Wsi(p.must(p.i.WithInfo("lws_adopt_descriptor_vhost_via_info", vh, m{"fd": conn, "type": 2})))
		if within {
			if err := p.i.Data(conn, []byte("lent")); !errors.Is(err, host.ErrOver) || got != "lent" || more != 0 {
				t.Errorf("closing in a callback: %v, %q, %d callbacks behind it", err, got, more)
			}
		} else if err := p.i.Close(); err != nil {
			t.Error(err)
		}
		_, err := p.i.CreateContext(m{"port": -1})
		_, counters := p.i.Counters()
		for what, err := range map[string]error{
			"Data": p.i.Data(conn, []byte("x")), "Opened": p.i.Opened(conn, errors.New("no")), "CreateContext": err,
			"Write": p.i.Write(w, []byte("x"), 0), "Tick": p.i.Tick(), "Counters": counters,
		} {
			if !errors.Is(err, host.ErrOver) {
				t.Errorf("within %v: %s behind Close: %v", within, what, err)
			}
		}
		if b := p.i.ReceiveBuffer(); b != nil {
			t.Errorf("within %v: a receive buffer of %d bytes", within, len(b))
		}
	}
}

func TestCallbackPanicsOutside(t *testing.T) {
	p := rig(t, "")
	defer func() {
		if r := recover(); r != "mine" {
			t.Errorf("recovered %v", r)
		}
		// The instance has not suffered.
		p.must(p.i.CreateContext(m{"port": -1}))
	}()
	_, _ = p.i.CreateContext(m{"protocols": []any{m{"name": "x", "callback": p.i.Protocol(func(*host.Call) int { panic("mine") })}}})
	t.Error("the panic did not come through")
}
