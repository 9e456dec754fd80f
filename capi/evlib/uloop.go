//go:build linux

package evlib

import (
	"errors"
	"unsafe"
)

// uloop is libubox's. A process has one loop, which belongs to whoever calls
// uloop_init, so all that is watched is watched there, and there can be one
// service thread. Written to the interface that <libubox/uloop.h> documents and
// not tried with the library itself, which Debian does not have.
type uloop struct {
	init, done, runTimeout, end, fdAdd, fdDelete uintptr

	fd *uloopFd
}

// uloopFd is struct uloop_fd, and behind it what the callback wants to know.
type uloopFd struct {
	cb         uintptr
	fd         int32
	eof, error bool
	registered bool
	flags      uint8
	arg        uintptr
	uloopEnd   uintptr // to be called behind the event, 0 for not
}

const uloopRead = 1 // ULOOP_READ

func openUloop() (library, error) {
	s, err := find("uloop", "uloop_fd_add", "libubox.so")
	if err != nil {
		return nil, err
	}
	u := new(uloop)
	return u, s.functions(map[string]*uintptr{
		"uloop_init": &u.init, "uloop_done": &u.done, "uloop_run_timeout": &u.runTimeout, "uloop_end": &u.end,
		"uloop_fd_add": &u.fdAdd, "uloop_fd_delete": &u.fdDelete,
	})
}

// make answers 1: the loop has no address.
func (u *uloop) make(*Config) (uintptr, error) {
	if status(call(u.init)) < 0 {
		return 0, errors.New("uloop_init failed")
	}
	return 1, nil
}

func (u *uloop) begin(l *Loop, fd int, cb, arg uintptr) (*uloopFd, error) {
	w := (*uloopFd)(l.cfg.Calloc(unsafe.Sizeof(uloopFd{})))
	*w = uloopFd{cb: cb, fd: int32(fd), arg: arg}
	if status(call(u.fdAdd, uintptr(unsafe.Pointer(w)), uloopRead)) < 0 {
		l.cfg.Free(uintptr(unsafe.Pointer(w)))
		return nil, errors.New("uloop_fd_add failed")
	}
	return w, nil
}

func (u *uloop) watch(l *Loop) (err error) {
	u.fd, err = u.begin(l, l.cfg.Fd, l.cfg.Callbacks.Ready, l.cfg.Arg)
	return err
}

func (u *uloop) unwatch(l *Loop) { u.stop(l, u.fd) }

func (u *uloop) stop(l *Loop, w *uloopFd) {
	call(u.fdDelete, uintptr(unsafe.Pointer(w)))
	l.cfg.Free(uintptr(unsafe.Pointer(w)))
}

func (u *uloop) signal(l *Loop, s *Signal) error {
	fd, err := l.cfg.SignalPipe(int(s.Signum))
	if err != nil {
		return err
	}
	s.Fd = int32(fd)
	w, err := u.begin(l, fd, l.cfg.Callbacks.Pipe, uintptr(unsafe.Pointer(s)))
	if err != nil {
		l.cfg.EndPipe(int(s.Signum))
		return err
	}
	s.Handle = uintptr(unsafe.Pointer(w))
	return nil
}

func (u *uloop) unsignal(l *Loop, s *Signal) {
	call(u.fdDelete, s.Handle)
	l.cfg.Free(s.Handle)
	l.cfg.EndPipe(int(s.Signum))
	l.cfg.Free(uintptr(unsafe.Pointer(s)))
}

// run has uloop end behind the first event of ours: it knows no single turn.
func (u *uloop) run(l *Loop) error {
	u.fd.uloopEnd = u.end
	call(u.runTimeout, ^uintptr(0))
	if !l.closed {
		u.fd.uloopEnd = 0
	}
	return nil
}

func (u *uloop) free(*Loop) error {
	call(u.done)
	return nil
}
