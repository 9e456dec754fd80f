package engine_test

import (
	"slices"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop/sim"
)

// A parent is told of a child's end behind the child's own callback, whoever
// began it, and takes its children with it.
func TestChildClosing(t *testing.T) {
	for name, end := range map[string]func(parent, child *engine.Wsi){
		"child":                    func(_, child *engine.Wsi) { child.Close() },
		"parent":                   func(parent, _ *engine.Wsi) { parent.Close() },
		"parent in child's close":  nil,
		"parent in CHILD_CLOSING":  func(_, child *engine.Wsi) { child.Close() },
		"sibling in CHILD_CLOSING": func(_, child *engine.Wsi) { child.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			_, server, client := pair(t, sim.Link{Latency: 50}, 1)
			parent := client.dial("10.0.0.1")
			dial := func() *engine.Wsi {
				w, err := client.ctx.Connect(&engine.ConnectInfo{Address: "10.0.0.1", Port: port, Method: "RAW", Parent: parent})
				if err != nil {
					t.Fatal(err)
				}
				return w
			}
			child, sibling := dial(), dial()
			client.run(1e6)
			var seq []string
			client.on = func(w *engine.Wsi, r engine.Reason, in engine.In) int {
				who := map[*engine.Wsi]string{parent: "parent ", child: "child ", sibling: "sibling "}[w]
				switch r {
				case engine.ReasonRawClose:
					if w == child && name == "parent in child's close" {
						parent.Close()
					}
				case engine.ReasonChildClosing:
					if w != parent || in.Value.(*engine.Wsi).Alive() {
						t.Error("CHILD_CLOSING is not the parent's, or of one that lives")
					}
					if in.Value == child && name == "parent in CHILD_CLOSING" {
						parent.Close()
					}
					if in.Value == child && name == "sibling in CHILD_CLOSING" {
						sibling.Close()
					}
				case engine.ReasonWSIDestroy:
				default:
					return 0
				}
				seq = append(seq, who+r.String())
				return 0
			}
			if end == nil {
				child.Close()
			} else {
				end(parent, child)
			}
			client.run(1e6)
			if name != "child" && name != "sibling in CHILD_CLOSING" && parent.Alive() {
				t.Error("the parent lives")
			}
			want := map[string][]string{
				"child": {"child RAW_CLOSE", "parent CHILD_CLOSING", "child WSI_DESTROY"},
				"parent": {"sibling RAW_CLOSE", "parent CHILD_CLOSING", "sibling WSI_DESTROY", "child RAW_CLOSE",
					"parent CHILD_CLOSING", "child WSI_DESTROY", "parent RAW_CLOSE", "parent WSI_DESTROY"},
			}[name]
			if want != nil && !slices.Equal(seq, want) {
				t.Errorf("callbacks\n got %v\nwant %v", seq, want)
			}
			client.end()
			server.end()
		})
	}
}

// A child that is made in its parent's last callback outlives it, and tells nobody of its end.
func TestChildOfTheDying(t *testing.T) {
	_, server, client := pair(t, sim.Link{Latency: 50}, 1)
	parent := client.dial("10.0.0.1")
	client.run(1e6)
	var child *engine.Wsi
	client.on = func(w *engine.Wsi, r engine.Reason, in engine.In) int {
		if r == engine.ReasonRawClose && w == parent {
			var err error
			child, err = client.ctx.Connect(&engine.ConnectInfo{Address: "10.0.0.1", Port: port, Method: "RAW", Parent: parent})
			if err != nil {
				t.Error(err)
			}
		}
		if r == engine.ReasonChildClosing {
			t.Error("CHILD_CLOSING of a parent that is gone")
		}
		return 0
	}
	parent.Close()
	client.run(1e6)
	if child == nil || !child.Alive() || child.Parent() != nil {
		t.Fatal("no child, or one that still has its parent")
	}
	child.Close()
	client.run(1e6)
	client.end()
	server.end()
}
