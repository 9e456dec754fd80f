package sim

import (
	"os"
	"syscall"

	"github.com/golws/golws/core/loop"
)

// conn is one end of a simulated connection.
type conn struct {
	d      *Driver
	h      loop.Handler
	peer   *conn // nil until the connect has been answered
	local  loop.Addr
	remote loop.Addr

	// What has arrived and was not delivered.
	rx    []byte
	fin   bool  // the peer sends no more
	reset error // the connection is broken

	// What was sent and has not been taken by the peer.
	flight int
	sent   Micros // when the last of it has left, at the link's bandwidth
	last   Micros // when the last of it arrives
	finned bool   // FIN was sent

	dialing bool
	answer  error // of the dial, once answered
	replied bool
	paused  bool
	short   bool // Writable is owed
	space   bool // and can be told
	ended   bool
	closed  bool
	queued  bool // in Driver.ready
}

func fail(call string, e syscall.Errno) error { return os.NewSyscallError(call, e) }

// work says whether there is something to tell.
func (c *conn) work() bool {
	switch {
	case c.h == nil || c.closed:
		return false
	case c.dialing:
		return c.replied
	case c.short && c.space:
		return true
	}
	return !c.paused && !c.ended && (len(c.rx) > 0 || c.fin || c.reset != nil)
}

func (c *conn) enqueue() {
	if !c.queued && c.work() {
		c.queued = true
		c.d.ready = append(c.d.ready, c)
	}
}

// step tells the handler one thing, or what has arrived and that there is space.
func (c *conn) step() {
	if !c.work() {
		return
	}
	if c.dialing {
		c.opened()
		return
	}
	if !c.paused && !c.ended {
		c.deliver()
	}
	if !c.closed && c.short && c.space {
		c.short, c.space = false, false
		c.d.n.tracef("%s writable", c)
		c.h.Writable()
	}
}

func (c *conn) opened() {
	c.dialing = false
	c.d.n.tracef("%s opened %v", c, c.answer)
	if c.answer != nil {
		c.ended, c.short = true, false
		c.h.Opened(c.answer)
		return
	}
	if c.short {
		c.space = true
	}
	c.h.Opened(nil)
}

func (c *conn) deliver() {
	switch {
	case len(c.rx) > 0:
		k := min(len(c.rx), maxRead)
		n := c.d.n
		if n.chance(c.link().ShortRead) {
			k = 1 + n.rng.IntN(k)
		}
		b := append([]byte(nil), c.rx[:k]...)
		if c.rx = c.rx[k:]; len(c.rx) == 0 {
			c.rx = nil
		}
		n.tracef("%s data %d", c, k)
		c.credit(k)
		c.h.Data(b)
		for i := range b {
			b[i] = 0xdb // it was only lent
		}
	case c.reset != nil:
		c.ended, c.short = true, false
		c.d.n.tracef("%s ended %v", c, c.reset)
		c.h.Ended(c.reset)
	case c.fin:
		c.ended = true
		c.d.n.tracef("%s ended", c)
		c.h.Ended(nil)
	}
}

// credit tells the sender, when the news arrives, that k bytes were taken.
func (c *conn) credit(k int) {
	p, n := c.peer, c.d.n
	n.post(c.d.host, p.d.host, func() {
		n.after(n.travel(c.link()), func() {
			p.flight -= k
			p.grant()
		})
	})
}

// grant tells Writable where it is owed and there is space.
func (c *conn) grant() {
	if c.short && !c.dialing && c.flight < c.link().Window {
		c.space = true
		c.enqueue()
	}
}

func (c *conn) link() Link {
	if c.peer == nil {
		return c.d.n.linkOf(c.d.host, c.d.host)
	}
	return c.d.n.linkOf(c.d.host, c.peer.d.host)
}

// Write is loop.Conn's.
func (c *conn) Write(b []byte) (int, error) {
	switch {
	case c.closed:
		return 0, loop.ErrClosed
	case c.reset != nil || c.finned || c.answer != nil:
		return 0, fail("send", syscall.EPIPE)
	case len(b) == 0:
		return 0, nil
	case c.dialing:
		c.short = true
		return 0, nil
	}
	n, l := c.d.n, c.link()
	k := max(0, min(len(b), l.Window-c.flight))
	if k > 0 && n.chance(l.ShortWrite) {
		k = n.rng.IntN(k)
	}
	n.tracef("%s write %d of %d", c, k, len(b))
	c.transmit(b[:k], l)
	if k < len(b) {
		c.short, c.space = true, false
		if c.flight < l.Window { // a fault: nothing that is under way will tell
			n.after(1+n.travel(l), c.grant)
		}
	}
	return k, nil
}

// Writev is loop.Conn's.
func (c *conn) Writev(bufs [][]byte) (int, error) {
	var all []byte
	for _, b := range bufs {
		all = append(all, b...)
	}
	return c.Write(all)
}

// transmit sends b in segments.
func (c *conn) transmit(b []byte, l Link) {
	n, p := c.d.n, c.peer
	for len(b) > 0 {
		seg := append([]byte(nil), b[:min(len(b), l.Segment)]...)
		b = b[len(seg):]
		c.flight += len(seg)
		if n.chance(l.Reset) {
			n.tracef("%s reset", c)
			c.broken(fail("recv", syscall.ECONNRESET))
			c.stream(0, func() { p.broken(fail("recv", syscall.ECONNRESET)) })
			return
		}
		c.stream(len(seg), func() { p.arrived(seg) })
	}
}

// stream has do happen at the peer after all that was sent before.
func (c *conn) stream(size int, do func()) {
	n := c.d.n
	n.post(c.d.host, c.peer.d.host, func() {
		l := c.link()
		c.sent = max(c.sent, n.now)
		if l.Bandwidth > 0 {
			c.sent += Micros(size) * 1_000_000 / l.Bandwidth
		}
		t := c.sent + n.travel(l)
		if n.chance(l.Delay) {
			t += l.DelayBy
		}
		c.last = max(c.last, t)
		n.at(c.last, do)
	})
}

// post sends once the way from a to b is reachable.
func (n *Network) post(a, b *Host, send func()) {
	if n.linkOf(a, b).Unreachable {
		n.held = append(n.held, func() { n.post(a, b, send) })
		return
	}
	send()
}

func (c *conn) arrived(seg []byte) {
	if c.closed {
		c.refuse()
		return
	}
	if c.reset != nil {
		return
	}
	c.rx = append(c.rx, seg...)
	c.enqueue()
}

// refuse answers what came for a closed end.
func (c *conn) refuse() {
	p := c.peer
	c.stream(0, func() { p.broken(fail("recv", syscall.ECONNRESET)) })
}

// broken ends both directions. What had arrived may be lost, as the seed has it.
func (c *conn) broken(err error) {
	if c.closed || c.reset != nil {
		return
	}
	c.reset = err
	if c.d.n.rng.IntN(2) == 0 {
		c.rx = nil
	}
	if c.short {
		c.space = true // the write that follows fails
	}
	c.enqueue()
}

// SetReading is loop.Conn's.
func (c *conn) SetReading(on bool) {
	c.paused = !on
	c.enqueue()
}

// CloseWrite is loop.Conn's.
func (c *conn) CloseWrite() error {
	switch {
	case c.closed:
		return loop.ErrClosed
	case c.dialing || c.reset != nil || c.answer != nil:
		return fail("shutdown", syscall.ENOTCONN)
	}
	c.finish()
	return nil
}

func (c *conn) finish() {
	if c.finned {
		return
	}
	c.finned, c.short = true, false
	p := c.peer
	c.d.n.tracef("%s fin", c)
	c.stream(0, func() {
		p.fin = true
		p.enqueue()
	})
}

// Close is loop.Conn's. As with TCP, closing with something unread resets.
func (c *conn) Close() {
	if c.closed {
		return
	}
	c.closed, c.short = true, false
	c.d.n.tracef("%s close", c)
	c.d.open--
	if c.peer == nil || c.reset != nil {
		return
	}
	if len(c.rx) > 0 {
		c.rx = nil
		c.refuse()
		return
	}
	c.finish()
}

// Local is loop.Conn's.
func (c *conn) Local() loop.Addr { return c.local }

// Remote is loop.Conn's.
func (c *conn) Remote() loop.Addr { return c.remote }

// Fd is loop.Conn's; there is none.
func (c *conn) Fd() int { return -1 }

// String names the end in traces.
func (c *conn) String() string {
	return c.d.host.name + "[" + c.local.String() + ">" + c.remote.String() + "]"
}
