//go:build linux || darwin || freebsd

package sock

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/golws/golws/core/loop"
)

// pendingError takes the socket's error away.
func pendingError(fd int32) syscall.Errno {
	v, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ERROR)
	if e, ok := err.(syscall.Errno); ok {
		return e
	}
	return syscall.Errno(v)
}

// setStreamOptions is for TCP sockets that listen or dial. Small messages are
// gathered above, so Nagle's algorithm only delays them.
func setStreamOptions(fd int, k loop.KeepAlive) error {
	if err := setNoDelay(fd); err != nil {
		return err
	}
	if k.Idle <= 0 {
		return nil
	}
	return setKeepAlive(fd, k)
}

func setNoDelay(fd int) error {
	return os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1))
}
