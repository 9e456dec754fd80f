//go:build linux || darwin || freebsd

package sock

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"

	"github.com/golws/golws/core/loop"
)

// Dial is loop.Driver's. What the system refuses at once (no route, a unix path
// that nobody listens on, a full unix backlog with EAGAIN) is Dial's error;
// all else is told by Opened. A Write before Opened takes nothing, and Writable
// follows.
func (d *Driver) Dial(spec loop.DialSpec, h loop.Handler) (loop.Conn, error) {
	c := &conn{h: h, dialing: true, readAll: spec.ReadAll}
	c.d, c.fd = d, -1
	err := c.connect(spec)
	if err == nil {
		c.interest()
		err = c.begin(c)
	}
	if err != nil {
		if c.fd >= 0 {
			c.Close()
		}
		return nil, fmt.Errorf("connect to %v: %w", spec.Addr, err)
	}
	return c, nil
}

func (c *conn) connect(spec loop.DialSpec) error {
	sa, family, err := sockaddr(spec.Addr)
	if err != nil {
		return err
	}
	fd, err := newSocket(family)
	if err != nil {
		return err
	}
	c.fd = int32(fd)
	if family != unix.AF_UNIX {
		if err := setStreamOptions(fd, spec.KeepAlive); err != nil {
			return err
		}
		if err := setDialOptions(fd, family, spec); err != nil {
			return err
		}
		if err := bindSource(fd, family, spec); err != nil {
			return err
		}
	}
	if spec.Made != nil {
		if err := spec.Made(fd); err != nil {
			return err
		}
	}
	for {
		err = unix.Connect(fd, sa)
		if err != unix.EINTR {
			break
		}
	}
	// One that has succeeded is told by the next Poll as well: it is writable.
	if err == nil || err == unix.EINPROGRESS {
		return nil
	}
	return os.NewSyscallError("connect", err)
}

func setDialOptions(fd, family int, spec loop.DialSpec) error {
	if spec.ReuseAddr {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
			return os.NewSyscallError("setsockopt", err)
		}
	}
	if spec.TOS != 0 {
		level, name := unix.IPPROTO_IP, unix.IP_TOS
		if family == unix.AF_INET6 {
			level, name = unix.IPPROTO_IPV6, unix.IPV6_TCLASS
		}
		if err := unix.SetsockoptInt(fd, level, name, spec.TOS); err != nil {
			return os.NewSyscallError("setsockopt", err)
		}
	}
	if spec.Priority != 0 { // behind the type of service, which sets it too
		if err := setPriority(fd, spec.Priority); err != nil {
			return err
		}
	}
	if spec.PublicAddr && family == unix.AF_INET6 {
		return preferPublic(fd)
	}
	return nil
}

func bindSource(fd, family int, spec loop.DialSpec) error {
	if spec.Device != "" {
		if err := bindDevice(fd, family, spec.Device); err != nil {
			return err
		}
	}
	if !spec.Local.IsValid() && spec.LocalPort == 0 {
		return nil
	}
	from := spec.Local
	if !from.IsValid() {
		from = netip.IPv4Unspecified()
		if family == unix.AF_INET6 {
			from = netip.IPv6Unspecified()
		}
	}
	if spec.LocalPort != 0 {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
			return os.NewSyscallError("setsockopt", err)
		}
	} else {
		portAtConnect(fd)
	}
	sa, fromFamily, err := sockaddr(loop.Addr{IP: netip.AddrPortFrom(from, spec.LocalPort)})
	if err != nil {
		return err
	}
	if fromFamily != family {
		return os.NewSyscallError("bind", unix.EAFNOSUPPORT)
	}
	return os.NewSyscallError("bind", unix.Bind(fd, sa))
}

// Adopt is loop.Driver's. The socket is made non-blocking, and TCP_NODELAY is
// set where it is TCP.
func (d *Driver) Adopt(fd int, h loop.Handler) (loop.Conn, error) {
	c := &conn{h: h}
	c.d, c.fd = d, int32(fd)
	err := c.adopt(fd)
	if err == nil {
		c.interest()
		err = c.begin(c)
	}
	if err != nil {
		if fd >= 0 && !errors.Is(err, fs.ErrExist) {
			c.Close()
		}
		return nil, fmt.Errorf("adopt fd %d: %w", fd, err)
	}
	return c, nil
}

func (c *conn) adopt(fd int) error {
	kind, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE)
	if err != nil {
		return os.NewSyscallError("getsockopt", err)
	}
	if kind != unix.SOCK_STREAM {
		return os.NewSyscallError("getsockopt", unix.EPROTOTYPE)
	}
	peer, err := unix.Getpeername(fd)
	if err != nil {
		return os.NewSyscallError("getpeername", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		return os.NewSyscallError("fcntl", err)
	}
	return setAdopted(fd, addr(peer))
}
