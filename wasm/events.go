//go:build wasip1

package main

import (
	"errors"
	"net/netip"
)

// event has tell say what happened to what h stands for, in its context's loop.
func event[T interface{ in() *context }](h int32, tell func(T) int32) (ret int32) {
	if !mayHappen() {
		return errReentered
	}
	o, code := find[T](h)
	if code != 0 {
		return code
	}
	cx := o.in()
	enterOn(cx)
	defer leave(cx, &ret)
	return tell(o)
}

// arrival is event for a connection that carries bytes, with the turn that
// delivers what tell said of it, where that gave 0.
func arrival(h int32, tell func(*conn) int32) int32 {
	return event(h, func(k *conn) int32 {
		if k.ws != nil {
			return fail(errHandle, "the connection is the platform's WebSocket")
		}
		code := tell(k)
		if code == 0 {
			k.cx.turn()
		}
		return code
	})
}

func (k *conn) in() *context     { return k.cx }
func (l *listener) in() *context { return l.cx }
func (q *query) in() *context    { return q.cx }

// problem is the error of an event: none where the text is empty.
func problem(p, n int32) (error, bool) {
	s, ok := text(p, n)
	if !ok || s == "" {
		return nil, ok
	}
	return errors.New(s), true
}

//go:wasmexport golws_conn_opened
func golwsConnOpened(h, p, n int32) int32 {
	return arrival(h, func(k *conn) int32 {
		err, ok := problem(p, n)
		if !ok {
			return errBounds
		}
		k.c.Opened(err)
		return 0
	})
}

//go:wasmexport golws_conn_data
func golwsConnData(h, p, n int32) int32 {
	return arrival(h, func(k *conn) int32 {
		b, ok := lent(p, n)
		if !ok {
			return errBounds
		}
		k.c.Data(b)
		return 0
	})
}

//go:wasmexport golws_conn_writable
func golwsConnWritable(h int32) int32 {
	return event(h, func(k *conn) int32 {
		if k.ws != nil {
			return k.ws.entered(func(s *socket) int32 {
				s.w.CarrierWritable()
				return 0
			})
		}
		k.c.Writable()
		k.cx.turn()
		return 0
	})
}

//go:wasmexport golws_conn_ended
func golwsConnEnded(h, p, n int32) int32 {
	return arrival(h, func(k *conn) int32 {
		err, ok := problem(p, n)
		if !ok {
			return errBounds
		}
		k.c.Ended(err)
		return 0
	})
}

//go:wasmexport golws_conn_new
func golwsConnNew(h, remote, remoteLen, local, localLen int32) (ret int32) {
	if !mayHappen() {
		return errReentered
	}
	var cx *context
	switch o := handles.get(h).(type) {
	case *context:
		cx = o
	case *listener:
		cx = o.cx
	case died:
		return failed(errDead)
	default:
		return failed(errHandle)
	}
	from, ok := text(remote, remoteLen)
	to, ok2 := text(local, localLen)
	if !ok || !ok2 {
		return errBounds
	}
	enterOn(cx)
	defer leave(cx, &ret)
	r, err := parseAddr(from)
	l, err2 := parseAddr(to)
	if err := errors.Join(err, err2); err != nil {
		return refusal(err)
	}
	c := cx.driver.NewConn(l, r)
	k, err := cx.newConn(c)
	if err != nil {
		c.Close()
		return refusal(err)
	}
	return k.h
}

//go:wasmexport golws_accepted
func golwsAccepted(h, ch int32) int32 {
	return event(h, func(l *listener) int32 {
		k, code := find[*conn](ch)
		if k == nil {
			return code
		}
		if k.ws != nil || k.cx != l.cx {
			return fail(errHandle, "the connection is not one of the listener's context")
		}
		if k.c.Handled() {
			return fail(errRefused, "the connection was accepted before")
		}
		return flag(l.l.Accepted(k.c))
	})
}

//go:wasmexport golws_accept_failed
func golwsAcceptFailed(h, p, n int32) int32 {
	return event(h, func(l *listener) int32 {
		err, ok := problem(p, n)
		if !ok {
			return errBounds
		}
		if err == nil {
			err = errEmbedder
		}
		l.l.Failed(err)
		return 0
	})
}

//go:wasmexport golws_resolved
func golwsResolved(h, p, n, why, whyLen int32) int32 {
	return event(h, func(q *query) int32 {
		list, ok := text(p, n)
		err, ok2 := problem(why, whyLen)
		if !ok || !ok2 {
			return errBounds
		}
		var as []netip.Addr
		if err == nil {
			if as, err = addresses(list); err != nil {
				return refusal(err)
			}
		}
		handles.drop(h)
		q.done(as, err)
		q.cx.turn()
		return 0
	})
}
