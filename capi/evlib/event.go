//go:build linux

package evlib

import (
	"errors"
	"unsafe"
)

// event is libevent 2. One struct event watches the descriptor.
type event struct {
	baseNew, baseFree, baseLoop   uintptr
	newEvent, add, del, freeEvent uintptr

	ev uintptr
}

// Values of <event2/event.h>.
const (
	evRead     = 0x02 // EV_READ
	evSignal   = 0x08 // EV_SIGNAL
	evPersist  = 0x10 // EV_PERSIST
	evLoopOnce = 0x01 // EVLOOP_ONCE
)

func openEvent() (library, error) {
	// libev has functions named like libevent 1's, but no event_new.
	s, err := find("libevent", "event_new",
		"libevent-2.1.so.7", "libevent_core-2.1.so.7", "libevent-2.1.so.6", "libevent_core-2.1.so.6",
		"libevent-2.2.so.1", "libevent_core-2.2.so.1", "libevent-2.0.so.5", "libevent_core-2.0.so.5")
	if err != nil {
		return nil, err
	}
	e := new(event)
	return e, s.functions(map[string]*uintptr{
		"event_base_new": &e.baseNew, "event_base_free": &e.baseFree, "event_base_loop": &e.baseLoop,
		"event_new": &e.newEvent, "event_add": &e.add, "event_del": &e.del, "event_free": &e.freeEvent,
	})
}

func (e *event) make(*Config) (uintptr, error) {
	if b := call(e.baseNew); b != 0 {
		return b, nil
	}
	return 0, errors.New("event_base_new failed")
}

func (e *event) begin(l *Loop, fd int, what uintptr, cb, arg uintptr) (uintptr, error) {
	ev := call(e.newEvent, l.native, uintptr(fd), what|evPersist, cb, arg)
	if ev == 0 {
		return 0, errors.New("event_new failed")
	}
	if status(call(e.add, ev, 0)) != 0 {
		call(e.freeEvent, ev)
		return 0, errors.New("event_add failed")
	}
	return ev, nil
}

func (e *event) watch(l *Loop) (err error) {
	e.ev, err = e.begin(l, l.cfg.Fd, evRead, l.cfg.Callbacks.Ready, l.cfg.Arg)
	return err
}

func (e *event) unwatch(*Loop) { e.end(e.ev) }

func (e *event) end(ev uintptr) {
	call(e.del, ev)
	call(e.freeEvent, ev)
}

func (e *event) signal(l *Loop, s *Signal) (err error) {
	s.Handle, err = e.begin(l, int(s.Signum), evSignal, l.cfg.Callbacks.Signaled, uintptr(unsafe.Pointer(s)))
	return err
}

func (e *event) unsignal(l *Loop, s *Signal) {
	e.end(s.Handle)
	l.cfg.Free(uintptr(unsafe.Pointer(s)))
}

func (e *event) run(l *Loop) error {
	if status(call(e.baseLoop, l.native, evLoopOnce)) < 0 {
		return errors.New("event_base_loop failed")
	}
	return nil
}

func (e *event) free(l *Loop) error {
	call(e.baseFree, l.native)
	return nil
}
