//go:build wasip1

package main

import (
	"errors"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/role/platform"
	"github.com/golws/golws/core/role/ws"
)

// onWsi finds a wsi for a call.
func onWsi(h int32) (*wsi, int32) {
	if !mayCall() {
		return nil, errReentered
	}
	return find[*wsi](h)
}

// ask answers what f says of a wsi; f makes no callback.
func ask(h int32, f func(*wsi) int32) int32 {
	w, code := onWsi(h)
	if w == nil {
		return code
	}
	return f(w)
}

// call has f do something to a wsi, in its context's thread, which may make
// callbacks.
func call(h int32, f func(*wsi) int32) (ret int32) {
	w, code := onWsi(h)
	if w == nil {
		return code
	}
	w.cx.begin()
	defer w.cx.end(&ret)
	return f(w)
}

// lws_write answers -1 for what the role refuses because it would be a breach.
//
//go:wasmexport lws_write
func lwsWrite(h, p, n, wp int32) int32 {
	return call(h, func(w *wsi) int32 {
		b, ok := lent(p, n)
		if !ok {
			return errBounds
		}
		switch err := w.e.Write(b, engine.WriteProtocol(wp)); {
		case err == nil:
			return n
		case errors.Is(err, engine.ErrClosed), errors.Is(err, engine.ErrQueueFull):
			return refusal(err)
		default:
			return fail(-1, err.Error())
		}
	})
}

//go:wasmexport lws_callback_on_writable
func lwsCallbackOnWritable(h int32) int32 {
	return call(h, func(w *wsi) int32 {
		w.e.CallbackOnWritable()
		return 1
	})
}

//go:wasmexport lws_callback_on_writable_all_protocol
func lwsCallbackOnWritableAllProtocol(h, p, n int32) (ret int32) {
	cx, code := usable(h)
	if cx == nil {
		return code
	}
	return cx.allWritable(nil, p, n)
}

//go:wasmexport lws_callback_on_writable_all_protocol_vhost
func lwsCallbackOnWritableAllProtocolVhost(h, p, n int32) (ret int32) {
	v, code := onVhost(h)
	if v == nil {
		return code
	}
	return v.cx.allWritable(v.e, p, n)
}

// allWritable asks for WRITEABLE callbacks of the wsi that are bound to a
// protocol, of one vhost or of all (nil).
func (cx *context) allWritable(v *engine.Vhost, p, n int32) (ret int32) {
	name, ok := lent(p, n)
	if !ok {
		return errBounds
	}
	cx.begin()
	defer cx.end(&ret)
	cx.thread.Each(func(w *engine.Wsi) bool {
		if b := w.Protocol(); b != nil && (v == nil || w.Vhost() == v) && b.Name == string(name) {
			w.CallbackOnWritable()
		}
		return true
	})
	return 0
}

//go:wasmexport lws_send_pipe_choked
func lwsSendPipeChoked(h int32) int32 {
	return ask(h, func(w *wsi) int32 { return flag(w.e.Choked()) })
}

//go:wasmexport lws_partial_buffered
func lwsPartialBuffered(h int32) int32 {
	return ask(h, func(w *wsi) int32 { return flag(w.e.PartialBuffered()) })
}

//go:wasmexport golws_queued
func golwsQueued(h int32) int32 {
	return ask(h, func(w *wsi) int32 { return int32(w.e.Queued()) })
}

//go:wasmexport lws_ws_sending_multifragment
func lwsWSSendingMultifragment(h int32) int32 {
	return ask(h, func(w *wsi) int32 { return flag(ws.SendingMultifragment(w.e) || platform.Sending(w.e)) })
}

//go:wasmexport lws_set_extension_option
func lwsSetExtensionOption(h, name, nameLen, value, valueLen int32) int32 {
	return ask(h, func(w *wsi) int32 {
		k, ok := text(name, nameLen)
		v, ok2 := text(value, valueLen)
		if !ok || !ok2 {
			return errBounds
		}
		if err := ws.SetDeflateOption(w.e, k, v); err != nil {
			return fail(-1, err.Error())
		}
		return 0
	})
}

func flag(b bool) int32 {
	if b {
		return 1
	}
	return 0
}
