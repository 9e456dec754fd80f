package engine_test

import (
	"slices"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop/sim"
)

// Raw connections are doubted only where their user asks for it, and trusted
// for as long again whenever it says so.
func TestRawValidityIsTheUsers(t *testing.T) {
	for _, c := range []struct {
		name   string
		policy *engine.RetryPolicy
		armed  bool // the user calls ValidityConfirmed
		speaks bool // the peer says something each second
		until  int64
	}{
		{"not asked for", &engine.RetryPolicy{PingSecs: 3, HangupSecs: 5}, false, false, 0},
		{"silent", &engine.RetryPolicy{PingSecs: 3, HangupSecs: 5}, true, false, 5},
		{"silent, no pings", &engine.RetryPolicy{HangupSecs: 4}, true, false, 4},
		{"silent, pings too late", &engine.RetryPolicy{PingSecs: 9, HangupSecs: 4}, true, false, 4},
		{"silent, pings only", &engine.RetryPolicy{PingSecs: 3}, true, false, 0},
		{"speaking", &engine.RetryPolicy{PingSecs: 3, HangupSecs: 5}, true, true, 0},
		{"speaking, which nobody asked for", &engine.RetryPolicy{PingSecs: 3, HangupSecs: 5}, false, true, 0},
		{"no policy", nil, true, false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := sim.Test(t)
			n.SetLink(sim.Link{Latency: 50})
			server := newSide(t, n, n.Host("a"), 1, func(o *engine.VhostOptions) {
				listening(o)
				o.Retry = c.policy
			})
			client := newSide(t, n, n.Host("b"), 1, nil)
			server.on = func(w *engine.Wsi, r engine.Reason, _ engine.In) int {
				if (r == engine.ReasonRawAdopt || r == engine.ReasonRawRX) && c.armed {
					w.ValidityConfirmed()
				}
				return 0
			}
			w := client.dial("10.0.0.1")
			client.run(1e5)
			ended := func() bool { return slices.Contains(server.seq, "RAW_CLOSE") }
			for s := int64(1); s < 20; s++ {
				if c.until > 0 && ended() != (s > c.until) {
					t.Fatalf("after %d s, ended: %v", s-1, ended())
				}
				if c.speaks && w.Alive() {
					if err := write(w, []byte("x")); err != nil {
						t.Fatal(err)
					}
				}
				n.Run(n.Now() + 1e6)
			}
			if c.until == 0 && ended() {
				t.Error("ended")
			}
			client.end()
			server.end()
		})
	}
}

// A policy that is taken away while the connection is doubted ends the doubts.
func TestPolicyTakenAway(t *testing.T) {
	n := sim.Test(t)
	n.SetLink(sim.Link{Latency: 50})
	server := newSide(t, n, n.Host("a"), 1, listening)
	client := newSide(t, n, n.Host("b"), 1, func(o *engine.VhostOptions) {
		o.Retry = &engine.RetryPolicy{PingSecs: 1, HangupSecs: 2}
	})
	trusting, err := client.ctx.CreateVhost(client.ctx.Thread(0), engine.VhostOptions{Name: "trusting", Port: engine.NoListen, ListenFD: -1})
	if err != nil {
		t.Fatal(err)
	}
	w := client.dial("10.0.0.1")
	client.run(1e5)
	w.ValidityConfirmed()
	w.SetVhost(trusting)
	n.Run(n.Now() + 5e6)
	if !w.Alive() {
		t.Error("hung up on")
	}
	client.end()
	server.end()
}
