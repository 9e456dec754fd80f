//go:build darwin || freebsd

package sock

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/golws/golws/core/loop"
	"github.com/golws/golws/core/loop/sock/kqueue"
	"github.com/golws/golws/core/loop/sock/notify"
)

// spreadsPorts is false as SO_REUSEPORT gives all connections to one socket.
const spreadsPorts = false

// system has no memory of its own here.
type system struct{}

func newNotifier() (notify.Notifier, error) {
	n, err := kqueue.New()
	if err != nil {
		return nil, err
	}
	return n, nil
}

func errno(err error) syscall.Errno {
	e, _ := err.(syscall.Errno)
	return e
}

// retry repeats a call that a signal has interrupted.
func retry(call func() (int, error)) (int, syscall.Errno) {
	for {
		n, err := call()
		if err == unix.EINTR {
			continue
		}
		return max(0, n), errno(err)
	}
}

func recv(fd int32, b []byte) (int, syscall.Errno) {
	return retry(func() (int, error) { return unix.Read(int(fd), b) })
}

// send raises no SIGPIPE: every socket here has SO_NOSIGPIPE.
func send(fd int32, b []byte) (int, syscall.Errno) {
	return retry(func() (int, error) { return unix.Write(int(fd), b) })
}

// sendv sends as many of bufs as one call takes: used of them, size bytes in
// all, of which n were taken.
func (s *system) sendv(fd int32, bufs [][]byte) (n, size, used int, e syscall.Errno) {
	var iov [][]byte
	for _, b := range bufs {
		if len(b) > 0 {
			if len(iov) == maxIovecs {
				break
			}
			iov = append(iov, b)
			size += len(b)
		}
		used++
	}
	if size == 0 {
		return 0, 0, used, 0
	}
	n, e = retry(func() (int, error) { return unix.SendmsgBuffers(int(fd), iov, nil, nil, 0) })
	return n, size, used, e
}

func (s *system) accept(fd int32) (int, loop.Addr, syscall.Errno) {
	n, sa, err := accept(int(fd))
	if err != nil {
		return -1, loop.Addr{}, errno(err)
	}
	if _, ok := sa.(*unix.SockaddrUnix); ok {
		return n, loop.Addr{}, 0
	}
	return n, addr(sa), 0
}

func newSocket(family int) (int, error) {
	syscall.ForkLock.RLock()
	fd, err := unix.Socket(family, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	err = unix.SetNonblock(fd, true)
	if err == nil {
		err = noSigpipe(fd)
	}
	if err != nil {
		unix.Close(fd)
		return -1, os.NewSyscallError("socket", err)
	}
	return fd, nil
}

func noSigpipe(fd int) error {
	return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_NOSIGPIPE, 1)
}

func setAccepted(fd int, remote loop.Addr, k loop.KeepAlive) error {
	if err := noSigpipe(fd); err != nil {
		return os.NewSyscallError("setsockopt", err)
	}
	if !remote.IP.IsValid() {
		return nil
	}
	return setStreamOptions(fd, k)
}

func setAdopted(fd int, remote loop.Addr) error {
	return setAccepted(fd, remote, loop.KeepAlive{})
}

// portAtConnect is what these systems do anyway.
func portAtConnect(int) {}

// setPriority is unsupported: the system has no such option.
func setPriority(int, int) error { return errors.ErrUnsupported }

// preferPublic is unsupported, too.
func preferPublic(int) error { return errors.ErrUnsupported }
