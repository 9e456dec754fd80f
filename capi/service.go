package main

// #include "table.h"
import "C"

import (
	"errors"
	"unsafe"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop"
)

// golws_service runs one turn of a service thread; us as in loop.Turn.
//
//export golws_service
func golws_service(ct *C.struct_golws_thread, us C.int64_t) (ret C.int) {
	ret = -1
	defer guard(ct.cx)
	t := threadOf(ct)
	if t == nil {
		return -1
	}
	if err := t.e.Service(int64(us)); err != nil {
		if !errors.Is(err, engine.ErrDestroyed) {
			logLine(nil, nil, nil, engine.LogErr, "service: "+err.Error())
		}
		return -1
	}
	return 0
}

// golws_pollfd is the thread's one descriptor.
//
//export golws_pollfd
func golws_pollfd(ct *C.struct_golws_thread) (ret C.int) {
	ret = -1
	defer guard(ct.cx)
	t := threadOf(ct)
	if t == nil {
		return -1
	}
	return C.int(t.e.Loop().Driver().PollFd())
}

// golws_next_due is how long the thread may wait for something to arrive, in
// microseconds; -1 for as long as it takes.
//
//export golws_next_due
func golws_next_due(ct *C.struct_golws_thread) (ret C.int64_t) {
	ret = -1
	defer guard(ct.cx)
	t := threadOf(ct)
	if t == nil {
		return -1
	}
	if ct.records != 0 || ct.wants != nil {
		return 0
	}
	at, ok := t.e.Loop().Next()
	if !ok {
		return -1
	}
	return C.int64_t(max(0, at-t.e.Loop().Refresh()))
}

// golws_cancel is lws_cancel_service. Any thread.
//
//export golws_cancel
func golws_cancel(cx *C.struct_lws_context) {
	defer guard(cx)
	if x := contextOf(cx); x != nil {
		x.e.Cancel()
	}
}

// golws_cancel_thread is lws_cancel_service_pt. Any thread.
//
//export golws_cancel_thread
func golws_cancel_thread(ct *C.struct_golws_thread) {
	defer guard(ct.cx)
	if t := threadOf(ct); t != nil {
		t.e.Cancel()
	}
}

// sulTimer wakes the shim's list of scheduled functions.
type sulTimer struct {
	t     *thread
	timer loop.Timer
}

// Expired runs what is ripe.
func (s *sulTimer) Expired(*loop.Timer) {
	t := s.t
	t.e.Enter()
	next := C.golws_sul_ripe(t.c, C.int64_t(C.golws_now_usecs()))
	if next > 0 && !s.timer.Armed() {
		s.arm(int64(next))
	}
	t.e.Leave()
}

// arm sets the timer for a time on lws_now_usecs's clock.
func (s *sulTimer) arm(at int64) {
	in := at - int64(C.golws_now_usecs())
	if in < 0 {
		in = 0
	}
	l := s.t.e.Loop()
	l.Arm(&s.timer, l.Driver().Now()+in)
}

// golws_arm_sul asks for the shim's list to be run at a time, 0 for not.
//
//export golws_arm_sul
func golws_arm_sul(ct *C.struct_golws_thread, at C.int64_t) {
	defer guard(ct.cx)
	t := threadOf(ct)
	if t == nil {
		return
	}
	if at == 0 {
		t.e.Loop().Disarm(&t.sul.timer)
		return
	}
	t.sul.arm(int64(at))
}

// golws_collect takes a full batch over and sends it.
//
//export golws_collect
func golws_collect(ct *C.struct_golws_thread) {
	defer guard(ct.cx)
	if t := threadOf(ct); t != nil {
		t.collectWrites()
		t.e.Flush()
	}
}

// protocolOf finds the engine's protocol of a C one: the vhost's copy, or what
// the program gave, which has the same name and callback.
func (v *vhost) protocolOf(p *C.struct_lws_protocols) *engine.Protocol {
	for _, ep := range v.e.Options().Protocols {
		c := ep.Handler.(*protocol).c
		if c == p || c.callback == p.callback && goString(c.name) == goString(p.name) {
			return ep
		}
	}
	return nil
}

// golws_call_vhost calls one protocol of a vhost (p), or all of them (NULL),
// with a wsi that stands for the vhost.
//
//export golws_call_vhost
func golws_call_vhost(ct *C.struct_golws_thread, vh *C.struct_lws_vhost, p *C.struct_lws_protocols, reason C.int, in unsafe.Pointer, n C.size_t) (ret C.int) {
	t, v := threadOf(ct), vhostOf(vh)
	if t == nil || v == nil {
		return 0
	}
	defer guard(ct.cx)
	t.e.Enter()
	defer t.e.Leave()
	arg := engine.In{Value: in, Num: int(n)}
	if p == nil {
		return C.int(v.e.CallProtocols(t.e, engine.Reason(reason), arg))
	}
	if ep := v.protocolOf(p); ep != nil {
		return C.int(v.e.CallProtocol(t.e, ep, engine.Reason(reason), arg))
	}
	return 0
}

// golws_call_bound calls the wsi of the thread that are bound to p, of one
// vhost or of all (NULL).
//
//export golws_call_bound
func golws_call_bound(ct *C.struct_golws_thread, vh *C.struct_lws_vhost, p *C.struct_lws_protocols, reason C.int, in unsafe.Pointer, n C.size_t) (ret C.int) {
	t := threadOf(ct)
	if t == nil {
		return 0
	}
	defer guard(ct.cx)
	t.e.Enter()
	defer t.e.Leave()
	t.eachBound(vh, p, func(w *engine.Wsi) {
		if w.Call(engine.Reason(reason), engine.In{Value: in, Num: int(n)}) != 0 {
			w.Close()
		}
	})
	return 0
}

func (t *thread) eachBound(vh *C.struct_lws_vhost, p *C.struct_lws_protocols, f func(*engine.Wsi)) {
	t.e.Each(func(w *engine.Wsi) bool {
		v, ok := w.Vhost().Face.(*vhost)
		if ok && (vh == nil || v.c == vh) && w.Protocol() != nil && v.protocolOf(p) == w.Protocol() {
			f(w)
		}
		return true
	})
}

// What golws_each_bound does.
const (
	eachWritable = iota
	eachFlow
)

// golws_each_bound asks for WRITEABLE callbacks of, or lets receive, the wsi of
// the thread that are bound to p.
//
//export golws_each_bound
func golws_each_bound(ct *C.struct_golws_thread, vh *C.struct_lws_vhost, p *C.struct_lws_protocols, what C.int) (ret C.int) {
	t := threadOf(ct)
	if t == nil {
		return 0
	}
	defer guard(ct.cx)
	t.e.Enter()
	defer t.e.Leave()
	t.eachBound(vh, p, func(w *engine.Wsi) {
		if what == eachFlow {
			w.Release(engine.HoldUser)
		} else {
			w.CallbackOnWritable()
		}
	})
	return 0
}
