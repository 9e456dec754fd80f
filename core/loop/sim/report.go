package sim

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
)

// SeedVariable is the environment variable that repeats a run: Test takes its
// seed from there.
const SeedVariable = "GOLWS_SIM_SEED"

// traceTail is how many trace lines a failing test shows.
const traceTail = 60

// TB is the part of testing.TB that Test needs.
type TB interface {
	Helper()
	Cleanup(func())
	Failed() bool
	Logf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Test makes a network for a test, with a random seed or the one of
// SeedVariable. A test that fails shows the seed and the end of the trace.
func Test(t TB) *Network {
	t.Helper()
	seed := rand.Uint64()
	if v := os.Getenv(SeedVariable); v != "" {
		var err error
		if seed, err = strconv.ParseUint(v, 10, 64); err != nil {
			t.Fatalf("%s: %v", SeedVariable, err)
		}
	}
	return TestSeed(t, seed)
}

// TestSeed is Test with a seed of the test's choosing.
func TestSeed(t TB, seed uint64) *Network {
	n := New(seed)
	var last tail
	n.Trace(&last)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the network's last events:\n%s", last.String())
			t.Logf("repeat with %s=%d", SeedVariable, seed)
		}
	})
	return n
}

// tail keeps the last lines written to it, one line a Write.
type tail struct {
	lines [traceTail]string
	count int
}

func (l *tail) Write(p []byte) (int, error) {
	l.lines[l.count%traceTail] = string(p)
	l.count++
	return len(p), nil
}

func (l *tail) String() string {
	var b strings.Builder
	if l.count > traceTail {
		fmt.Fprintf(&b, "(%d before)\n", l.count-traceTail)
	}
	for i := max(0, l.count-traceTail); i < l.count; i++ {
		b.WriteString(l.lines[i%traceTail])
	}
	return b.String()
}
