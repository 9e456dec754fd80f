//go:build linux || darwin || freebsd

package sock

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/golws/golws/core/loop"
)

// maxIovecs is how many pieces one call sends.
const maxIovecs = 64

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

func setKeepAlive(fd int, k loop.KeepAlive) error {
	for _, o := range [...]struct{ level, name, value int }{
		{unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
		{unix.IPPROTO_TCP, keepIdle, k.Idle},
		{unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, k.Interval},
		{unix.IPPROTO_TCP, unix.TCP_KEEPCNT, k.Probes},
	} {
		if o.value <= 0 {
			continue
		}
		if err := unix.SetsockoptInt(fd, o.level, o.name, o.value); err != nil {
			return os.NewSyscallError("setsockopt", err)
		}
	}
	return nil
}

func setFastOpen(fd, queue int) error {
	return os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_FASTOPEN, queue))
}
