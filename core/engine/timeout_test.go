package engine_test

import (
	"math"
	"slices"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop/sim"
)

// A user's timeout cannot take away the limit of the wait for a peer that
// takes nothing, but may shorten it.
func TestUserTimeoutWhileClosing(t *testing.T) {
	for _, c := range []struct {
		reason engine.Timeout
		us     int64
		most   int64
	}{
		{engine.TimeoutNone, 0, engine.FlushTimeout},
		{engine.TimeoutUserReasonBase, 3600e6, engine.FlushTimeout},
		{engine.TimeoutUserReasonBase, 1e6, 1e6},
	} {
		n, server, client := pair(t, sim.Link{Latency: 50, Window: 8 << 10}, 1)
		server.on = func(w *engine.Wsi, r engine.Reason, _ engine.In) int {
			if r == engine.ReasonRawAdopt {
				w.Hold(engine.HoldUser)
			}
			return 0
		}
		w := client.dial("10.0.0.1")
		client.run(1e5)
		if err := write(w, make([]byte, 100<<10)); err != nil {
			t.Fatal(err)
		}
		w.Close()
		client.run(1e5)
		if !w.Alive() {
			t.Fatal("closed before it was flushed")
		}
		w.UserTimeout(c.reason, c.us)
		n.Run(n.Now() + c.most - 2e5)
		if !w.Alive() {
			t.Errorf("%v: closed early", c)
		}
		n.Run(n.Now() + 4e5)
		if w.Alive() || !slices.Contains(client.seq, "RAW_CLOSE") {
			t.Errorf("%v: still there", c)
		}
		client.end()
		server.end()
	}
}

// A time that is later than can be told does not come at once.
func TestFarTimer(t *testing.T) {
	_, server, client := pair(t, sim.Link{Latency: 50}, 1)
	w := client.dial("10.0.0.1")
	client.run(1e5)
	w.SetTimer(math.MaxInt64)
	w.UserTimeout(engine.TimeoutUserReasonBase, math.MaxInt64-1)
	client.run(1e6)
	if !w.Alive() || slices.Contains(client.seq, "TIMER") {
		t.Errorf("callbacks %v", client.seq)
	}
	client.end()
	server.end()
}
