//go:build linux || darwin || freebsd

package sock

import (
	"time"

	"github.com/golws/golws/core/loop"
	"github.com/golws/golws/core/loop/sock/notify"
)

// Driver is a loop.Driver of sockets.
type Driver struct {
	n     notify.Notifier
	loop  *loop.Loop // the one that polls
	slots slots

	// The batch that is being delivered. It is kept here so that a turn within
	// a handler first delivers the rest of it: the next Wait overwrites it.
	batch []notify.Event
	next  int

	bufs  [][]byte // receive buffers, one for each depth of Data
	depth int

	dirty  []*reg // interests to take back before the next Wait
	failed []failure
	eager  []*watch
	due    loop.Micros // the loop's deadline, 0 for none
	polled bool        // PollFd was asked for

	sys system
}

var _ loop.Driver = (*Driver)(nil)

// New makes a driver.
func New(cfg Config) (*Driver, error) {
	n := cfg.Notifier
	if n == nil {
		var err error
		if n, err = newNotifier(); err != nil {
			return nil, err
		}
	}
	d := &Driver{n: n}
	if cfg.Buffer == nil {
		cfg.Buffer = make([]byte, BufferSize)
	}
	d.bufs = append(d.bufs, cfg.Buffer)
	return d, nil
}

// Poll is loop.Driver's.
func (d *Driver) Poll(limit loop.Micros, l *loop.Loop) error {
	d.loop = l
	if d.next < len(d.batch) { // within a handler
		l.Polled()
		d.deliver()
		return nil
	}
	d.settle()
	if len(d.failed) > 0 || d.eagerWants() {
		limit = 0
	}
	evs, err := d.n.Wait(limit)
	l.Polled()
	if err != nil {
		return err
	}
	d.batch, d.next = evs, 0
	d.deliver()
	d.tellFailed()
	d.serveEager()
	return nil
}

func (d *Driver) deliver() {
	for d.next < len(d.batch) {
		ev := d.batch[d.next]
		d.next++
		if src := d.slots.find(ev.Token); src != nil {
			src.ready(ev.Ready)
		}
	}
}

// Wake is loop.Driver's.
func (d *Driver) Wake() { d.n.Wake() }

// WakeFd is a descriptor to which eight bytes that are not all zero are written
// to do what Wake does, where Go code cannot run; -1 where there is none.
func (d *Driver) WakeFd() int {
	if n, ok := d.n.(interface{ WakeFd() int }); ok {
		return n.WakeFd()
	}
	return -1
}

var origin = time.Now().Add(-time.Second) // Now is never 0

// Now is loop.Driver's: the monotonic clock of the process.
func (d *Driver) Now() loop.Micros { return int64(time.Since(origin)) / 1000 }

// Deadline is loop.Driver's. It does nothing until PollFd was asked for.
func (d *Driver) Deadline(at loop.Micros) {
	d.due = at
	if d.polled {
		d.tellDeadline()
	}
}

func (d *Driver) tellDeadline() {
	after := loop.Micros(-1)
	switch {
	case d.eagerWants():
		after = 0
	case d.due != 0:
		after = max(0, d.due-d.Now())
	}
	if d.n.Deadline(after) != nil {
		d.n.Wake() // the turn that follows asks again
	}
}

// PollFd is loop.Driver's.
func (d *Driver) PollFd() int {
	fd := d.n.PollFd()
	if !d.polled {
		d.polled = true
		d.tellDeadline()
	}
	return fd
}

// Unwatched takes PollFd back: nobody watches the descriptor, so it need not
// follow deadlines, which costs a system call for each change.
func (d *Driver) Unwatched() {
	d.polled = false
	if d.n.Deadline(-1) != nil {
		d.n.Wake() // it stays armed, and is readable once
	}
}

// Close is loop.Driver's.
func (d *Driver) Close() error { return d.n.Close() }

// lend gives the receive buffer of the current depth. What it returns is lent
// until giveBack.
func (d *Driver) lend() []byte {
	if d.depth == len(d.bufs) {
		d.bufs = append(d.bufs, make([]byte, nestedSize))
	}
	d.depth++
	return d.bufs[d.depth-1]
}

func (d *Driver) giveBack() { d.depth-- }
