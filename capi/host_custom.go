package main

// #include "hosts.h"
import "C"

import (
	"errors"
	"fmt"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop/sock"
	"github.com/golws/golws/core/loop/sock/epoll"
	"github.com/golws/golws/core/loop/sock/hosted"
	"github.com/golws/golws/core/loop/sock/notify"
)

// custom is a service thread on a loop that the program brings as struct
// lws_event_loop_ops. It is told of every descriptor: of an end at once, since
// the descriptor's number may be another's right afterwards, and of the rest when
// the thread is left, when each descriptor has a wsi.
type custom struct {
	t    *thread
	n    *hosted.Notifier
	fds  map[int]*hostedFd
	todo []int // to be looked at when the thread is left
	bell bool  // the program watches it
}

// hostedFd is what the program knows of a descriptor, and what it should.
type hostedFd struct {
	want, told notify.Interest
	added      bool
	listed     bool // in custom.todo
}

// newCustom makes the driver of a service thread on a loop of the program's.
func newCustom(buffer []byte) (*custom, *sock.Driver, error) {
	k := &custom{fds: map[int]*hostedFd{}}
	fds, err := epoll.New()
	if err != nil {
		return nil, nil, err
	}
	bell, err := epoll.New()
	if err != nil {
		return nil, nil, errors.Join(err, fds.Close())
	}
	if k.n, err = hosted.New(fds, bell, k); err != nil {
		return nil, nil, err
	}
	d, err := sock.New(sock.Config{Buffer: buffer, Notifier: k.n})
	if err != nil {
		return nil, nil, errors.Join(err, k.n.Close())
	}
	return k, d, nil
}

// begin tells the program of the thread.
func (k *custom) begin(t *thread, foreign uintptr) error {
	k.t = t
	if C.golws_custom_begin(t.c, C.uintptr_t(foreign)) != 0 {
		return fmt.Errorf("init_pt refused service thread %d", t.c.tsi)
	}
	t.e.Loop().Driver().PollFd() // deadlines count from now on
	k.bell = true
	return k.add(k.n.Bell(), nil, nil, C.GOLWS_FD_BELL, notify.In)
}

func (k *custom) add(fd int, s *C.struct_lws, v *vhost, kind C.int, in notify.Interest) error {
	var vh *C.struct_lws_vhost
	if v != nil {
		vh = v.c
	}
	if C.golws_custom_add(k.t.c, C.int(fd), s, vh, kind, events(in)) != 0 {
		return fmt.Errorf("the event loop refused descriptor %d", fd)
	}
	return nil
}

// events is an interest in lws's terms.
func events(in notify.Interest) C.uint {
	var e C.uint
	if in&notify.In != 0 {
		e |= C.LWS_EV_READ
	}
	if in&notify.Out != 0 {
		e |= C.LWS_EV_WRITE
	}
	return e
}

// Added is hosted.Host's.
func (k *custom) Added(fd int, in notify.Interest) {
	h := &hostedFd{want: in}
	k.fds[fd] = h
	k.list(fd, h)
}

// Changed is hosted.Host's.
func (k *custom) Changed(fd int, in notify.Interest) {
	if h := k.fds[fd]; h != nil {
		h.want = in
		k.list(fd, h)
	}
}

// Removed is hosted.Host's.
func (k *custom) Removed(fd int) {
	h := k.fds[fd]
	delete(k.fds, fd)
	if h != nil && h.added {
		C.golws_custom_remove(k.t.c, C.int(fd))
	}
}

func (k *custom) list(fd int, h *hostedFd) {
	if h.listed {
		return
	}
	h.listed = true
	k.todo = append(k.todo, fd)
	if k.t == nil || k.t.c.serving == 0 { // nobody is about to call tell
		k.n.Wake()
	}
}

// tell brings the program up to date.
func (k *custom) tell() {
	for len(k.todo) > 0 {
		fd := k.todo[0]
		k.todo = k.todo[1:]
		h := k.fds[fd]
		if h == nil {
			continue
		}
		h.listed = false
		if h.added {
			was := h.told
			h.told = h.want
			if on := events(h.want &^ was); on != 0 {
				C.golws_custom_io(k.t.c, C.int(fd), on|C.LWS_EV_START)
			}
			if off := events(was &^ h.want); off != 0 && k.fds[fd] == h {
				C.golws_custom_io(k.t.c, C.int(fd), off|C.LWS_EV_STOP)
			}
			continue
		}
		h.added, h.told = true, h.want
		if err := k.show(fd, h); err != nil {
			logLine(k.t.cx.c, nil, nil, engine.LogErr, err.Error())
			h.added = false
			k.refused(fd)
		}
	}
}

// show tells the program of a descriptor that it does not know.
func (k *custom) show(fd int, h *hostedFd) error {
	if s := k.t.stubOf(fd); s != nil {
		s.fd = C.int(fd)
		return k.add(fd, s, nil, C.GOLWS_FD_CONNECTION, h.want)
	}
	for _, v := range k.t.cx.e.Vhosts() {
		if p := v.Port(); p != nil {
			if l := p.Listener(k.t.e); l != nil && l.Fd() == fd {
				cv, _ := v.Face.(*vhost)
				return k.add(fd, nil, cv, C.GOLWS_FD_LISTENING, h.want)
			}
		}
	}
	return k.add(fd, nil, nil, C.GOLWS_FD_CONNECTION, h.want)
}

// refused closes the connection that the program cannot watch. A listening
// descriptor stays, and accepts when something else makes the thread turn.
func (k *custom) refused(fd int) {
	k.t.e.Each(func(w *engine.Wsi) bool {
		if c := w.Carrier(); c == nil || c.Fd() != fd {
			return true
		}
		k.t.e.Enter()
		w.CloseNow()
		k.t.e.Leave()
		return false
	})
}

// forget keeps the program's descriptor when the record of its connection goes:
// a connection that has ended may still have something to send.
func (k *custom) forget(s *C.struct_lws) { C.golws_custom_forget(k.t.c, s) }

// golws_custom_silence is lws_destroy_event_pipe.
//
//export golws_custom_silence
func golws_custom_silence(ct *C.struct_golws_thread) {
	defer guard(ct.cx)
	if t := threadOf(ct); t != nil && t.host.custom != nil {
		t.host.custom.silence()
	}
}

// silence stops showing the bell.
func (k *custom) silence() {
	if k.bell {
		k.bell = false
		C.golws_custom_remove(k.t.c, C.int(k.n.Bell()))
	}
}

// end takes what is left back, and the thread.
func (k *custom) end() {
	if k.t == nil {
		return // the program was not told of it
	}
	k.silence()
	for fd := range k.fds {
		k.Removed(fd)
	}
	C.golws_custom_end(k.t.c)
}
