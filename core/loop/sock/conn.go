//go:build linux || darwin || freebsd

package sock

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/golws/golws/core/loop"
	"github.com/golws/golws/core/loop/sock/notify"
)

// conn is one stream socket.
type conn struct {
	reg
	h loop.Handler

	dialing bool // Opened has not been told
	paused  bool // SetReading(false)
	short   bool // the last write was not taken whole: Writable is owed
	ended   bool // Ended was told, or Opened with an error
	closed  bool
	readAll bool // loop.DialSpec.ReadAll
}

func (c *conn) ready(r notify.Ready) {
	if c.dialing {
		c.opened()
		return
	}
	// Where neither reading nor writing is asked for, the end is not to be
	// noticed; it would be reported again and again.
	if r&notify.Hangup != 0 && c.want == 0 {
		c.park()
		return
	}
	// Reading comes first: a failing write would take the socket's error away.
	if r&(notify.Readable|notify.Hangup) != 0 && c.want&notify.In != 0 {
		c.read(r&notify.Hangup != 0)
	}
	if r&(notify.Writable|notify.Hangup) != 0 && c.short && !c.closed {
		c.short = false
		c.interest()
		c.h.Writable()
	}
}

func (c *conn) read(hangup bool) {
	b := c.d.lend()
	for more := true; more; {
		n, e := recv(c.fd, b)
		switch {
		case n > 0:
			c.h.Data(b[:n])
		case e == unix.EAGAIN:
			if hangup {
				if e = pendingError(c.fd); e != 0 {
					c.end(os.NewSyscallError("recv", e))
				}
			}
		case e != 0:
			c.end(os.NewSyscallError("recv", e))
		default:
			c.end(nil)
		}
		more = c.readAll && n == len(b) && !c.closed && c.want&notify.In != 0
	}
	c.d.giveBack()
}

// end tells Ended; err is nil for an orderly end.
func (c *conn) end(err error) {
	c.ended = true
	if err != nil {
		c.short = false
	}
	c.interest()
	c.h.Ended(err)
}

// opened tells the outcome of a dial.
func (c *conn) opened() {
	c.dialing = false
	if e := pendingError(c.fd); e != 0 {
		c.ended, c.short = true, false
		c.want = 0
		c.park()
		c.h.Opened(os.NewSyscallError("connect", e))
		return
	}
	c.interest()
	c.h.Opened(nil)
}

func (c *conn) broke(err error) {
	if c.ended {
		return
	}
	if c.dialing {
		c.dialing, c.ended = false, true
		c.h.Opened(err)
		return
	}
	c.end(err)
}

// interest is derived from what the conn waits for.
func (c *conn) interest() {
	var in notify.Interest
	if !c.paused && !c.ended && !c.dialing {
		in = notify.In
	}
	if c.short || c.dialing {
		in |= notify.Out
	}
	c.set(in)
}

// Write is loop.Conn's.
func (c *conn) Write(b []byte) (int, error) {
	if c.closed {
		return 0, loop.ErrClosed
	}
	if len(b) == 0 {
		return 0, nil
	}
	if c.dialing {
		c.short = true
		return 0, nil
	}
	n, e := send(c.fd, b)
	return c.wrote(n, len(b), e)
}

// Writev is loop.Conn's.
func (c *conn) Writev(bufs [][]byte) (int, error) {
	if c.closed {
		return 0, loop.ErrClosed
	}
	if c.dialing {
		c.short = true
		return 0, nil
	}
	total := 0
	for len(bufs) > 0 {
		n, size, used, e := c.d.sys.sendv(c.fd, bufs)
		if size == 0 {
			bufs = bufs[used:]
			continue
		}
		total += n
		if n < size {
			_, err := c.wrote(n, size, e)
			return total, err
		}
		bufs = bufs[used:]
	}
	return total, nil
}

// wrote accounts for a write that took n of size bytes.
func (c *conn) wrote(n, size int, e syscall.Errno) (int, error) {
	if e != 0 && e != unix.EAGAIN && e != unix.ENOBUFS {
		return n, os.NewSyscallError("send", e)
	}
	if n < size {
		c.short = true
		if c.want&notify.Out == 0 {
			c.interest()
		}
	}
	return n, nil
}

// SetReading is loop.Conn's.
func (c *conn) SetReading(on bool) {
	c.paused = !on
	if !c.closed {
		c.interest()
	}
}

// CloseWrite is loop.Conn's.
func (c *conn) CloseWrite() error {
	if c.closed {
		return loop.ErrClosed
	}
	return os.NewSyscallError("shutdown", unix.Shutdown(int(c.fd), unix.SHUT_WR))
}

// Close is loop.Conn's.
func (c *conn) Close() {
	if c.closed {
		return
	}
	c.closed, c.short = true, false
	c.reg.end()
	// The fd is gone whatever close answers.
	_ = unix.Close(int(c.fd))
	c.fd, c.h = -1, nil
}

// Local is loop.Conn's.
func (c *conn) Local() loop.Addr {
	if c.closed {
		return loop.Addr{}
	}
	return localAddr(int(c.fd))
}

// Remote is loop.Conn's. An IPv4 peer is shown as such, on an IPv6 socket too.
// The system is asked, since few ask and an address is as large as the rest of a
// conn; where the peer is gone already, the zero Addr is the answer.
func (c *conn) Remote() loop.Addr {
	if c.closed {
		return loop.Addr{}
	}
	peer, err := unix.Getpeername(int(c.fd))
	if err != nil {
		return loop.Addr{}
	}
	return addr(peer)
}

// Fd is loop.Conn's.
func (c *conn) Fd() int { return int(c.fd) }
