//go:build linux

// Package evlib puts a service thread on an event loop of somebody else's
// library: libuv, libevent, libev, glib, sd-event or uloop.
//
// Nothing is linked. The library is the one that the process has loaded, or the
// installed one, and is called through purego. All that an event loop is asked
// to do is to watch one file descriptor for reading, and perhaps signals; its
// callbacks are C functions that the caller of this package provides, so that an
// event reaches the service thread without passing through this package.
//
// Pointers into the libraries and C memory are uintptr here: they are never Go's.
package evlib

import (
	"fmt"
	"sync"
	"unsafe"
)

// Kind is an event library.
type Kind int

// The libraries.
const (
	UV Kind = iota + 1
	Event
	Ev
	Glib
	SDEvent
	Uloop
)

func (k Kind) String() string {
	return map[Kind]string{UV: "libuv", Event: "libevent", Ev: "libev", Glib: "glib", SDEvent: "sd-event", Uloop: "uloop"}[k]
}

// Callbacks are C functions with the signatures that the library wants. The
// argument that each passes on is Config.Arg, or for signals the *Signal.
type Callbacks struct {
	Ready    uintptr // the descriptor is readable
	Signaled uintptr // a signal that the library watches came
	Closed   uintptr // libuv: the handle is closed, free its memory
	Pipe     uintptr // where the library cannot watch signals: the descriptor of one is readable
}

// Config says what Open does.
type Config struct {
	Kind    Kind
	Foreign uintptr // the program's loop, 0 to make one
	Fd      int     // to watch
	Arg     uintptr // for Callbacks.Ready
	// Signals to watch, on a loop of our own making.
	Signals   []int
	SignalFn  uintptr // void (*)(void *handle, int signum), the program's
	Callbacks Callbacks
	// Calloc and Free are C's.
	Calloc func(size uintptr) unsafe.Pointer
	Free   func(p uintptr)
	// OnStack has the C handler of a signal run on the alternate stack, which
	// a Go runtime needs; called when the library has installed it.
	OnStack func(signum int)
	// SignalPipe gives a descriptor that becomes readable when a signal comes;
	// EndPipe undoes it. For libraries that cannot watch signals by themselves.
	SignalPipe func(signum int) (fd int, err error)
	EndPipe    func(signum int)
}

// Signal is what a signal callback gets: C memory, laid out as struct
// golws_signal.
type Signal struct {
	Fn     uintptr // Config.SignalFn
	Handle uintptr // the library's handle, which the program gets
	Signum int32
	Fd     int32 // of Config.SignalPipe
}

// Loop is one service thread's place on an event loop. Its methods belong to
// the loop's thread.
type Loop struct {
	cfg     Config
	lib     library
	native  uintptr
	own     bool // the loop is of our making
	closed  bool
	signals []*Signal

	mu      sync.Mutex // held to free the loop, which is any thread's, and for these two
	running int        // Run calls on the stack
	freed   bool       // Free was called
}

// library is what differs from one event library to the next.
type library interface {
	// make makes a loop.
	make(c *Config) (uintptr, error)
	// watch begins to watch the descriptor; unwatch ends it, also from within
	// the callback.
	watch(l *Loop) error
	unwatch(l *Loop)
	// signal begins to watch s.Signum and sets s.Handle; unsignal ends it and
	// frees s.
	signal(l *Loop, s *Signal) error
	unsignal(l *Loop, s *Signal)
	// run waits for events and has them handled, once.
	run(l *Loop) error
	// free frees a loop of our making.
	free(l *Loop) error
}

// Open begins to watch c.Fd.
func Open(c Config) (*Loop, error) {
	l := &Loop{cfg: c, native: c.Foreign}
	var err error
	switch c.Kind {
	case UV:
		l.lib, err = openUV()
	case Event:
		l.lib, err = openEvent()
	case Ev:
		l.lib, err = openEv()
	case Glib:
		l.lib, err = openGlib()
	case SDEvent:
		l.lib, err = openSDEvent()
	case Uloop:
		l.lib, err = openUloop()
	default:
		return nil, fmt.Errorf("no event library %d", c.Kind)
	}
	if err != nil {
		return nil, err
	}
	if l.native == 0 {
		if l.native, err = l.lib.make(&l.cfg); err != nil {
			return nil, fmt.Errorf("making a loop of %s: %w", c.Kind, err)
		}
		l.own = true
	}
	if err := l.lib.watch(l); err != nil {
		return nil, fmt.Errorf("watching on a loop of %s: %w", c.Kind, errorAnd(err, l.Free()))
	}
	if err := l.watchSignals(); err != nil {
		l.Close()
		return nil, fmt.Errorf("watching signals on a loop of %s: %w", c.Kind, errorAnd(err, l.Free()))
	}
	return l, nil
}

func (l *Loop) watchSignals() error {
	if !l.own || l.cfg.SignalFn == 0 {
		return nil
	}
	for _, n := range l.cfg.Signals {
		s := (*Signal)(l.cfg.Calloc(unsafe.Sizeof(Signal{})))
		*s = Signal{Fn: l.cfg.SignalFn, Signum: int32(n), Fd: -1}
		if err := l.lib.signal(l, s); err != nil {
			l.cfg.Free(uintptr(unsafe.Pointer(s)))
			return err
		}
		l.signals = append(l.signals, s)
		l.cfg.OnStack(n)
	}
	return nil
}

// Native is the library's own loop: a uv_loop_t *, struct event_base *, struct
// ev_loop *, GMainLoop * or sd_event *.
func (l *Loop) Native() uintptr { return l.native }

// Run waits for events and has them handled. It may be the last call: a loop
// that was freed from within it goes here.
func (l *Loop) Run() error {
	l.mu.Lock()
	if l.freed || l.running > 0 {
		l.mu.Unlock()
		return fmt.Errorf("the loop of %s runs already, or is gone", l.cfg.Kind)
	}
	l.running++
	l.mu.Unlock()
	err := l.lib.run(l)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running--
	if l.freed && l.running == 0 {
		err = errorAnd(err, l.freeOwn())
	}
	return err
}

// Close stops watching, also from within a callback. A foreign loop is then as
// it was before Open; libuv's program runs it once more, for the handle to go.
func (l *Loop) Close() {
	if l.closed {
		return
	}
	l.closed = true
	l.lib.unwatch(l)
	for _, s := range l.signals {
		l.lib.unsignal(l, s)
	}
	l.signals = nil
}

// Free frees the loop where it is of our making, now or when the Run that it is
// called from returns. It comes behind Close; any thread.
func (l *Loop) Free() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.freed = true
	if l.running > 0 {
		return nil
	}
	return l.freeOwn()
}

func (l *Loop) freeOwn() error {
	if !l.own {
		return nil
	}
	l.own = false
	return l.lib.free(l)
}
