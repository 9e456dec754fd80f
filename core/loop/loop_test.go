package loop

import (
	"errors"
	"math/rand/v2"
	"slices"
	"sort"
	"sync"
	"testing"
)

// clock is a driver that delivers only time: a wait passes it, and deliver
// runs in each Poll.
type clock struct {
	Driver
	mu      sync.Mutex
	now     Micros
	wakes   int
	limits  []Micros
	told    []Micros
	deliver func()
}

func (c *clock) Now() Micros { return c.now }

func (c *clock) Wake() {
	c.mu.Lock()
	c.wakes++
	c.mu.Unlock()
}

func (c *clock) Deadline(at Micros) { c.told = append(c.told, at) }
func (c *clock) Close() error       { return nil }

func (c *clock) Poll(limit Micros, l *Loop) error {
	c.limits = append(c.limits, limit)
	if limit > 0 {
		c.now += limit
	}
	l.Polled()
	if c.deliver != nil {
		c.deliver()
	}
	return nil
}

func newClock() (*clock, *Loop) {
	c := &clock{now: 1000}
	return c, New(c)
}

type expiries struct {
	got []*Timer
	do  func(*Timer)
}

func (e *expiries) Expired(t *Timer) {
	e.got = append(e.got, t)
	if e.do != nil {
		e.do(t)
	}
}

// The heap must expire exactly what a sorted list would, whatever was armed,
// armed again and disarmed before.
func TestTimersExpireAsASortedListWould(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 1))
		c, l := newClock()
		var e expiries
		timers := make([]Timer, 1+rng.IntN(60))
		for i := range timers {
			timers[i].Owner = &e
		}
		model := map[*Timer]Micros{}
		for range 500 {
			x := &timers[rng.IntN(len(timers))]
			switch rng.IntN(4) {
			case 0, 1:
				at := c.now + rng.Int64N(50)
				l.Arm(x, at)
				model[x] = at
			case 2:
				l.Disarm(x)
				delete(model, x)
			case 3:
				c.now += rng.Int64N(20)
				e.got = nil
				if err := l.Turn(0); err != nil {
					t.Fatal(err)
				}
				var due []Micros
				for x, at := range model {
					if at <= c.now {
						due = append(due, at)
						delete(model, x)
						if !slices.Contains(e.got, x) || x.Armed() {
							t.Fatalf("seed %d: a timer due at %d did not expire by %d", seed, at, c.now)
						}
					}
				}
				sort.Slice(due, func(i, j int) bool { return due[i] < due[j] })
				var got []Micros
				for _, x := range e.got {
					got = append(got, x.At())
				}
				if !slices.Equal(got, due) {
					t.Fatalf("seed %d: expired %v, want %v", seed, got, due)
				}
			}
			first, ok := Micros(0), false
			for x, at := range model {
				if !x.Armed() || x.At() != at {
					t.Fatalf("seed %d: armed %v at %d, want %d", seed, x.Armed(), x.At(), at)
				}
				if !ok || at < first {
					first, ok = at, true
				}
			}
			if at, some := l.Next(); at != first || some != ok {
				t.Fatalf("seed %d: next %d %v, want %d %v", seed, at, some, first, ok)
			}
		}
	}
}

func TestTurnWaitsForTheEarliestTimer(t *testing.T) {
	c, l := newClock()
	var e expiries
	a, b := Timer{Owner: &e}, Timer{Owner: &e}
	l.Arm(&a, c.now+700)
	l.Arm(&b, c.now+300)
	for _, limit := range []Micros{Forever, 100, 5000, 9} {
		if err := l.Turn(limit); err != nil {
			t.Fatal(err)
		}
	}
	if want := []Micros{300, 100, 300, 9}; !slices.Equal(c.limits, want) {
		t.Errorf("waited %v, want %v", c.limits, want)
	}
	if len(e.got) != 2 || e.got[0] != &b || e.got[1] != &a {
		t.Error("the timers did not expire in their order")
	}
}

func TestTimerArmedForThePastWaitsForTheNextTurn(t *testing.T) {
	c, l := newClock()
	var e expiries
	e.do = func(x *Timer) { l.Arm(x, c.now-1) }
	x := Timer{Owner: &e}
	l.Arm(&x, c.now)
	for i := 1; i < 4; i++ {
		if err := l.Turn(Forever); err != nil {
			t.Fatal(err)
		}
		if len(e.got) != i {
			t.Fatalf("%d expiries in %d turns", len(e.got), i)
		}
	}
}

func TestTimerMayDisarmAnother(t *testing.T) {
	c, l := newClock()
	var e expiries
	timers := make([]Timer, 3)
	e.do = func(*Timer) {
		for i := range timers {
			l.Disarm(&timers[i])
		}
	}
	for i := range timers {
		timers[i].Owner = &e
		l.Arm(&timers[i], c.now)
	}
	if err := l.Turn(0); err != nil {
		t.Fatal(err)
	}
	if len(e.got) != 1 {
		t.Errorf("%d timers expired, want the first alone", len(e.got))
	}
}

func TestDeadlineIsToldWhenItChanges(t *testing.T) {
	c, l := newClock()
	var e expiries
	a, b := Timer{Owner: &e}, Timer{Owner: &e}
	l.Arm(&a, 2000)
	l.Arm(&b, 3000)
	l.Arm(&b, 1500)
	l.Disarm(&b)
	for range 3 {
		if err := l.Turn(Forever); err != nil {
			t.Fatal(err)
		}
		if len(e.got) == 1 {
			break
		}
	}
	if want := []Micros{2000, 1500, 2000, 0}; !slices.Equal(c.told, want) {
		t.Errorf("told %v, want %v", c.told, want)
	}
}

func TestPostsRunInOrderAndWakeOnce(t *testing.T) {
	c, l := newClock()
	const posters, each = 8, 500
	var last [posters]int
	var wg sync.WaitGroup
	for p := range posters {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := 1; i <= each; i++ {
				l.Post(func() {
					if last[p] != i-1 {
						t.Errorf("poster %d: %d after %d", p, i, last[p])
					}
					last[p] = i
				})
			}
		}()
	}
	wg.Wait()
	if c.wakes != 1 {
		t.Errorf("%d wakes for posts without a turn, want 1", c.wakes)
	}
	if err := l.Turn(Forever); err != nil {
		t.Fatal(err)
	}
	for p, n := range last {
		if n != each {
			t.Errorf("poster %d: %d ran", p, n)
		}
	}
	if c.limits[0] != 0 {
		t.Error("the turn waited although there were posts")
	}
}

func TestPostFromAPostRunsInTheNextTurn(t *testing.T) {
	c, l := newClock()
	var ran []int
	l.Post(func() {
		ran = append(ran, 1)
		l.Post(func() { ran = append(ran, 2) })
	})
	for want := 1; want <= 2; want++ {
		if err := l.Turn(Forever); err != nil {
			t.Fatal(err)
		}
		if len(ran) != want {
			t.Fatalf("after turn %d ran %v", want, ran)
		}
	}
	if c.wakes != 2 {
		t.Errorf("%d wakes, want 2", c.wakes)
	}
}

func TestDeferredRunInOrderAtTheEndOfTheTurn(t *testing.T) {
	c, l := newClock()
	var order []string
	note := func(s string) func() { return func() { order = append(order, s) } }
	e := expiries{do: func(*Timer) { note("timer")() }}
	x := Timer{Owner: &e}
	l.Arm(&x, c.now)
	l.Defer(note("before"))
	l.Post(note("post"))
	c.deliver = func() {
		c.deliver = nil
		note("deliver")()
		l.Defer(note("first"))
		l.Defer(func() {
			note("second")()
			l.Defer(note("next turn"))
		})
	}
	for range 2 {
		if err := l.Turn(Forever); err != nil {
			t.Fatal(err)
		}
		order = append(order, "|")
	}
	want := []string{"deliver", "post", "timer", "before", "first", "second", "|", "next turn", "|"}
	if !slices.Equal(order, want) {
		t.Errorf("order %v, want %v", order, want)
	}
	if !slices.Equal(c.limits, []Micros{0, 0}) {
		t.Errorf("waited %v although something was deferred", c.limits)
	}
}

func TestDeferBetweenTurnsIsADeadline(t *testing.T) {
	c, l := newClock()
	l.Defer(func() {})
	if len(c.told) != 1 || c.told[0] == 0 || c.told[0] > c.now {
		t.Errorf("told %v, want one deadline that is due", c.told)
	}
}

func TestTurnWithinATurn(t *testing.T) {
	c, l := newClock()
	var order []string
	note := func(s string) func() { return func() { order = append(order, s) } }
	c.deliver = func() {
		c.deliver = nil
		l.Defer(note("deferred"))
		l.Post(note("post"))
		if err := l.Turn(0); err != nil {
			t.Error(err)
		}
		note("inner done")()
		before := c.now
		if err := l.Turn(50); err != nil {
			t.Error(err)
		}
		if c.now != before+50 {
			t.Error("what the outer turn has deferred kept the inner one from waiting")
		}
	}
	if err := l.Turn(0); err != nil {
		t.Fatal(err)
	}
	if want := []string{"post", "inner done", "deferred"}; !slices.Equal(order, want) {
		t.Errorf("order %v, want %v", order, want)
	}
}

type broken struct{ clock }

var errBroken = errors.New("broken")

func (b *broken) Poll(Micros, *Loop) error { return errBroken }

func TestPollErrorIsTheTurns(t *testing.T) {
	b := &broken{}
	l := New(b)
	ran := false
	l.Post(func() { ran = true })
	if err := l.Turn(0); !errors.Is(err, errBroken) || !ran {
		t.Errorf("turn answered %v, posts ran: %v", err, ran)
	}
}

func TestCloseRunsWhatIsLeft(t *testing.T) {
	_, l := newClock()
	ran := 0
	l.Post(func() { ran++ })
	l.Defer(func() { l.Defer(func() { ran++ }) })
	if err := l.Close(); err != nil || ran != 2 {
		t.Errorf("%d of 2 ran, %v", ran, err)
	}
}

func BenchmarkArm(b *testing.B) {
	c, l := newClock()
	var e expiries
	timers := make([]Timer, 10_000)
	for i := range timers {
		timers[i].Owner = &e
		l.Arm(&timers[i], c.now+Micros(i))
	}
	l.running = true
	b.ReportAllocs()
	for i := range b.N {
		l.Arm(&timers[i%len(timers)], c.now+Micros(10_000+i))
	}
}
