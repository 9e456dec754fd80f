package raw

import "github.com/golws/golws/core/engine"

// File is the role of watched files: the protocol reads and writes the fd by
// itself when it is told that it may.
type File struct{ engine.BaseRole }

var fileReasons = engine.Reasons{
	Writeable: engine.ReasonRawWriteableFile,
	Bind:      engine.ReasonRawFileBindProtocol,
	Drop:      engine.ReasonRawFileDropProtocol,
	Made:      engine.ReasonNone,
}

// Name is "raw-file".
func (*File) Name() string { return "raw-file" }

// Reasons are the RAW_…_FILE ones.
func (*File) Reasons(*engine.Wsi) *engine.Reasons { return &fileReasons }

// Data is never called: a watch delivers readiness.
func (*File) Data(_ *engine.Wsi, b []byte) int { return len(b) }

// Ended is never called: a watch hangs up.
func (*File) Ended(w *engine.Wsi, _ error) { w.CloseNow() }

// Readable calls RAW_RX_FILE.
func (*File) Readable(w *engine.Wsi) { call(w, engine.ReasonRawRXFile) }

// FileWritable calls RAW_WRITEABLE_FILE.
func (*File) FileWritable(w *engine.Wsi) { call(w, engine.ReasonRawWriteableFile) }

func call(w *engine.Wsi, r engine.Reason) {
	if w.Call(r, engine.In{}) != 0 {
		w.CloseNow()
	}
}

// Hangup closes.
func (*File) Hangup(w *engine.Wsi) { w.CloseNow() }

// Write is refused: the fd is the protocol's to write to.
func (*File) Write(*engine.Wsi, []byte, engine.WriteProtocol) error { return engine.ErrClosed }

// Closed calls RAW_CLOSE_FILE, where w was bound to a protocol.
func (*File) Closed(w *engine.Wsi) {
	if w.Protocol() != nil {
		w.Call(engine.ReasonRawCloseFile, engine.In{})
	}
}
