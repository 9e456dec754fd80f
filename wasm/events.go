//go:build wasip1

package main

import (
	"errors"
	"net/netip"
)

// happens finds the connection that an event is about.
func happens(h int32) (*conn, int32) {
	if !mayHappen() {
		return nil, errReentered
	}
	return find[*conn](h)
}

// arrives finds the connection of bytes.
func arrives(h int32) (*conn, int32) {
	k, code := happens(h)
	if k != nil && k.ws != nil {
		return nil, fail(errHandle, "the connection is the platform's WebSocket")
	}
	return k, code
}

// problem is the error of an event: none where the text is empty.
func problem(p, n int32) (error, bool) {
	s, ok := text(p, n)
	if !ok || s == "" {
		return nil, ok
	}
	return errors.New(s), true
}

//go:wasmexport golws_conn_opened
func golwsConnOpened(h, p, n int32) (ret int32) {
	k, code := arrives(h)
	if k == nil {
		return code
	}
	err, ok := problem(p, n)
	if !ok {
		return errBounds
	}
	enterOn(k.cx)
	defer leave(k.cx, &ret)
	k.c.Opened(err)
	k.cx.turn()
	return 0
}

//go:wasmexport golws_conn_data
func golwsConnData(h, p, n int32) (ret int32) {
	k, code := arrives(h)
	if k == nil {
		return code
	}
	b, ok := lent(p, n)
	if !ok {
		return errBounds
	}
	enterOn(k.cx)
	defer leave(k.cx, &ret)
	k.c.Data(b)
	k.cx.turn()
	return 0
}

//go:wasmexport golws_conn_writable
func golwsConnWritable(h int32) (ret int32) {
	k, code := happens(h)
	if k == nil {
		return code
	}
	if k.ws != nil {
		k.cx.begin()
		defer k.cx.end(&ret)
		k.ws.w.CarrierWritable()
		return 0
	}
	enterOn(k.cx)
	defer leave(k.cx, &ret)
	k.c.Writable()
	k.cx.turn()
	return 0
}

//go:wasmexport golws_conn_ended
func golwsConnEnded(h, p, n int32) (ret int32) {
	k, code := arrives(h)
	if k == nil {
		return code
	}
	err, ok := problem(p, n)
	if !ok {
		return errBounds
	}
	enterOn(k.cx)
	defer leave(k.cx, &ret)
	k.c.Ended(err)
	k.cx.turn()
	return 0
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
func golwsAccepted(h, ch int32) (ret int32) {
	if !mayHappen() {
		return errReentered
	}
	l, code := find[*listener](h)
	if l == nil {
		return code
	}
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
	enterOn(k.cx)
	defer leave(k.cx, &ret)
	if l.l.Accepted(k.c) {
		return 1
	}
	return 0
}

//go:wasmexport golws_accept_failed
func golwsAcceptFailed(h, p, n int32) (ret int32) {
	if !mayHappen() {
		return errReentered
	}
	l, code := find[*listener](h)
	if l == nil {
		return code
	}
	err, ok := problem(p, n)
	if !ok {
		return errBounds
	}
	if err == nil {
		err = errEmbedder
	}
	enterOn(l.cx)
	defer leave(l.cx, &ret)
	l.l.Failed(err)
	return 0
}

//go:wasmexport golws_resolved
func golwsResolved(h, p, n, why, whyLen int32) (ret int32) {
	if !mayHappen() {
		return errReentered
	}
	q, code := find[*query](h)
	if q == nil {
		return code
	}
	list, ok := text(p, n)
	err, ok2 := problem(why, whyLen)
	if !ok || !ok2 {
		return errBounds
	}
	enterOn(q.cx)
	defer leave(q.cx, &ret)
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
}
