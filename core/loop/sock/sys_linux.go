package sock

import (
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/golws/golws/core/loop"
	"github.com/golws/golws/core/loop/sock/epoll"
	"github.com/golws/golws/core/loop/sock/notify"
)

// The calls here are made on non-blocking sockets and go past the Go
// scheduler (RawSyscall): they return at once.

const keepIdle = unix.TCP_KEEPIDLE

// spreadsPorts: connections are spread over the sockets that listen on a port
// (SO_REUSEPORT).
const spreadsPorts = true

// system is the memory that system calls need and that would escape.
type system struct {
	iov [maxIovecs]unix.Iovec
	msg unix.Msghdr
}

func newNotifier() (notify.Notifier, error) {
	n, err := epoll.New()
	if err != nil {
		return nil, err
	}
	return n, nil
}

func recv(fd int32, b []byte) (int, syscall.Errno) {
	for {
		n, _, e := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd),
			uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), unix.MSG_DONTWAIT, 0, 0)
		if e == 0 {
			return int(n), 0
		}
		if e != unix.EINTR {
			return 0, e
		}
	}
}

func send(fd int32, b []byte) (int, syscall.Errno) {
	for {
		n, _, e := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd),
			uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)),
			unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, 0, 0)
		if e == 0 {
			return int(n), 0
		}
		if e != unix.EINTR {
			return 0, e
		}
	}
}

// sendv sends as many of bufs as one call takes: used of them, size bytes in
// all, of which n were taken.
func (s *system) sendv(fd int32, bufs [][]byte) (n, size, used int, e syscall.Errno) {
	v := 0
	for _, b := range bufs {
		if len(b) > 0 {
			if v == maxIovecs {
				break
			}
			s.iov[v].Base = unsafe.SliceData(b)
			s.iov[v].SetLen(len(b))
			size += len(b)
			v++
		}
		used++
	}
	if size == 0 {
		return 0, 0, used, 0
	}
	s.msg.Iov = &s.iov[0]
	s.msg.SetIovlen(v)
	for {
		r, _, e := unix.RawSyscall(unix.SYS_SENDMSG, uintptr(fd),
			uintptr(unsafe.Pointer(&s.msg)), unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
		if e == unix.EINTR {
			continue
		}
		clear(s.iov[:v])
		if e != 0 {
			return 0, size, used, e
		}
		return int(r), size, used, 0
	}
}

// accept does not ask for the peer's address: nothing here needs it.
func (s *system) accept(fd int32) (int, loop.Addr, syscall.Errno) {
	n, _, e := unix.RawSyscall6(unix.SYS_ACCEPT4, uintptr(fd), 0, 0,
		unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0, 0)
	if e != 0 {
		return -1, loop.Addr{}, e
	}
	return int(n), loop.Addr{}, 0
}

func newSocket(family int) (int, error) {
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	return fd, os.NewSyscallError("socket", err)
}

// setAccepted has nothing to do: Linux's accepted sockets inherit the options.
func setAccepted(int, loop.Addr, loop.KeepAlive) error { return nil }

func setAdopted(fd int, remote loop.Addr) error {
	if !remote.IP.IsValid() {
		return nil
	}
	return setNoDelay(fd)
}

func bindDevice(fd, _ int, name string) error {
	return os.NewSyscallError("setsockopt", unix.BindToDevice(fd, name))
}

// portAtConnect lets connections from one source address to different peers
// share a port. Without it (before Linux 4.2) there are only fewer ports.
func portAtConnect(fd int) {
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1)
}

func setPriority(fd, priority int) error {
	return os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_PRIORITY, priority))
}

// preferPublic is RFC 5014 3.
func preferPublic(fd int) error {
	const preferSrcPublic = 2 // IPV6_PREFER_SRC_PUBLIC, <linux/in6.h>
	return os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_ADDR_PREFERENCES, preferSrcPublic))
}
