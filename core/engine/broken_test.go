package engine_test

import (
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop/sim"
)

// Writes behind a failed one answer an error and count for nothing.
func TestWritesBehindAFailedOne(t *testing.T) {
	n, server, client := pair(t, sim.Link{Latency: 50}, 1)
	w := client.dial("10.0.0.1")
	client.run(1e5)
	server.ctx.Destroy()
	w.Hold(engine.HoldUser)
	n.Run(n.Now() + 1e5)
	for _, size := range []int{1, engine.DirectSize} {
		w.Thread().Enter()
		for range 4 {
			w.Write(make([]byte, size), engine.WriteHTTP)
			w.Thread().Flush()
			if n := w.Queued(); n > 4*size {
				t.Errorf("%d bytes queued", n)
			}
		}
		w.Thread().Leave()
	}
	n.Run(n.Now() + 5e6)
	if w.Alive() || w.Queued() != 0 {
		t.Errorf("alive %v, %d queued", w.Alive(), w.Queued())
	}
	client.end()
	server.end()
}
