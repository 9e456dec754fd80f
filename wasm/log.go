//go:build wasip1

package main

import "github.com/golws/golws/core/engine"

// levels are the log lines that the embedder wants; C's default.
var levels = engine.LogErr | engine.LogWarn | engine.LogNotice

//go:wasmexport lws_set_log_level
func lwsSetLogLevel(l int32) int32 {
	if !mayCall() {
		return errReentered
	}
	levels = engine.Level(l)
	return 0
}

// logger passes the engine's lines on.
type logger context

// Enabled goes by lws_set_log_level.
func (*logger) Enabled(l engine.Level) bool { return levels&l != 0 }

// Log passes one line on.
func (lg *logger) Log(l engine.Level, _ *engine.Context, v *engine.Vhost, w *engine.Wsi, line string) {
	h := int32(0)
	if w != nil {
		if r := record(w); r != nil {
			h = r.h
		}
	}
	if v != nil && w == nil {
		line = "vhost " + v.Options().Name + ": " + line
	}
	log(l, (*context)(lg), h, line)
}

func log(l engine.Level, cx *context, wsi int32, line string) {
	if levels&l == 0 {
		return
	}
	h := int32(0)
	if cx != nil {
		h = cx.h
	}
	was := away()
	importLog(int32(l), h, wsi, ptrOfString(line), int32(len(line)))
	inImport = was
}
