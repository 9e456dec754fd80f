package engine_test

import (
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop/sim"
)

// lateNames answers when the test says so, wanted or not.
type lateNames struct {
	done      []func([]netip.Addr, error)
	cancelled int
}

func (l *lateNames) Resolve(_ string, done func([]netip.Addr, error)) func() {
	l.done = append(l.done, done)
	return func() { l.cancelled++ }
}

// An answer that comes when nobody waits for it any more changes nothing.
func TestResolverAnswersLate(t *testing.T) {
	one := []netip.Addr{netip.MustParseAddr("10.0.0.1")}
	for name, c := range map[string]struct {
		before func(s *side, w *engine.Wsi)
		errs   int
	}{
		"closed":          {func(_ *side, w *engine.Wsi) { w.Close() }, 1},
		"timed out":       {func(s *side, _ *engine.Wsi) { s.net.Run(s.net.Now() + 30e6) }, 1},
		"vhost destroyed": {func(s *side, w *engine.Wsi) { s.vh.Destroy(w.Thread()) }, 1},
		"destroyed":       {func(s *side, _ *engine.Wsi) { s.ctx.Destroy() }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			n := sim.Test(t)
			server := newSide(t, n, n.Host("a"), 1, listening)
			names := &lateNames{}
			client := newSideWith(t, n, n.Host("b"), 1, nil, func(o *engine.Options) { o.Resolver = names })
			w := client.dial("b")
			client.run(1e5)
			c.before(client, w)
			client.run(1e5)
			if names.cancelled != 1 {
				t.Errorf("cancelled %d times", names.cancelled)
			}
			names.done[0](one, nil)
			client.run(1e6)
			if len(client.errs) != c.errs || slices.Contains(client.seq, "CONNECTING") {
				t.Errorf("errors %q, callbacks %v", client.errs, client.seq)
			}
			client.end()
			server.end()
		})
	}
}

// The wsi whose slot is used again is not the one that an answer is for.
func TestResolverAnswersForTheOneThatAsked(t *testing.T) {
	n := sim.Test(t)
	server := newSide(t, n, n.Host("a"), 1, listening)
	names := &lateNames{}
	client := newSideWith(t, n, n.Host("b"), 1, nil, func(o *engine.Options) { o.Resolver = names })
	first := client.dial("b")
	client.run(1e5)
	first.Close()
	client.run(1e5)
	second := client.dial("b")
	client.run(1e5)
	names.done[0](nil, errors.New("not for you"))
	client.run(1e5)
	if !second.Alive() || len(client.errs) != 1 {
		t.Errorf("alive %v, errors %q", second.Alive(), client.errs)
	}
	names.done[1]([]netip.Addr{netip.MustParseAddr("10.0.0.1")}, nil)
	client.run(1e6)
	if !second.Established() {
		t.Error("not connected")
	}
	client.end()
	server.end()
}

// Connections that are begun in any callback of another one come about.
func TestConnectInCallbacks(t *testing.T) {
	for _, at := range []engine.Reason{engine.ReasonWSICreate, engine.ReasonRawSktBindProtocol, engine.ReasonConnecting,
		engine.ReasonRawConnected, engine.ReasonRawRX, engine.ReasonRawWriteable, engine.ReasonRawSktDropProtocol,
		engine.ReasonRawClose, engine.ReasonWSIDestroy, engine.ReasonClientConnectionError, engine.ReasonEventWaitCancelled} {
		n, server, client := pair(t, sim.Link{Latency: 50}, 1)
		server.on = func(w *engine.Wsi, r engine.Reason, _ engine.In) int {
			if r == engine.ReasonRawAdopt {
				w.Write([]byte("hello"), engine.WriteHTTP)
			}
			return 0
		}
		var second *engine.Wsi
		begun, connected := false, false
		client.on = func(w *engine.Wsi, r engine.Reason, _ engine.In) int {
			if r == at && !begun {
				begun = true
				var err error
				if second, err = w.Context().Connect(&engine.ConnectInfo{Address: "10.0.0.1", Port: port, Method: "RAW"}); err != nil {
					t.Errorf("%s: %v", at, err)
				}
			}
			switch r {
			case engine.ReasonRawConnected:
				w.CallbackOnWritable()
				connected = connected || w == second
			case engine.ReasonRawRX:
				w.Close()
			}
			return 0
		}
		client.dial("10.0.0.1")
		client.dial("10.0.0.2") // refused
		client.ctx.Cancel()
		n.Run(n.Now() + 30e6)
		if !begun || !connected {
			t.Errorf("%s: begun %v, connected %v", at, begun, connected)
		}
		client.end()
		server.end()
	}
}
