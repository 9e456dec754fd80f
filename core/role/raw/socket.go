// Package raw has the roles without a wire: byte streams (raw-skt) and watched
// files (raw-file).
package raw

import "github.com/golws/golws/core/engine"

// Socket is the role of raw byte streams: adopted, accepted and dialled ones.
//
// A piece that arrived is delivered as RAW_RX in pieces of at most the
// protocol's RxBufferSize. What is written goes out as it is. A peer that has
// nothing to say is as good as any: only the user begins validity checks, by
// Wsi.ValidityConfirmed.
type Socket struct{ engine.BaseRole }

var socketReasons = engine.Reasons{
	Writeable: engine.ReasonRawWriteable,
	Bind:      engine.ReasonRawSktBindProtocol,
	Drop:      engine.ReasonRawSktDropProtocol,
	Made:      engine.ReasonNone,
}

// Name is "raw-skt", as in lws's listen_accept_role.
func (*Socket) Name() string { return "raw-skt" }

// Reasons are the RAW_ ones.
func (*Socket) Reasons(*engine.Wsi) *engine.Reasons { return &socketReasons }

// Prepare needs nothing.
func (*Socket) Prepare(*engine.Wsi, *engine.ConnectInfo) error { return nil }

// Accepted binds w to the vhost's ListenProtocol, where it is not bound yet,
// and calls RAW_ADOPT.
func (*Socket) Accepted(w *engine.Wsi) bool {
	if w.Protocol() == nil {
		v := w.Vhost()
		p := v.Protocol(v.Options().ListenProtocol)
		if p == nil {
			w.Logf(engine.LogErr, "the vhost has no protocol %q for raw connections", v.Options().ListenProtocol)
			return false
		}
		if w.Bind(p) != 0 || !w.Alive() {
			return false
		}
	}
	w.SetEstablished()
	return w.Call(engine.ReasonRawAdopt, engine.In{}) == 0
}

// Opened calls RAW_CONNECTED.
func (*Socket) Opened(w *engine.Wsi) {
	w.SetEstablished()
	if w.Call(engine.ReasonRawConnected, engine.In{}) != 0 {
		w.Close()
	}
}

// Data calls RAW_RX.
func (*Socket) Data(w *engine.Wsi, b []byte) int {
	most := w.PieceSize()
	for done := 0; ; {
		n := min(len(b)-done, most)
		piece := b[done : done+n]
		done += n
		if w.Call(engine.ReasonRawRX, engine.In{Bytes: piece}) != 0 {
			w.Close()
			return done
		}
		if done == len(b) || w.Stopped() {
			return done
		}
	}
}

// Ended closes: what was written still goes out.
func (*Socket) Ended(w *engine.Wsi, err error) {
	if err != nil {
		w.Logf(engine.LogInfo, "connection lost: %v", err)
		w.CloseNow()
		return
	}
	w.Close()
}

// Write sends p as it is.
func (*Socket) Write(w *engine.Wsi, p []byte, _ engine.WriteProtocol) error {
	if len(p) >= engine.DirectSize {
		w.SendDirect(nil, p)
	} else {
		w.SendCopy(p)
	}
	return nil
}

// HeadRoom is none: any write can be sent where it lies.
func (*Socket) HeadRoom(*engine.Wsi, int, engine.WriteProtocol) (int, bool) { return 0, true }

// FrameInPlace has nothing to do.
func (*Socket) FrameInPlace(*engine.Wsi, []byte, int, engine.WriteProtocol) {}

// Closed calls RAW_CLOSE, where RAW_ADOPT or RAW_CONNECTED was called.
func (*Socket) Closed(w *engine.Wsi) {
	if w.Established() {
		w.Call(engine.ReasonRawClose, engine.In{})
	}
}
