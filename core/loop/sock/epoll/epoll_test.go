//go:build linux

package epoll

import (
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/golws/golws/core/loop/sock/notify"
)

func newNotifier(t *testing.T) *Notifier {
	t.Helper()
	n, err := New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

func pipe(t *testing.T) (r, w int) {
	t.Helper()
	var p [2]int
	if err := unix.Pipe2(p[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(p[0]); unix.Close(p[1]) })
	return p[0], p[1]
}

func wait(t *testing.T, n *Notifier, limit notify.Micros) []notify.Event {
	t.Helper()
	evs, err := n.Wait(limit)
	if err != nil {
		t.Fatal(err)
	}
	return evs
}

func TestEventsCarryTheirTokens(t *testing.T) {
	n := newNotifier(t)
	r, w := pipe(t)
	tok := notify.Token(0xfedcba98_76543210)
	if err := n.Add(r, notify.In, tok); err != nil {
		t.Fatal(err)
	}
	if evs := wait(t, n, 0); len(evs) != 0 {
		t.Errorf("an empty pipe gives %v", evs)
	}
	if _, err := unix.Write(w, []byte("x")); err != nil {
		t.Fatal(err)
	}
	for range 2 { // by level: it stays until it is read
		if evs := wait(t, n, -1); len(evs) != 1 || evs[0] != (notify.Event{Token: tok, Ready: notify.Readable}) {
			t.Errorf("got %v", evs)
		}
	}
	if err := n.Mod(r, 0, tok); err != nil {
		t.Fatal(err)
	}
	if evs := wait(t, n, 0); len(evs) != 0 {
		t.Errorf("without interest comes %v", evs)
	}
	other := notify.FirstToken
	if err := n.Add(w, notify.Out, other); err != nil {
		t.Fatal(err)
	}
	if evs := wait(t, n, -1); len(evs) != 1 || evs[0] != (notify.Event{Token: other, Ready: notify.Writable}) {
		t.Errorf("got %v", evs)
	}
	if err := n.Del(w); err != nil {
		t.Fatal(err)
	}
	if evs := wait(t, n, 0); len(evs) != 0 {
		t.Errorf("after Del comes %v", evs)
	}
}

func TestSharedInterestCanBeChanged(t *testing.T) {
	n := newNotifier(t)
	r, w := pipe(t)
	tok := notify.FirstToken
	if _, err := unix.Write(w, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := n.Add(r, notify.In|notify.Shared, tok); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		in   notify.Interest
		want int
	}{{notify.Shared, 0}, {notify.In | notify.Shared, 1}, {notify.Shared, 0}} {
		if err := n.Mod(r, step.in, tok); err != nil {
			t.Fatalf("interest %v: %v", step.in, err)
		}
		if evs := wait(t, n, 0); len(evs) != step.want {
			t.Errorf("interest %v gives %v", step.in, evs)
		}
	}
}

// A wait must last its limit with either system call: rounding down would make
// a loop spin until its timer is due.
func TestWaitIsNotShorterThanItsLimit(t *testing.T) {
	for _, millis := range []bool{false, true} {
		n := newNotifier(t)
		n.millis = millis
		for _, limit := range []notify.Micros{1, 300, 999, 1000, 1001, 2500} {
			lasted := time.Duration(0)
			for try := 0; try < 5 && lasted < notify.Time(limit); try++ { // a signal may end one
				begin := time.Now()
				if evs := wait(t, n, limit); len(evs) != 0 {
					t.Errorf("got %v", evs)
				}
				lasted = time.Since(begin)
			}
			if lasted < notify.Time(limit) {
				t.Errorf("millis %v: a wait of %d µs lasted %v", millis, limit, lasted)
			}
		}
	}
}

func TestWakesCoalesceAndAreNeverLost(t *testing.T) {
	n := newNotifier(t)
	for range 100 {
		n.Wake()
	}
	var counter [8]byte
	if _, err := unix.Read(n.wake, counter[:]); err != nil || counter[0] != 1 {
		t.Errorf("the eventfd was written to %d times, %v", counter[0], err)
	}
	n.unwake()

	// Each Wake that comes after a Wait has returned ends the next one.
	var wg sync.WaitGroup
	for range 2000 {
		wg.Add(1)
		go func() { defer wg.Done(); n.Wake() }()
		wait(t, n, -1)
		wg.Wait() // its wake may be told now or in the next round
		if n.woken.Load() {
			wait(t, n, -1)
		}
	}
}

func TestWakeAfterCloseTouchesNothing(t *testing.T) {
	n, err := New()
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	r, _ := pipe(t) // may have the eventfd's number now
	n.Wake()
	var b [8]byte
	if k, err := unix.Read(r, b[:]); err != unix.EAGAIN {
		t.Errorf("read %d, %v", k, err)
	}
	if err := n.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}

func TestFullBatchLeavesTheRestForTheNextWait(t *testing.T) {
	n := newNotifier(t)
	seen := map[notify.Token]bool{}
	const fds = batch + 50
	var ws []int
	for i := range fds {
		r, w := pipe(t)
		if err := n.Add(r, notify.In, notify.FirstToken+notify.Token(i)); err != nil {
			t.Fatal(err)
		}
		if _, err := unix.Write(w, []byte("x")); err != nil {
			t.Fatal(err)
		}
		ws = append(ws, r)
	}
	for range 2 {
		for _, ev := range wait(t, n, 0) {
			seen[ev.Token] = true
			if err := n.Mod(ws[ev.Token-notify.FirstToken], 0, ev.Token); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(seen) != fds {
		t.Errorf("%d of %d seen in two waits", len(seen), fds)
	}
}
