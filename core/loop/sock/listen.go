//go:build linux || darwin || freebsd

package sock

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"

	"github.com/golws/golws/core/loop"
	"github.com/golws/golws/core/loop/sock/notify"
)

const (
	// acceptsPerEvent bounds how long a burst of connections keeps the loop
	// from the established ones. A listener that is shared takes fewer, so
	// that the others get some.
	acceptsPerEvent       = 64
	acceptsPerEventShared = 4

	// acceptPause is how long accepting rests after a failure such as EMFILE.
	acceptPause loop.Micros = 100_000

	largestBacklog = 32767 // cut down to its own limit by the system
)

// listener is one listening socket.
type listener struct {
	reg
	a      loop.Acceptor
	addr   loop.Addr
	path   *ownedPath // set where this listener made the path
	keep   loop.KeepAlive
	resume loop.Timer
	shared bool
	off    bool // SetAccepting(false)
	closed bool
}

// Listen is loop.Driver's. TCP_NODELAY and keep-alive are set on the listening
// socket where accepted ones inherit them, which saves calls for each. A unix
// path that is a socket which nobody listens on is replaced, and a path that
// was made here is removed by Close. Sharing a socket through spec.Fd sets
// TCP_NODELAY and spec.KeepAlive on it.
func (d *Driver) Listen(spec loop.ListenSpec, a loop.Acceptor) (loop.Listener, error) {
	l := &listener{a: a, keep: spec.KeepAlive}
	l.d, l.fd = d, -1
	l.resume.Owner = l
	err := l.open(spec)
	if err == nil {
		l.accepting(true)
		err = l.begin(l)
	}
	if err != nil {
		return nil, errors.Join(err, l.free())
	}
	return l, nil
}

func (l *listener) open(spec loop.ListenSpec) error {
	if spec.Fd > 0 {
		return l.share(spec)
	}
	if spec.Spread && spreadsPorts && !spec.Addr.IsUnix() {
		return l.openSpread(spec)
	}
	sa, family, err := sockaddr(spec.Addr)
	if err != nil {
		return err
	}
	fd, err := newSocket(family)
	if err != nil {
		return err
	}
	l.fd = int32(fd)
	if spec.Device != "" {
		if err := bindDevice(fd, family, spec.Device); err != nil {
			return err
		}
	}
	if family == unix.AF_UNIX {
		return l.openUnix(fd, sa, spec)
	}
	if err := setListenOptions(fd, family, spec); err != nil {
		return err
	}
	if err := unix.Bind(fd, sa); err != nil {
		return os.NewSyscallError("bind", err)
	}
	return l.listen(fd)
}

// openSpread listens on a socket that others can listen beside, so that the
// system spreads connections over them: of listeners that wait for one socket
// it wakes the same few again and again. As this lets other processes in too,
// the address is taken alone first, which fails where somebody has it.
func (l *listener) openSpread(spec loop.ListenSpec) error {
	spec.Spread = false
	if !spec.ReusePort && spec.Addr.IP.Port() != 0 { // for 0 the system gives a port that nobody has
		alone := &listener{}
		alone.fd = -1
		err := alone.open(spec)
		if alone.fd >= 0 {
			if e := unix.Close(int(alone.fd)); err == nil {
				err = os.NewSyscallError("close", e)
			}
		}
		if err != nil {
			return err
		}
	}
	spec.ReusePort = true
	return l.open(spec)
}

// share listens beside a socket that listens already, or duplicates it.
func (l *listener) share(spec loop.ListenSpec) error {
	if at := localAddr(spec.Fd); spec.Spread && spreadsPorts && at.IP.IsValid() {
		spec.Fd, spec.Addr, spec.ReusePort = 0, at, true
		return l.open(spec)
	}
	fd, err := unix.FcntlInt(uintptr(spec.Fd), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return os.NewSyscallError("dup", err)
	}
	l.fd, l.shared = int32(fd), true
	on, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ACCEPTCONN)
	if err != nil {
		return os.NewSyscallError("getsockopt", err)
	}
	if on == 0 {
		return os.NewSyscallError("accept", unix.EINVAL)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		return os.NewSyscallError("fcntl", err)
	}
	l.addr = localAddr(fd)
	if l.addr.IP.IsValid() {
		return setStreamOptions(fd, spec.KeepAlive)
	}
	return nil
}

func (l *listener) listen(fd int) error {
	if err := unix.Listen(fd, largestBacklog); err != nil {
		return os.NewSyscallError("listen", err)
	}
	l.addr = localAddr(fd)
	return nil
}

func setListenOptions(fd, family int, spec loop.ListenSpec) error {
	set := func(level, name, value int) error {
		return os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, level, name, value))
	}
	if err := set(unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return err
	}
	if family == unix.AF_INET6 {
		only := 0
		if spec.V6Only {
			only = 1
		}
		if err := set(unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, only); err != nil {
			return err
		}
	}
	if spec.ReusePort {
		if err := set(unix.SOL_SOCKET, unix.SO_REUSEPORT, 1); err != nil {
			return err
		}
	}
	if spec.FastOpen > 0 {
		if err := setFastOpen(fd, spec.FastOpen); err != nil {
			return err
		}
	}
	return setStreamOptions(fd, spec.KeepAlive)
}

func (l *listener) ready(notify.Ready) {
	if l.closed {
		return
	}
	n := acceptsPerEvent
	if l.shared {
		n = acceptsPerEventShared
	}
	for ; n > 0 && l.want&notify.In != 0; n-- {
		fd, remote, e := l.d.sys.accept(l.fd)
		switch e {
		case 0:
			l.accepted(fd, remote)
		case unix.EAGAIN:
			return
		case unix.EINTR, unix.ECONNABORTED, unix.EPROTO, unix.EPERM, unix.ETIMEDOUT,
			unix.ENETDOWN, unix.ENETUNREACH, unix.EHOSTDOWN, unix.EHOSTUNREACH, unix.ENOPROTOOPT, unix.EOPNOTSUPP:
			// The one connection's own, gone before it was taken (accept(2)).
		default:
			l.rest()
			l.a.AcceptFailed(os.NewSyscallError("accept", e))
			return
		}
	}
}

func (l *listener) accepted(fd int, remote loop.Addr) {
	c := new(conn)
	c.d, c.fd = l.d, int32(fd)
	if err := setAccepted(fd, remote, l.keep); err != nil {
		c.Close() // the peer is gone already
		return
	}
	c.interest()
	h := l.a.Accepted(c)
	if c.closed {
		return
	}
	if h == nil {
		c.Close()
		return
	}
	c.h = h
	if err := c.begin(c); err != nil {
		c.end(err)
	}
}

// rest stops accepting for a while.
func (l *listener) rest() {
	l.accepting(false)
	l.d.loop.Arm(&l.resume, l.d.Now()+acceptPause)
}

// Expired ends a rest. It is loop.Expirer's.
func (l *listener) Expired(*loop.Timer) {
	if !l.closed && !l.off {
		l.accepting(true)
	}
}

func (l *listener) broke(err error) {
	l.rest()
	l.a.AcceptFailed(err)
}

func (l *listener) accepting(on bool) {
	var in notify.Interest
	if l.shared {
		in = notify.Shared
	}
	if on {
		in |= notify.In
	}
	l.set(in)
}

// Addr is loop.Listener's.
func (l *listener) Addr() loop.Addr { return l.addr }

// Fd is loop.Listener's.
func (l *listener) Fd() int { return int(l.fd) }

// SetAccepting is loop.Listener's.
func (l *listener) SetAccepting(on bool) {
	l.off = !on
	if !l.closed && !l.resume.Armed() {
		l.accepting(on)
	}
}

// Close is loop.Listener's.
func (l *listener) Close() error {
	if l.closed {
		return nil
	}
	return l.free()
}

func (l *listener) free() error {
	l.closed = true
	if l.resume.Armed() {
		l.d.loop.Disarm(&l.resume)
	}
	l.end()
	var errs []error
	if l.path != nil {
		errs = append(errs, l.path.remove())
	}
	if l.fd >= 0 {
		errs = append(errs, os.NewSyscallError("close", unix.Close(int(l.fd))))
		l.fd = -1
	}
	return errors.Join(errs...)
}
