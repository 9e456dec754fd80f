package embedded

import (
	"os"
	"syscall"

	"github.com/golws/golws/core/loop"
)

// Conn is one connection of the backend's.
type Conn struct {
	d             *Driver
	h             loop.Handler
	local, remote loop.Addr
	held          []byte // came while reading was off
	end           error
	fd            int32

	dialing bool // Opened is owed
	paused  bool
	short   bool // Writable is owed
	over    bool // the end was handed over
	told    bool // and delivered
	waiting bool // an again event is queued
	closed  bool
}

var _ loop.Conn = (*Conn)(nil)

// SetFd gives c the number that Fd answers, the backend's name for it.
func (c *Conn) SetFd(fd int32) { c.fd = fd }

// Opened hands over how the opening ended.
func (c *Conn) Opened(err error) {
	if c.dialing && !c.closed {
		c.d.events = append(c.d.events, event{c: c, kind: opened, err: err})
	}
}

// Data hands over bytes, which must stay until a turn has delivered them.
func (c *Conn) Data(b []byte) {
	if !c.closed && !c.over && len(b) > 0 {
		c.d.events = append(c.d.events, event{c: c, kind: data, b: b})
	}
}

// Writable hands over that there is space again.
func (c *Conn) Writable() {
	if c.short && !c.closed {
		c.d.events = append(c.d.events, event{c: c, kind: writable})
	}
}

// Ended hands over that no more will arrive; err is nil for an orderly end.
func (c *Conn) Ended(err error) {
	if !c.closed && !c.over {
		c.over = true
		c.d.events = append(c.d.events, event{c: c, kind: ended, err: err})
	}
}

func (e *event) deliver() {
	c := e.c
	if c.closed || c.h == nil {
		return
	}
	switch e.kind {
	case opened:
		c.dialing = false
		c.h.Opened(e.err)
	case data:
		if c.paused || len(c.held) > 0 {
			c.held = append(c.held, e.b...)
			return
		}
		c.h.Data(e.b)
	case writable:
		if c.short {
			c.short = false
			c.h.Writable()
		}
	case ended:
		c.end = e.err
		if !c.paused && len(c.held) == 0 {
			c.told = true
			c.h.Ended(e.err)
		}
	case again:
		c.goOn()
	}
}

// goOn delivers what came while reading was off.
func (c *Conn) goOn() {
	c.waiting = false
	if b := c.held; len(b) > 0 && !c.paused {
		c.held = nil
		c.h.Data(b)
	}
	if c.over && !c.told && !c.closed && !c.paused && len(c.held) == 0 {
		c.told = true
		c.h.Ended(c.end)
	}
}

// Write is Writev of one piece.
func (c *Conn) Write(b []byte) (int, error) {
	c.d.one[0] = b
	n, err := c.Writev(c.d.one[:])
	c.d.one[0] = nil
	return n, err
}

// Writev has the backend send.
func (c *Conn) Writev(bufs [][]byte) (int, error) {
	switch {
	case c.closed:
		return 0, loop.ErrClosed
	case c.dialing:
		return 0, os.NewSyscallError("send", syscall.ENOTCONN)
	}
	total := 0
	for _, b := range bufs {
		total += len(b)
	}
	if total == 0 {
		return 0, nil
	}
	if c.short {
		return 0, nil
	}
	n, err := c.d.b.Send(c, bufs)
	if err != nil {
		return 0, err
	}
	c.short = n < total
	return n, nil
}

// SetReading tells the backend. What it hands over nevertheless is kept.
func (c *Conn) SetReading(on bool) {
	if c.closed || c.paused == !on {
		return
	}
	c.paused = !on
	c.d.b.Reading(c, on)
	if on && !c.waiting && (len(c.held) > 0 || c.over && !c.told) {
		c.waiting = true
		c.d.events = append(c.d.events, event{c: c, kind: again})
		c.d.Wake()
	}
}

// CloseWrite tells the backend.
func (c *Conn) CloseWrite() error {
	if c.closed {
		return loop.ErrClosed
	}
	c.d.b.Shutdown(c)
	return nil
}

// Close tells the backend. Idempotent.
func (c *Conn) Close() {
	if c.closed {
		return
	}
	c.closed = true
	c.held, c.h = nil, nil
	c.d.conns--
	c.d.b.Close(c)
}

// Local is where c comes from, as far as it is known.
func (c *Conn) Local() loop.Addr { return c.local }

// Remote is the peer.
func (c *Conn) Remote() loop.Addr { return c.remote }

// Fd is the backend's number for c.
func (c *Conn) Fd() int { return int(c.fd) }

// Closed says that Close was called.
func (c *Conn) Closed() bool { return c.closed }

// Handled says that c was accepted, adopted or dialled.
func (c *Conn) Handled() bool { return c.h != nil || c.closed }

// Listener is one listening address of the backend's.
type Listener struct {
	d      *Driver
	a      loop.Acceptor
	addr   loop.Addr
	off    bool
	closed bool
}

var _ loop.Listener = (*Listener)(nil)

// Accepted gives c to whom it is for. False says that it was refused, and is
// closed. It is called between turns.
func (l *Listener) Accepted(c *Conn) bool {
	if l.closed || l.off {
		c.Close()
		return false
	}
	h := l.a.Accepted(c)
	if c.closed {
		return false
	}
	if h == nil {
		c.Close()
		return false
	}
	c.h = h
	return true
}

// Failed tells of an error of accepting.
func (l *Listener) Failed(err error) {
	if !l.closed {
		l.a.AcceptFailed(err)
	}
}

// Addr is where it listens.
func (l *Listener) Addr() loop.Addr { return l.addr }

// Fd is none.
func (l *Listener) Fd() int { return -1 }

// SetAccepting refuses what comes while it is off.
func (l *Listener) SetAccepting(on bool) { l.off = !on }

// Close tells the backend. Idempotent.
func (l *Listener) Close() error {
	if !l.closed {
		l.closed = true
		l.d.b.CloseListener(l)
	}
	return nil
}
