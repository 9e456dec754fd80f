//go:build linux

package evlib

import (
	"errors"
	"unsafe"
)

// glib is GLib 2.36 or newer. A unix fd source watches the descriptor. The
// native loop is a GMainLoop, as lws has it.
type glib struct {
	contextNew, contextUnref, iteration, loopNew, loopUnref, loopContext uintptr
	fdSource, signalSource, setCallback, attach, destroy, unref          uintptr

	source uintptr
}

const gIOIn = 1 // G_IO_IN

func openGlib() (library, error) {
	s, err := find("glib", "g_main_context_iteration", "libglib-2.0.so.0")
	if err != nil {
		return nil, err
	}
	g := new(glib)
	return g, s.functions(map[string]*uintptr{
		"g_main_context_new": &g.contextNew, "g_main_context_unref": &g.contextUnref,
		"g_main_context_iteration": &g.iteration, "g_main_loop_new": &g.loopNew, "g_main_loop_unref": &g.loopUnref,
		"g_main_loop_get_context": &g.loopContext, "g_unix_fd_source_new": &g.fdSource,
		"g_unix_signal_source_new": &g.signalSource, "g_source_set_callback": &g.setCallback,
		"g_source_attach": &g.attach, "g_source_destroy": &g.destroy, "g_source_unref": &g.unref,
	})
}

func (g *glib) make(*Config) (uintptr, error) {
	c := call(g.contextNew)
	if c == 0 {
		return 0, errors.New("g_main_context_new failed")
	}
	l := call(g.loopNew, c, 0)
	call(g.contextUnref, c) // the loop has it
	return l, nil
}

func (g *glib) begin(l *Loop, source, cb, arg uintptr) uintptr {
	call(g.setCallback, source, cb, arg, 0)
	call(g.attach, source, call(g.loopContext, l.native))
	return source
}

func (g *glib) watch(l *Loop) error {
	g.source = g.begin(l, call(g.fdSource, uintptr(l.cfg.Fd), gIOIn), l.cfg.Callbacks.Ready, l.cfg.Arg)
	return nil
}

func (g *glib) unwatch(*Loop) { g.end(g.source) }

func (g *glib) end(source uintptr) {
	call(g.destroy, source)
	call(g.unref, source)
}

// signal watches SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2 or SIGWINCH: glib
// knows no others.
func (g *glib) signal(l *Loop, s *Signal) error {
	s.Handle = g.begin(l, call(g.signalSource, uintptr(s.Signum)), l.cfg.Callbacks.Signaled, uintptr(unsafe.Pointer(s)))
	return nil
}

func (g *glib) unsignal(l *Loop, s *Signal) {
	g.end(s.Handle)
	l.cfg.Free(uintptr(unsafe.Pointer(s)))
}

func (g *glib) run(l *Loop) error {
	call(g.iteration, call(g.loopContext, l.native), 1)
	return nil
}

func (g *glib) free(l *Loop) error {
	call(g.loopUnref, l.native)
	return nil
}
