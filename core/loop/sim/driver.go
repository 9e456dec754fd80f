package sim

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/golws/golws/core/loop"
)

// maxRead is the most that one Data is given.
const maxRead = 128 << 10

// Driver is the loop.Driver of one service thread of a host.
type Driver struct {
	n     *Network
	host  *Host
	id    int
	drive func() error
	depth int // Polls on the stack

	ready     []*conn
	listeners []*listener
	open      int // conns that are not closed
	due       Micros
	woken     atomic.Bool
	closed    bool
	loop      *loop.Loop
}

var _ loop.Driver = (*Driver)(nil)

// Drive tells the network how to turn the loop on this driver without waiting.
// Where it is not called, the loop that polls the driver is turned.
func (d *Driver) Drive(turn func() error) { d.drive = turn }

// Host is the machine that the driver is on.
func (d *Driver) Host() *Host { return d.host }

// busy says whether a turn has something to do now.
func (d *Driver) busy() bool {
	if d.closed {
		return false
	}
	return d.pressing() || d.due != 0 && d.due <= d.n.now
}

func (d *Driver) pressing() bool {
	if d.woken.Load() || len(d.ready) > 0 {
		return true
	}
	for _, l := range d.listeners {
		if l.work() {
			return true
		}
	}
	return false
}

// Poll is loop.Driver's. Where it waits, it runs the network and turns the
// other loops; a wait that can never end is an error.
func (d *Driver) Poll(limit Micros, l *loop.Loop) error {
	d.loop = l
	if d.drive == nil {
		d.drive = func() error { return l.Turn(0) }
	}
	d.depth++
	defer func() { d.depth-- }()
	err := d.wait(limit)
	d.woken.Store(false)
	l.Polled()
	if err != nil {
		return err
	}
	for _, l := range append([]*listener(nil), d.listeners...) {
		l.accept()
	}
	for k := len(d.ready); k > 0 && len(d.ready) > 0; k-- {
		c := d.ready[0]
		d.ready = d.ready[1:]
		c.queued = false
		c.step()
		c.enqueue()
	}
	return nil
}

func (d *Driver) wait(limit Micros) error {
	n := d.n
	until := loop.Forever
	if limit >= 0 {
		until = n.now + limit
	}
	n.arrive()
	for limit != 0 && !d.pressing() && !d.closed {
		more, err := n.step(until)
		if err != nil {
			return err
		}
		if !more {
			if until < 0 {
				return n.errorf("a wait that nothing will end")
			}
			n.now = max(n.now, until)
			return nil
		}
	}
	return nil
}

// Wake is loop.Driver's.
func (d *Driver) Wake() {
	d.woken.Store(true)
	d.n.mu.Lock()
	d.n.woken = true
	d.n.mu.Unlock()
	d.n.cond.Broadcast()
}

// Now is loop.Driver's: the network's virtual time. Unlike a real driver's it
// belongs to the network's goroutine.
func (d *Driver) Now() Micros { return d.n.now }

// Deadline is loop.Driver's.
func (d *Driver) Deadline(at Micros) { d.due = at }

// PollFd is loop.Driver's; there is none.
func (d *Driver) PollFd() int { return -1 }

// Watch is loop.Driver's and is unsupported.
func (d *Driver) Watch(fd int, _ loop.Watcher) (loop.Watch, error) {
	return nil, fmt.Errorf("watch fd %d on a simulated network: %w", fd, errors.ErrUnsupported)
}

// Close is loop.Driver's. The network turns the loop no more.
func (d *Driver) Close() error {
	d.closed = true
	return nil
}

// Open counts the connections and listeners of the driver that are not closed,
// for tests that look for leaks.
func (d *Driver) Open() int { return len(d.listeners) + d.open }
