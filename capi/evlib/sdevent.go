//go:build linux

package evlib

import "unsafe"

// sdEvent is systemd's sd-event. An I/O event source watches the descriptor.
//
// sd-event takes signals by a signalfd, so they must be blocked in every thread
// of the process, which a library cannot arrange. So a signal comes by a
// descriptor of the caller's, and the handle that the program gets is the I/O
// event source of that.
type sdEvent struct {
	newEvent, unrefEvent, runFn, addIO, unrefSource, setEnabled uintptr

	source uintptr
}

const epollIn = 1 // EPOLLIN

func openSDEvent() (library, error) {
	s, err := find("sd-event", "sd_event_add_io", "libsystemd.so.0")
	if err != nil {
		return nil, err
	}
	e := new(sdEvent)
	return e, s.functions(map[string]*uintptr{
		"sd_event_new": &e.newEvent, "sd_event_unref": &e.unrefEvent, "sd_event_run": &e.runFn,
		"sd_event_add_io": &e.addIO, "sd_event_source_unref": &e.unrefSource,
		"sd_event_source_set_enabled": &e.setEnabled,
	})
}

// out calls f with the address of a pointer, which it sets, as the argument at.
func out(c *Config, f uintptr, at int, args ...uintptr) (uintptr, uintptr) {
	p := (*uintptr)(c.Calloc(8))
	args[at] = uintptr(unsafe.Pointer(p))
	r := call(f, args...)
	got := *p
	c.Free(uintptr(unsafe.Pointer(p)))
	return got, r
}

func (e *sdEvent) make(c *Config) (uintptr, error) {
	p, r := out(c, e.newEvent, 0, 0)
	return p, errno("sd_event_new", r)
}

func (e *sdEvent) begin(l *Loop, fd int, cb, arg uintptr) (uintptr, error) {
	p, r := out(&l.cfg, e.addIO, 1, l.native, 0, uintptr(fd), epollIn, cb, arg)
	return p, errno("sd_event_add_io", r)
}

func (e *sdEvent) watch(l *Loop) (err error) {
	e.source, err = e.begin(l, l.cfg.Fd, l.cfg.Callbacks.Ready, l.cfg.Arg)
	return err
}

func (e *sdEvent) unwatch(*Loop) { e.end(e.source) }

// end turns the source off first: unref alone keeps one that is being
// dispatched, descriptor and all, until its callback returns.
func (e *sdEvent) end(source uintptr) {
	call(e.setEnabled, source, 0)
	call(e.unrefSource, source)
}

func (e *sdEvent) signal(l *Loop, s *Signal) error {
	fd, err := l.cfg.SignalPipe(int(s.Signum))
	if err != nil {
		return err
	}
	s.Fd = int32(fd)
	if s.Handle, err = e.begin(l, fd, l.cfg.Callbacks.Pipe, uintptr(unsafe.Pointer(s))); err != nil {
		l.cfg.EndPipe(int(s.Signum))
		return err
	}
	return nil
}

func (e *sdEvent) unsignal(l *Loop, s *Signal) {
	e.end(s.Handle)
	l.cfg.EndPipe(int(s.Signum))
	l.cfg.Free(uintptr(unsafe.Pointer(s)))
}

func (e *sdEvent) run(l *Loop) error {
	return errno("sd_event_run", call(e.runFn, l.native, ^uintptr(0)))
}

func (e *sdEvent) free(l *Loop) error {
	call(e.unrefEvent, l.native)
	return nil
}
