package host_test

import (
	"bytes"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/wasm/host"
)

// m is an info map.
type m = map[string]any

// echoServer makes a context that listens and echoes, and tells its port.
func (p *pipes) echoServer(extra m) (cx int32, port int32) {
	p.t.Helper()
	tok := p.i.Protocol(func(c *host.Call) int {
		if engine.Reason(c.Reason) == engine.ReasonReceive {
			wp := int32(engine.WriteText)
			if c.Binary() {
				wp = int32(engine.WriteBinary)
			}
			if c.Flags&1 == 0 {
				wp = int32(engine.WriteContinuation)
			}
			if !c.Final() {
				wp |= int32(engine.WriteNoFin)
			}
			if err := c.Write(c.Wsi, c.In, wp); err != nil {
				p.t.Errorf("echo: %v", err)
			}
		}
		return 0
	})
	info := m{"port": 0, "vhost_name": "server", "protocols": []any{m{"name": "echo", "callback": tok}}}
	for k, v := range extra {
		info[k] = v
	}
	cx = p.must(p.i.CreateContext(info))
	vh := p.must(p.i.With("lws_get_vhost_by_name", 1, []uint64{uint64(cx)}, []byte("server")))
	return cx, p.must(p.i.Invoke("lws_get_vhost_listen_port", uint64(vh)))
}

func TestEchoBetweenTwoContexts(t *testing.T) {
	for name, extra := range map[string]m{
		"plain":      {},
		"compressed": {"extensions": []any{m{"name": "permessage-deflate", "client_offer": "permessage-deflate; client_max_window_bits"}}},
	} {
		t.Run(name, func(t *testing.T) {
			p := rig(t, "")
			_, port := p.echoServer(extra)
			var got []byte
			var log []engine.Reason
			sent := [][]byte{[]byte("hello"), {}, bytes.Repeat([]byte("golws "), 30000)}
			n := 0
			tok := p.i.Protocol(func(c *host.Call) int {
				r := engine.Reason(c.Reason)
				if r != engine.ReasonClientReceive {
					log = append(log, r)
				}
				switch r {
				case engine.ReasonClientEstablished:
					if err := c.CallbackOnWritable(c.Wsi); err != nil {
						t.Error(err)
					}
				case engine.ReasonClientWriteable:
					if err := c.Write(c.Wsi, sent[n], int32(engine.WriteBinary)); err != nil {
						t.Error(err)
					}
				case engine.ReasonClientReceive:
					got = append(got, c.In...)
					if c.Final() {
						if !bytes.Equal(got, sent[n]) {
							t.Errorf("message %d: %d bytes came back, %d were sent", n, len(got), len(sent[n]))
						}
						got = nil
						if n++; n == len(sent) {
							return -1
						}
						if err := c.CallbackOnWritable(c.Wsi); err != nil {
							t.Error(err)
						}
					}
				}
				return 0
			})
			info := m{"protocols": []any{m{"name": "echo", "callback": tok}}}
			for k, v := range extra {
				info[k] = v
			}
			cx := p.must(p.i.CreateContext(info))
			if _, err := p.i.Connect(cx, m{"address": "127.0.0.1", "port": port, "path": "/", "protocol": "echo", "userdata": 7}); err != nil {
				t.Fatal(err)
			}
			p.run()
			if n != len(sent) {
				t.Fatalf("%d of %d messages came back; callbacks %v\n%v", n, len(sent), log, p.logs)
			}
			p.pass(10e6)
			want := []engine.Reason{
				engine.ReasonProtocolInit, engine.ReasonWSICreate, engine.ReasonClientHTTPBindProtocol, engine.ReasonServerNewClientInstantiated,
				engine.ReasonGetThreadID, engine.ReasonConnecting,
			}
			for k, r := range want {
				if k >= len(log) || log[k] != r {
					t.Fatalf("callbacks %v, want them to begin with %v", log, want)
				}
			}
			if last := log[len(log)-1]; last != engine.ReasonWSIDestroy {
				t.Errorf("the last callback is %v", last)
			}
			for _, h := range []int32{cx} {
				p.must(p.i.Invoke("lws_context_destroy", uint64(h)))
			}
			p.run()
			if len(p.gone) != 1 {
				t.Errorf("gone: %v", p.gone)
			}
		})
	}
}
