package main

// #include "hosts.h"
import "C"

import "github.com/golws/golws/core/engine"

// pollArgs is what the callbacks about poll loops get.
type pollArgs struct{ fd, events int }

// showPoll tells a program that may have a poll loop of its own about the one
// descriptor that stands for the whole thread.
func (t *thread) showPoll(r engine.Reason) {
	vs := t.cx.e.Vhosts()
	if t.cx.guest || len(vs) == 0 || t.host.shown == (r == engine.ReasonAddPollFD) {
		return
	}
	t.host.shown = !t.host.shown
	v := vs[0]
	a := &pollArgs{fd: t.e.Loop().Driver().PollFd()}
	if t.host.shown {
		a.events = C.POLLIN
	}
	v.CallProtocol(t.e, v.First(), engine.ReasonLockPoll, engine.In{Value: a})
	ret := v.CallProtocol(t.e, v.First(), r, engine.In{Value: a})
	v.CallProtocol(t.e, v.First(), engine.ReasonUnlockPoll, engine.In{Value: a})
	if ret != 0 && t.host.shown {
		v.Logf(engine.LogErr, "ADD_POLL_FD refused descriptor %d", a.fd)
	}
}

// callPoll calls C with a struct lws_pollargs.
func (p *protocol) callPoll(s *C.struct_lws, r engine.Reason, a *pollArgs) int {
	s.fd = C.int(a.fd)
	ret := int(C.golws_callback_poll(p.c, s, C.int(r), C.int(a.fd), C.int(a.events)))
	p.cx.back()
	return ret
}
