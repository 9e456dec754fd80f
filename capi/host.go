package main

// #include "hosts.h"
import "C"

import (
	"errors"
	"fmt"
	"unsafe"

	"github.com/golws/golws/capi/evlib"
	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop"
)

// host is where a service thread waits, if not in itself.
type host struct {
	loop   *evlib.Loop // of an event library
	option C.uint64_t  // that asked for it
	limit  loop.Timer  // of golws_host_limit
	custom *custom     // of the program's
	shown  bool        // the thread's descriptor was told by ADD_POLL_FD
}

// hostOption is one of the flags that put a context on an event library.
type hostOption struct {
	flag C.uint64_t
	kind evlib.Kind
}

var hostOptions = []hostOption{
	{C.LWS_SERVER_OPTION_LIBUV, evlib.UV}, {C.LWS_SERVER_OPTION_LIBEVENT, evlib.Event},
	{C.LWS_SERVER_OPTION_LIBEV, evlib.Ev}, {C.LWS_SERVER_OPTION_GLIB, evlib.Glib},
	{C.LWS_SERVER_OPTION_SDEVENT, evlib.SDEvent}, {C.LWS_SERVER_OPTION_ULOOP, evlib.Uloop},
}

// hostOf is what info asks for; nil for the library's own loop.
func hostOf(info *C.struct_lws_context_creation_info) (*hostOption, error) {
	var found *hostOption
	for i, h := range hostOptions {
		if C.uint64_t(info.options)&h.flag == 0 {
			continue
		}
		if found != nil {
			return nil, fmt.Errorf("asked to run on %s and on %s", found.kind, h.kind)
		}
		found = &hostOptions[i]
	}
	if found != nil && info.event_lib_custom != nil {
		return nil, fmt.Errorf("asked to run on %s and on event_lib_custom", found.kind)
	}
	if found != nil && found.kind == evlib.Uloop && info.count_threads > 1 {
		return nil, errors.New("uloop has one loop in a process, so it takes one service thread")
	}
	return found, nil
}

// drivers are those of a context whose loop is struct lws_event_loop_ops; nil
// for the usual ones.
func (x *context) drivers(info *C.struct_lws_context_creation_info) (ds []loop.Driver, err error) {
	if info.event_lib_custom == nil {
		return nil, nil
	}
	if info.event_lib_custom.ops == nil {
		return nil, errors.New("event_lib_custom has no operations")
	}
	for _, t := range x.threads {
		k, d, err := newCustom(t.rx)
		if err != nil {
			for _, d := range ds {
				err = errors.Join(err, d.Close())
			}
			return nil, err
		}
		t.host.custom = k
		ds = append(ds, d)
	}
	return ds, nil
}

// enterHost has somebody else's loop watch the service threads.
func (x *context) enterHost(on *hostOption, info *C.struct_lws_context_creation_info) error {
	if on != nil {
		return x.openLoops(on, info)
	}
	if info.event_lib_custom == nil {
		return nil
	}
	if C.golws_custom_context(x.c, info) != 0 {
		return errors.New("init_context refused")
	}
	for i, t := range x.threads {
		if err := t.host.custom.begin(t, foreignLoop(info, i)); err != nil {
			return err
		}
	}
	return nil
}

// openLoops puts the service threads on the event library's loops.
func (x *context) openLoops(h *hostOption, info *C.struct_lws_context_creation_info) error {
	for i, t := range x.threads {
		callbacks := C.golws_host_callbacks(h.flag)
		cfg := evlib.Config{
			Kind: h.kind, Foreign: foreignLoop(info, i), Fd: t.e.Loop().Driver().PollFd(), Arg: uintptr(unsafe.Pointer(t.c)),
			Callbacks: evlib.Callbacks{
				Ready: uintptr(callbacks.ready), Signaled: uintptr(callbacks.signaled),
				Closed: uintptr(callbacks.closed), Pipe: uintptr(callbacks.pipe),
			},
			Calloc: func(n uintptr) unsafe.Pointer {
				if p := C.golws_host_calloc(C.size_t(n)); p != nil {
					return p
				}
				panic("out of memory")
			},
			Free:    func(p uintptr) { C.golws_host_free(C.uintptr_t(p)) },
			OnStack: func(n int) { C.golws_signal_onstack(C.int(n)) },
			SignalPipe: func(n int) (int, error) {
				fd := int(C.golws_signal_pipe(C.int(n)))
				if fd < 0 {
					return -1, fmt.Errorf("signal %d cannot be watched: error %d", n, -fd)
				}
				return fd, nil
			},
			EndPipe: func(n int) { C.golws_signal_pipe_end(C.int(n)) },
		}
		if i == 0 && info.signal_cb != nil {
			cfg.Signals = []int{C.SIGINT, C.SIGTERM}
			cfg.SignalFn = uintptr(unsafe.Pointer(info.signal_cb))
		}
		l, err := evlib.Open(cfg)
		if err != nil {
			return err
		}
		t.host.loop, t.host.option = l, h.flag
		t.host.limit.Owner = nothing{}
		t.c.hosted = 1
	}
	return nil
}

func foreignLoop(info *C.struct_lws_context_creation_info, i int) uintptr {
	if info.foreign_loops == nil {
		return 0
	}
	return *(*uintptr)(unsafe.Add(unsafe.Pointer(info.foreign_loops), 8*i))
}

// nothing is a timer's owner that only wants the loop to wake.
type nothing struct{}

// Expired does nothing.
func (nothing) Expired(*loop.Timer) {}

// golws_host_limit has the thread's descriptor be readable after us
// microseconds, and not any more where that is 0.
//
//export golws_host_limit
func golws_host_limit(ct *C.struct_golws_thread, us C.int64_t) {
	defer guard(ct.cx)
	t := threadOf(ct)
	if t == nil || t.host.loop == nil {
		return
	}
	l := t.e.Loop()
	if t.host.limit.Armed() {
		l.Disarm(&t.host.limit)
	}
	if us > 0 {
		l.Arm(&t.host.limit, l.Refresh()+int64(us))
	}
}

// golws_host_run has the event library's loop wait and handle what it has, ours
// and the program's, once. Its callback for the thread is lws_service_tsi.
//
//export golws_host_run
func golws_host_run(ct *C.struct_golws_thread) (ret C.int) {
	ret = -1
	defer guard(ct.cx)
	t := threadOf(ct)
	if t == nil || t.host.loop == nil {
		return -1
	}
	if err := t.e.Hosted(t.host.loop.Run); err != nil {
		if !errors.Is(err, engine.ErrDestroyed) {
			logLine(nil, nil, nil, engine.LogErr, "service: "+err.Error())
		}
		return -1
	}
	return 0
}

// golws_host_loop is the event library's loop of a thread, where it runs on the
// library that option stands for.
//
//export golws_host_loop
func golws_host_loop(ct *C.struct_golws_thread, option C.uint64_t) (ret unsafe.Pointer) {
	defer guard(ct.cx)
	t := threadOf(ct)
	if t == nil || t.host.loop == nil || t.host.option != option {
		return nil
	}
	return C.golws_pointer(C.uintptr_t(t.host.loop.Native()))
}

// golws_host_unwatched says that nobody watches the thread's descriptor.
//
//export golws_host_unwatched
func golws_host_unwatched(ct *C.struct_golws_thread) {
	defer guard(ct.cx)
	if t := threadOf(ct); t != nil {
		if d, ok := t.e.Loop().Driver().(interface{ Unwatched() }); ok {
			d.Unwatched()
		}
	}
}

// golws_wsi_from_fd finds the connection of the thread that has a descriptor.
//
//export golws_wsi_from_fd
func golws_wsi_from_fd(ct *C.struct_golws_thread, fd C.int) (ret *C.struct_lws) {
	defer guard(ct.cx)
	if t := threadOf(ct); t != nil && fd >= 0 {
		return t.stubOf(int(fd))
	}
	return nil
}

// stubOf finds the thread's connection that has a descriptor.
func (t *thread) stubOf(fd int) (s *C.struct_lws) {
	t.e.Each(func(w *engine.Wsi) bool {
		if c := w.Carrier(); c != nil && c.Fd() == fd {
			s = stub(w)
		} else if file, ok := w.File(); ok && file == fd {
			s = stub(w)
		}
		return s == nil
	})
	return s
}

// ThreadEnded takes the thread off whatever watches it.
func (f *face) ThreadEnded(e *engine.Thread) {
	t := f.cx.threads[e.Index()]
	if t.host.loop != nil {
		t.host.loop.Close()
	}
	if t.host.custom != nil {
		t.host.custom.end()
	}
	t.showPoll(engine.ReasonDelPollFD)
}

// leaveHost frees what the hosting took, when the last callback came.
func (x *context) leaveHost() {
	for _, t := range x.threads {
		if t.host.loop == nil {
			continue
		}
		if err := t.host.loop.Free(); err != nil {
			logLine(nil, nil, nil, engine.LogWarn, "lws_context_destroy: "+err.Error())
		}
	}
	C.golws_custom_gone(x.c)
}
