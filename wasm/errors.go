//go:build wasip1

package main

import (
	"errors"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/wasm/info"
)

// What exports answer; see ABI.md.
const (
	errHandle    int32 = -100
	errBounds    int32 = -101
	errReentered int32 = -102
	errCBOR      int32 = -103
	errField     int32 = -104
	errDead      int32 = -105
	errClosed    int32 = -106
	errFull      int32 = -107
	errRefused   int32 = -108
)

// lastError is the text of the last error, which the embedder reads.
var lastError string

// fail notes the text of an error.
func fail(code int32, text string) int32 {
	lastError = text
	return code
}

var errorTexts = map[int32]string{
	errHandle:    "no such handle, or a stale one",
	errBounds:    "pointer and length do not lie where they have to",
	errReentered: "not to be called from inside this import",
	errDead:      "the context is dead",
	errClosed:    "closed or closing",
	errFull:      "a limit is reached",
}

// failed notes the usual text of an error.
func failed(code int32) int32 {
	lastError = errorTexts[code]
	return code
}

// refusal is the code for an error of the core's.
func refusal(err error) int32 {
	var field *info.FieldError
	code := errRefused
	switch {
	case errors.As(err, &field):
		code = errField
	case errors.Is(err, info.ErrCBOR):
		code = errCBOR
	case errors.Is(err, engine.ErrClosed), errors.Is(err, engine.ErrDestroyed):
		code = errClosed
	case errors.Is(err, engine.ErrQueueFull), errors.Is(err, errNoHandle):
		code = errFull
	}
	return fail(code, err.Error())
}
