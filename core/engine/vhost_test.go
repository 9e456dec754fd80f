package engine_test

import (
	"slices"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop/sim"
)

// PROTOCOL_DESTROY comes for the protocols that have started, and for no other.
func TestProtocolsThatDoNotStart(t *testing.T) {
	for _, destroys := range []bool{false, true} {
		n := sim.Test(t)
		s := newSide(t, n, n.Host("a"), 1, nil)
		var seq []string
		protocol := func(name string, refuses bool) *engine.Protocol {
			return &engine.Protocol{Name: name, Handler: engine.HandlerFunc(func(w *engine.Wsi, r engine.Reason, _ engine.In) int {
				if r == engine.ReasonProtocolInit || r == engine.ReasonProtocolDestroy {
					seq = append(seq, name+" "+r.String())
				}
				if r == engine.ReasonProtocolInit && refuses {
					if !destroys {
						return -1
					}
					w.Vhost().Destroy(w.Thread())
				}
				return 0
			})}
		}
		th := s.ctx.Thread(0)
		v, err := s.ctx.CreateVhost(th, engine.VhostOptions{Name: "second", Port: engine.NoListen, ListenFD: -1,
			Protocols: []*engine.Protocol{protocol("a", false), protocol("b", true), protocol("c", false)}})
		if err != nil {
			t.Fatal(err)
		}
		if v.InitProtocols(th) == nil {
			t.Error("started")
		}
		v.Destroy(th)
		s.run(1e5)
		want := []string{"a PROTOCOL_INIT", "b PROTOCOL_INIT", "a PROTOCOL_DESTROY"}
		if destroys { // b had started
			want = append(want, "b PROTOCOL_DESTROY")
		}
		if !slices.Equal(seq, want) {
			t.Errorf("callbacks\n got %v\nwant %v", seq, want)
		}
		s.end()
	}
}
