//go:build linux

package evlib

import (
	"errors"
	"unsafe"
)

// uv is libuv (1.19 or newer, for uv_handle_set_data). One uv_poll_t watches the
// descriptor; a uv_signal_t each the signals.
type uv struct {
	handleSize, loopSize, loopInit, loopClose, runFn uintptr
	pollInit, pollStart, setData, close              uintptr
	signalInit, signalStart                          uintptr

	poll uintptr // the uv_poll_t
}

// Values of <uv.h>, which its releases keep.
const (
	uvPoll      = 8  // UV_POLL
	uvSignal    = 16 // UV_SIGNAL
	uvReadable  = 1  // UV_READABLE
	uvRunOnce   = 1  // UV_RUN_ONCE
	uvRunNoWait = 2  // UV_RUN_NOWAIT
)

// uvCloseTurns is how often a loop of our making is run for the handles that
// the program is closing.
const uvCloseTurns = 1000

func openUV() (library, error) {
	s, err := find("libuv", "uv_poll_init", "libuv.so.1")
	if err != nil {
		return nil, err
	}
	u := new(uv)
	return u, s.functions(map[string]*uintptr{
		"uv_handle_size": &u.handleSize, "uv_loop_size": &u.loopSize, "uv_loop_init": &u.loopInit,
		"uv_loop_close": &u.loopClose, "uv_run": &u.runFn, "uv_poll_init": &u.pollInit, "uv_poll_start": &u.pollStart,
		"uv_handle_set_data": &u.setData, "uv_close": &u.close, "uv_signal_init": &u.signalInit,
		"uv_signal_start": &u.signalStart,
	})
}

func (u *uv) make(c *Config) (uintptr, error) {
	p := c.Calloc(call(u.loopSize))
	if err := errno("uv_loop_init", call(u.loopInit, uintptr(p))); err != nil {
		c.Free(uintptr(p))
		return 0, err
	}
	return uintptr(p), nil
}

func (u *uv) handle(l *Loop, kind, init uintptr, args ...uintptr) (uintptr, error) {
	p := l.cfg.Calloc(call(u.handleSize, kind))
	if err := errno("initialising a handle", call(init, append([]uintptr{l.native, uintptr(p)}, args...)...)); err != nil {
		l.cfg.Free(uintptr(p))
		return 0, err
	}
	return uintptr(p), nil
}

func (u *uv) watch(l *Loop) (err error) {
	if u.poll, err = u.handle(l, uvPoll, u.pollInit, uintptr(l.cfg.Fd)); err != nil {
		return err
	}
	call(u.setData, u.poll, l.cfg.Arg)
	if err := errno("uv_poll_start", call(u.pollStart, u.poll, uvReadable, l.cfg.Callbacks.Ready)); err != nil {
		u.unwatch(l)
		return err
	}
	return nil
}

// unwatch stops at once; the memory goes with the loop's next turn.
func (u *uv) unwatch(l *Loop) { call(u.close, u.poll, l.cfg.Callbacks.Closed) }

func (u *uv) signal(l *Loop, s *Signal) error {
	h, err := u.handle(l, uvSignal, u.signalInit)
	if err != nil {
		return err
	}
	call(u.setData, h, uintptr(unsafe.Pointer(s)))
	if err := errno("uv_signal_start", call(u.signalStart, h, l.cfg.Callbacks.Signaled, uintptr(s.Signum))); err != nil {
		call(u.close, h, l.cfg.Callbacks.Closed)
		return err
	}
	s.Handle = h
	return nil
}

func (u *uv) unsignal(l *Loop, s *Signal) {
	call(u.close, s.Handle, l.cfg.Callbacks.Closed)
	l.cfg.Free(uintptr(unsafe.Pointer(s)))
}

// run is told of no errors: uv_run's result says whether handles are left.
func (u *uv) run(l *Loop) error {
	call(u.runFn, l.native, uvRunOnce)
	return nil
}

func (u *uv) free(l *Loop) error {
	for range uvCloseTurns {
		call(u.runFn, l.native, uvRunNoWait)
		if status(call(u.loopClose, l.native)) == 0 {
			l.cfg.Free(l.native)
			return nil
		}
	}
	return errors.New("handles of the program are left on the loop that was made for it; it is not freed")
}
