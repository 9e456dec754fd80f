//go:build linux

package evlib

import (
	"errors"
	"unsafe"
)

// ev is libev 4. One ev_io watches the descriptor.
type ev struct {
	loopNew, loopDestroy, runFn              uintptr
	ioStart, ioStop, signalStart, signalStop uintptr

	io *evIO
}

// evIO and evSig are libev's ev_io and ev_signal as it is built by default: with
// EV_MULTIPLICITY, and EV_COMMON as a data pointer. libev's callers fill them in
// by macros; here that is done by hand.
type evIO struct {
	active, pending, priority int32
	data, cb, next            uintptr
	fd, events                int32
}

type evSig struct {
	active, pending, priority int32
	data, cb, next            uintptr
	signum                    int32
}

// Values of <ev.h>.
const (
	evIORead  = 0x01 // EV_READ
	evIOSet   = 0x80 // EV__IOFDSET, set by ev_io_set
	evRunOnce = 2    // EVRUN_ONCE
)

func openEv() (library, error) {
	s, err := find("libev", "ev_run", "libev.so.4")
	if err != nil {
		return nil, err
	}
	e := new(ev)
	return e, s.functions(map[string]*uintptr{
		"ev_loop_new": &e.loopNew, "ev_loop_destroy": &e.loopDestroy, "ev_run": &e.runFn, "ev_io_start": &e.ioStart,
		"ev_io_stop": &e.ioStop, "ev_signal_start": &e.signalStart, "ev_signal_stop": &e.signalStop,
	})
}

func (e *ev) make(*Config) (uintptr, error) {
	if p := call(e.loopNew, 0); p != 0 {
		return p, nil
	}
	return 0, errors.New("ev_loop_new failed")
}

func (e *ev) watch(l *Loop) error {
	e.io = (*evIO)(l.cfg.Calloc(unsafe.Sizeof(evIO{})))
	*e.io = evIO{data: l.cfg.Arg, cb: l.cfg.Callbacks.Ready, fd: int32(l.cfg.Fd), events: evIORead | evIOSet}
	call(e.ioStart, l.native, uintptr(unsafe.Pointer(e.io)))
	return nil
}

func (e *ev) unwatch(l *Loop) {
	call(e.ioStop, l.native, uintptr(unsafe.Pointer(e.io)))
	l.cfg.Free(uintptr(unsafe.Pointer(e.io)))
}

func (e *ev) signal(l *Loop, s *Signal) error {
	w := (*evSig)(l.cfg.Calloc(unsafe.Sizeof(evSig{})))
	*w = evSig{data: uintptr(unsafe.Pointer(s)), cb: l.cfg.Callbacks.Signaled, signum: s.Signum}
	s.Handle = uintptr(unsafe.Pointer(w))
	call(e.signalStart, l.native, s.Handle)
	return nil
}

func (e *ev) unsignal(l *Loop, s *Signal) {
	call(e.signalStop, l.native, s.Handle)
	l.cfg.Free(s.Handle)
	l.cfg.Free(uintptr(unsafe.Pointer(s)))
}

func (e *ev) run(l *Loop) error {
	call(e.runFn, l.native, evRunOnce)
	return nil
}

func (e *ev) free(l *Loop) error {
	call(e.loopDestroy, l.native)
	return nil
}
