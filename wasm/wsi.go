//go:build wasip1

package main

import (
	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/role/ws"
)

//go:wasmexport lws_rx_flow_control
func lwsRxFlowControl(h, enable int32) int32 {
	return call(h, func(w *wsi) int32 {
		if w.e.Fake() {
			return -1
		}
		if enable&1 != 0 {
			w.e.Release(engine.HoldUser)
		} else {
			w.e.Hold(engine.HoldUser)
		}
		return 0
	})
}

//go:wasmexport lws_is_first_fragment
func lwsIsFirstFragment(h int32) int32 { return ofFragment(h, flagFirst) }

//go:wasmexport lws_is_final_fragment
func lwsIsFinalFragment(h int32) int32 { return ofFragment(h, flagFinal) }

//go:wasmexport lws_frame_is_binary
func lwsFrameIsBinary(h int32) int32 { return ofFragment(h, flagBinary) }

func ofFragment(h, bit int32) int32 {
	return ask(h, func(w *wsi) int32 { return flag(fragmentFlags(w.e.Fragment())&bit != 0) })
}

//go:wasmexport lws_get_reserved_bits
func lwsGetReservedBits(h int32) int32 {
	return ask(h, func(w *wsi) int32 { return int32(w.e.Fragment().Rsv) })
}

//go:wasmexport lws_remaining_packet_payload
func lwsRemainingPacketPayload(h int32) float64 {
	w, code := onWsi(h)
	if w == nil {
		return float64(code)
	}
	return float64(w.e.Fragment().Remaining)
}

//go:wasmexport lws_close_reason
func lwsCloseReason(h, status, p, n int32) int32 {
	return call(h, func(w *wsi) int32 {
		b, ok := lent(p, n)
		if !ok {
			return errBounds
		}
		if status < 0 || status > 0xffff {
			return fail(errField, "a close code has 16 bits")
		}
		if !setCloseReason(w.e, uint16(status), b) {
			return -1
		}
		return 0
	})
}

//go:wasmexport golws_close
func golwsClose(h int32) int32 {
	return call(h, func(w *wsi) int32 {
		w.e.Close()
		return 0
	})
}

//go:wasmexport lws_get_close_payload
func lwsGetClosePayload(h, dst, size int32) int32 {
	return ask(h, func(w *wsi) int32 { return copied(closePayload(w.e), dst, size) })
}

//go:wasmexport golws_peer_closed
func golwsPeerClosed(h int32) int32 {
	return ask(h, func(w *wsi) int32 { return flag(peerClosed(w.e)) })
}

// Seconds of lws_set_timeout that close (lws-timeout-timer.h).
const (
	killAsync = -1
	killSync  = -2
)

//go:wasmexport lws_set_timeout
func lwsSetTimeout(h, reason, secs int32) int32 {
	return call(h, func(w *wsi) int32 {
		switch secs {
		case killSync:
			ws.Kill(w.e)
		case killAsync:
			t, e := w.cx.thread, w.e
			t.Loop().Defer(func() {
				t.Enter()
				ws.Kill(e)
				t.Leave()
			})
		default:
			w.e.UserTimeout(engine.Timeout(reason), int64(secs)*1e6)
		}
		return 0
	})
}

//go:wasmexport lws_set_timeout_us
func lwsSetTimeoutUs(h, reason int32, us float64) int32 {
	return call(h, func(w *wsi) int32 {
		w.e.UserTimeout(engine.Timeout(reason), int64(us))
		return 0
	})
}

//go:wasmexport lws_set_timer_usecs
func lwsSetTimerUsecs(h int32, us float64) int32 {
	return call(h, func(w *wsi) int32 {
		w.e.SetTimer(int64(us))
		return 0
	})
}

//go:wasmexport lws_validity_confirmed
func lwsValidityConfirmed(h int32) int32 {
	return call(h, func(w *wsi) int32 {
		w.e.ValidityConfirmed()
		return 0
	})
}

//go:wasmexport lws_wsi_user
func lwsWsiUser(h int32) int32 {
	w, _ := onWsi(h)
	if w == nil {
		return 0
	}
	return w.user
}

//go:wasmexport lws_set_wsi_user
func lwsSetWsiUser(h, user int32) int32 {
	return ask(h, func(w *wsi) int32 {
		w.user = user
		return 0
	})
}

//go:wasmexport lws_get_opaque_user_data
func lwsGetOpaqueUserData(h int32) int32 {
	w, _ := onWsi(h)
	if w == nil {
		return 0
	}
	return w.opaque
}

//go:wasmexport lws_set_opaque_user_data
func lwsSetOpaqueUserData(h, opaque int32) int32 {
	return ask(h, func(w *wsi) int32 {
		w.opaque = opaque
		return 0
	})
}

//go:wasmexport lws_get_context
func lwsGetContext(h int32) int32 {
	return ask(h, func(w *wsi) int32 { return w.cx.h })
}

//go:wasmexport lws_get_vhost
func lwsGetVhost(h int32) int32 {
	return ask(h, func(w *wsi) int32 {
		if v, ok := w.e.Vhost().Face.(*vhost); ok {
			return v.h
		}
		return 0
	})
}

//go:wasmexport lws_get_parent
func lwsGetParent(h int32) int32 {
	return ask(h, func(w *wsi) int32 { return handleOf(w.e.Parent()) })
}

//go:wasmexport lws_get_child
func lwsGetChild(h int32) int32 {
	return ask(h, func(w *wsi) int32 { return handleOf(w.e.Child()) })
}

func handleOf(w *engine.Wsi) int32 {
	if w == nil {
		return 0
	}
	if r := record(w); r != nil {
		return r.h
	}
	return 0
}

//go:wasmexport lws_get_socket_fd
func lwsGetSocketFd(h int32) int32 {
	return ask(h, func(w *wsi) int32 {
		if c := w.e.Carrier(); c != nil {
			return int32(c.Fd())
		}
		return -1
	})
}

//go:wasmexport lws_get_protocol
func lwsGetProtocol(h int32) int32 {
	return ask(h, func(w *wsi) int32 {
		for i, p := range w.e.Vhost().Options().Protocols {
			if p == w.e.Protocol() {
				return int32(i)
			}
		}
		return -1
	})
}

//go:wasmexport lws_get_peer_simple
func lwsGetPeerSimple(h, dst, size int32) int32 {
	return ask(h, func(w *wsi) int32 {
		c := w.e.Carrier()
		if c == nil {
			return -1
		}
		a := c.Remote()
		peer := a.Path
		if a.IP.IsValid() {
			peer = a.IP.Addr().String()
		}
		return copied([]byte(peer), dst, size)
	})
}

//go:wasmexport lws_wsi_tag
func lwsWsiTag(h, dst, size int32) int32 {
	return ask(h, func(w *wsi) int32 { return copied([]byte(w.e.String()), dst, size) })
}
