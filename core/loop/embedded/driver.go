// Package embedded is the loop.Driver of a program that does all I/O by itself:
// it opens, sends and closes what it is asked to (Backend), and hands over what
// has happened (Conn.Data and its kin), which the next turn of the loop delivers.
//
// The driver waits for nothing. Whoever hands it something turns the loop.
package embedded

import (
	"errors"
	"fmt"

	"github.com/golws/golws/core/loop"
)

// Backend does what the driver is asked for. None of it may call the driver.
type Backend interface {
	// Now is a monotonic clock in microseconds.
	Now() loop.Micros
	// Deadline tells when a turn is wanted at the latest, 0 for never. A time
	// that has passed asks for a turn soon.
	Deadline(at loop.Micros)

	// Open begins to connect; Conn.Opened tells the outcome.
	Open(c *Conn, spec *loop.DialSpec) error
	// Adopt finds the Conn behind a number that NewConn's caller gave it.
	Adopt(fd int) (*Conn, error)
	// Send takes bytes of bufs and answers how many; after less than all of
	// them Conn.Writable is owed. The memory is lent until it returns.
	Send(c *Conn, bufs [][]byte) (int, error)
	Shutdown(c *Conn)
	Reading(c *Conn, on bool)
	// Close ends c, which is not used any more.
	Close(c *Conn)

	// Listen answers where it listens.
	Listen(l *Listener, spec *loop.ListenSpec) (loop.Addr, error)
	CloseListener(l *Listener)
}

// Driver is a loop.Driver on a Backend.
type Driver struct {
	b      Backend
	events []event
	spare  []event
	one    [1][]byte
	woken  bool
	conns  int
}

var _ loop.Driver = (*Driver)(nil)

// New makes a driver.
func New(b Backend) *Driver { return &Driver{b: b} }

type kind uint8

const (
	opened kind = iota
	data
	writable
	ended
	again // what was kept while reading was off
)

// event is something that has happened to a Conn and was not delivered.
type event struct {
	c    *Conn
	kind kind
	b    []byte
	err  error
}

// Poll delivers what was handed over, without waiting.
func (d *Driver) Poll(_ loop.Micros, l *loop.Loop) error {
	d.woken = false
	l.Polled()
	for len(d.events) > 0 {
		es := d.events
		d.events, d.spare = d.spare[:0], nil
		for i := range es {
			es[i].deliver()
		}
		clear(es)
		d.spare = es[:0]
	}
	return nil
}

// Pending says that a turn has something to deliver.
func (d *Driver) Pending() bool { return d.woken || len(d.events) > 0 }

// Wake asks for a turn.
func (d *Driver) Wake() {
	d.woken = true
	d.b.Deadline(d.b.Now())
}

// Now is the backend's clock.
func (d *Driver) Now() loop.Micros { return d.b.Now() }

// Deadline passes the time of the earliest timer on.
func (d *Driver) Deadline(at loop.Micros) { d.b.Deadline(at) }

// PollFd is none.
func (d *Driver) PollFd() int { return -1 }

// Watch is unsupported: there are no fds.
func (d *Driver) Watch(fd int, _ loop.Watcher) (loop.Watch, error) {
	return nil, fmt.Errorf("watch fd %d: %w", fd, errors.ErrUnsupported)
}

// Close drops what was not delivered.
func (d *Driver) Close() error {
	d.events, d.spare = nil, nil
	return nil
}

// Listen has the backend listen.
func (d *Driver) Listen(spec loop.ListenSpec, a loop.Acceptor) (loop.Listener, error) {
	if spec.Fd > 0 || spec.Device != "" || spec.FastOpen != 0 {
		return nil, fmt.Errorf("an inherited socket, a device or TCP Fast Open: %w", errors.ErrUnsupported)
	}
	l := &Listener{d: d, a: a}
	at, err := d.b.Listen(l, &spec)
	if err != nil {
		return nil, err
	}
	l.addr = at
	return l, nil
}

// Dial has the backend connect.
func (d *Driver) Dial(spec loop.DialSpec, h loop.Handler) (loop.Conn, error) {
	if spec.Device != "" {
		return nil, fmt.Errorf("binding to a device: %w", errors.ErrUnsupported)
	}
	if spec.Made != nil {
		if err := spec.Made(-1); err != nil {
			return nil, err
		}
	}
	c := d.NewConn(loop.Addr{}, spec.Addr)
	c.h, c.dialing = h, true
	if err := d.b.Open(c, &spec); err != nil {
		c.closed = true
		d.conns--
		return nil, err
	}
	return c, nil
}

// Adopt takes a Conn that the backend knows by a number.
func (d *Driver) Adopt(fd int, h loop.Handler) (loop.Conn, error) {
	c, err := d.b.Adopt(fd)
	if err != nil {
		return nil, err
	}
	c.h = h
	return c, nil
}

// NewConn is a connection that the backend has made by itself, to be accepted
// (Listener.Accepted) or adopted.
func (d *Driver) NewConn(local, remote loop.Addr) *Conn {
	d.conns++
	return &Conn{d: d, local: local, remote: remote, fd: -1}
}

// Conns counts the connections that are not closed.
func (d *Driver) Conns() int { return d.conns }
