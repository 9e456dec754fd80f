package host_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/wasm/host"
)

// browser is pipes with WebSockets of its own, which the test drives.
type browser struct {
	*pipes
	conn int32
	did  []string
	full bool
}

func (b *browser) note(format string, a ...any) { b.did = append(b.did, fmt.Sprintf(format, a...)) }

func (b *browser) OpenWS(conn int32, url, protocols string) error {
	b.conn = conn
	b.note("open %s %s", url, protocols)
	return b.refuse
}

func (b *browser) SendWS(_ int32, p []byte, binary bool) (bool, error) {
	b.note("send %.20s %v", p, binary)
	return b.full, nil
}

func (b *browser) CloseWS(_ int32, code int, reason string) { b.note("close %d %s", code, reason) }

func (b *browser) Close(conn int32) { b.note("gone"); b.pipes.Close(conn) }

// onBrowser is a context whose ws clients ride on a browser's WebSockets.
func onBrowser(t *testing.T, cb host.Callback) (b *browser, cx int32) {
	t.Helper()
	b = &browser{pipes: emptyPipes(t)}
	b.start(program(t, ""), b)
	cx = b.must(b.i.CreateContext(m{"golws_platform_ws": true, "pt_serv_buf_size": 10, "protocols": []any{
		m{"name": "first", "callback": b.i.Protocol(cb)}, m{"name": "chat", "callback": b.i.Protocol(cb)},
	}}))
	return b, cx
}

func (b *browser) took(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(b.did, want) {
		t.Fatalf("the platform saw\n%s\nwant\n%s", strings.Join(b.did, "\n"), strings.Join(want, "\n"))
	}
	b.did = nil
}

func TestPlatformWebSocket(t *testing.T) {
	var log []string
	b, cx := onBrowser(t, func(c *host.Call) int {
		r := engine.Reason(c.Reason)
		s := r.String()
		if len(c.In) > 0 && r != engine.ReasonProtocolInit {
			s += fmt.Sprintf(" %q %d", c.In, c.Flags&7)
		}
		log = append(log, s)
		if r == engine.ReasonClientEstablished {
			if err := c.CallbackOnWritable(c.Wsi); err != nil {
				t.Error(err)
			}
		}
		if r == engine.ReasonClientWriteable {
			if err := c.Write(c.Wsi, []byte("hello"), int32(engine.WriteText)); err != nil {
				t.Error(err)
			}
		}
		return 0
	})
	w, err := b.i.Connect(cx, m{"address": "example.com", "port": 8443, "path": "/x?y", "protocol": "other, chat", "ssl_connection": 1})
	if err != nil {
		t.Fatal(err)
	}
	b.run()
	b.took(t, "open wss://example.com:8443/x?y other, chat")
	b.full = true
	b.check(b.i.OpenedWS(b.conn, "chat"))
	b.took(t, "send hello false")
	// Fragments are gathered; nothing may be sent by WRITEABLE while the platform is full.
	if err := b.i.Write(w, []byte("first, "), int32(engine.WriteBinary|engine.WriteNoFin)); err != nil {
		t.Error(err)
	}
	b.check(b.i.CallbackOnWritable(w))
	b.run()
	b.took(t)
	if err := b.i.Write(w, []byte("last"), int32(engine.WriteContinuation)); err != nil {
		t.Error(err)
	}
	b.took(t, "send first, last true")
	if err := b.i.Write(w, nil, int32(engine.WritePing)); err == nil {
		t.Error("a ping was taken")
	}
	b.full = false
	b.check(b.i.Writable(b.conn))
	b.took(t, "send hello false")
	log = nil
	b.check(b.i.MessageWS(b.conn, []byte("0123456789abcde"), true, true, true))
	b.must(b.i.Invoke("lws_rx_flow_control", uint64(w), 0))
	b.check(b.i.MessageWS(b.conn, []byte("kept"), true, true, false))
	want := []string{`CLIENT_RECEIVE "0123456789" 5`, `CLIENT_RECEIVE "abcde" 6`}
	if !slices.Equal(log, want) {
		t.Errorf("%q", log)
	}
	b.must(b.i.Invoke("lws_rx_flow_control", uint64(w), 1))
	b.run()
	if want = append(want, `CLIENT_RECEIVE "kept" 3`); !slices.Equal(log, want) {
		t.Errorf("%q", log)
	}
	log = nil
	b.must(b.i.With("lws_close_reason", 2, []uint64{uint64(w), 4001}, []byte("bye")))
	b.must(b.i.Invoke("golws_close", uint64(w)))
	b.took(t, "close 4001 bye")
	b.check(b.i.ClosedWS(b.conn, 4001, "bye", true))
	b.took(t, "gone")
	want = []string{"WS_CLIENT_DROP_PROTOCOL", "CLIENT_CLOSED", "WSI_DESTROY"}
	if !slices.Equal(log, want) {
		t.Errorf("%q", log)
	}
	if err := b.i.MessageWS(b.conn, []byte("late"), true, true, false); !errors.Is(err, host.ErrHandle) {
		t.Errorf("a message behind the end: %v", err)
	}
}

func TestPlatformWebSocketEnds(t *testing.T) {
	var log []string
	cb := func(c *host.Call) int {
		switch r := engine.Reason(c.Reason); r {
		case engine.ReasonClientConnectionError, engine.ReasonWSPeerInitiatedClose, engine.ReasonClientClosed:
			log = append(log, fmt.Sprintf("%v %q", r, c.In))
		}
		return 0
	}
	for name, x := range map[string]struct {
		do   func(b *browser)
		want []string
	}{
		"refused": {func(b *browser) { b.check(b.i.ClosedWS(b.conn, 1006, "", false)) },
			[]string{`CLIENT_CONNECTION_ERROR "connecting: the platform's WebSocket closed with 1006 "`}},
		"peer": {func(b *browser) { b.check(b.i.OpenedWS(b.conn, "")); b.check(b.i.ClosedWS(b.conn, 1001, "x", true)) },
			[]string{`WS_PEER_INITIATED_CLOSE "\x03\xe9x"`, `CLIENT_CLOSED ""`}},
		"lost": {func(b *browser) { b.check(b.i.OpenedWS(b.conn, "")); b.check(b.i.ClosedWS(b.conn, 1006, "", false)) },
			[]string{`CLIENT_CLOSED ""`}},
		"silent": {func(b *browser) { b.pass(30e6) },
			[]string{`CLIENT_CONNECTION_ERROR "connecting: timed out"`}},
	} {
		t.Run(name, func(t *testing.T) {
			log = nil
			b, cx := onBrowser(t, cb)
			if _, err := b.i.Connect(cx, m{"address": "::1", "port": 80}); err != nil {
				t.Fatal(err)
			}
			b.run()
			x.do(b)
			b.run()
			if !slices.Equal(log, x.want) {
				t.Errorf("%q", log)
			}
			if last := b.did[len(b.did)-1]; last != "gone" || b.did[0] != "open ws://[::1]:80/ " {
				t.Errorf("%q", b.did)
			}
		})
	}
}
