package main

// #include "table.h"
import "C"

import (
	"errors"
	"math"

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
	if !t.cx.dropPrivileges() {
		return -1
	}
	err := t.e.Service(int64(us))
	if t.cx.dead.Load() { // on another thread
		return -1
	}
	if t.host.custom != nil && !t.cx.gone.Load() {
		t.host.custom.tell()
	}
	if err != nil {
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
	t.cx.back()
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
	now := l.Driver().Now()
	l.Arm(&s.timer, now+min(in, math.MaxInt64-now))
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

// sameProtocol finds a vhost's protocol by a C one: the vhost's copy, or what
// the program gave, which has the same name and callback. Its zero value is any
// protocol.
type sameProtocol struct {
	c        *C.struct_lws_protocols
	name     string
	callback *[0]byte
}

func protocolLike(p *C.struct_lws_protocols) sameProtocol {
	if p == nil {
		return sameProtocol{}
	}
	return sameProtocol{p, goString(p.name), (*[0]byte)(p.callback)}
}

func (s sameProtocol) is(p *engine.Protocol) bool {
	h, ok := p.Handler.(*protocol)
	return ok && (s.c == nil || h.c == s.c || (*[0]byte)(h.c.callback) == s.callback && p.Name == s.name)
}

// golws_call_vhost calls one protocol of a vhost (p), or all of them (NULL),
// with a wsi that stands for the vhost.
//
//export golws_call_vhost
func golws_call_vhost(ct *C.struct_golws_thread, vh *C.struct_lws_vhost, p *C.struct_lws_protocols, reason C.int, in C.uintptr_t, n C.size_t) (ret C.int) {
	defer guard(ct.cx)
	t, v := threadOf(ct), vhostOf(vh)
	if t == nil || v == nil {
		return 0
	}
	t.e.Enter()
	defer t.e.Leave()
	arg := engine.In{Value: address(in), Num: int(n)}
	if p == nil {
		return C.int(v.e.CallProtocols(t.e, engine.Reason(reason), arg))
	}
	like := protocolLike(p)
	for _, ep := range v.e.Options().Protocols {
		if like.is(ep) {
			return C.int(v.e.CallProtocol(t.e, ep, engine.Reason(reason), arg))
		}
	}
	return 0
}

// golws_call_bound calls the wsi of the thread that are bound to p, or to any
// protocol (NULL), of one vhost or of all (NULL).
//
//export golws_call_bound
func golws_call_bound(ct *C.struct_golws_thread, vh *C.struct_lws_vhost, p *C.struct_lws_protocols, reason C.int, in C.uintptr_t, n C.size_t) (ret C.int) {
	defer guard(ct.cx)
	t := threadOf(ct)
	if t == nil {
		return 0
	}
	t.e.Enter()
	defer t.e.Leave()
	t.eachBound(vhostOf(vh), protocolLike(p), func(w *engine.Wsi) {
		if w.Call(engine.Reason(reason), engine.In{Value: address(in), Num: int(n)}) != 0 {
			w.Close()
		}
	})
	return 0
}

// eachBound calls f for the thread's wsi of one vhost, or of all (nil), that
// are bound to a protocol.
func (t *thread) eachBound(v *vhost, p sameProtocol, f func(*engine.Wsi)) {
	t.e.Each(func(w *engine.Wsi) bool {
		of, _ := w.Vhost().Face.(*vhost)
		if (v == nil || v == of) && w.Protocol() != nil && p.is(w.Protocol()) {
			f(w)
		}
		return true
	})
}

// golws_each_bound asks for WRITEABLE callbacks of, or lets receive, the wsi of
// the thread that are bound to p. post is for callers on another thread.
//
//export golws_each_bound
func golws_each_bound(ct *C.struct_golws_thread, vh *C.struct_lws_vhost, p *C.struct_lws_protocols, what, post C.int) (ret C.int) {
	defer guard(ct.cx)
	t := threadOf(ct)
	if t == nil {
		return 0
	}
	v, like := vhostOf(vh), protocolLike(p)
	do := func() {
		t.e.Enter()
		defer t.e.Leave()
		t.eachBound(v, like, func(w *engine.Wsi) {
			if what == C.GOLWS_EACH_FLOW {
				if s := stub(w); s.flow&^C.LWS_RXFLOW_REASON_USER_BOOL == 0 {
					s.flow = 0
					w.Release(engine.HoldUser)
				} else {
					s.flow &^= C.LWS_RXFLOW_REASON_USER_BOOL
				}
			} else {
				w.CallbackOnWritable()
			}
		})
	}
	if post != 0 {
		t.e.Loop().Post(do)
	} else {
		do()
	}
	return 0
}
