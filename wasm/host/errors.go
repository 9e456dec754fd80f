package host

import (
	"errors"
	"fmt"
)

// What an instance or a call may end with.
var (
	// ErrNotModule is something that is not lws.wasm.
	ErrNotModule = errors.New("not lws.wasm")
	// ErrMemory is an instance that needed more memory than it may have. It is
	// over.
	ErrMemory = errors.New("the instance needs more memory than it may have")
	// ErrTime is a call that took longer than it may. The instance is over.
	ErrTime = errors.New("the call took longer than it may")
	// ErrOver is an instance that trapped or ended; other errors say why.
	ErrOver = errors.New("the instance is over")
)

// VersionError is a module of another version of the ABI.
type VersionError struct{ Major, Minor int }

func (e *VersionError) Error() string {
	return fmt.Sprintf("the module's ABI is %d.%d, this host's %d.%d", e.Major, e.Minor, Major, Minor)
}

// Code is what the module answers (ABI.md). As an error it matches an *Error
// by errors.Is.
type Code int32

// The codes.
const (
	ErrHandle    Code = -100 // no such handle, or a stale one
	ErrBounds    Code = -101 // memory that the module has not given or lent
	ErrReentered Code = -102 // called from inside an import where that may not be
	ErrCBOR      Code = -103 // not well-formed
	ErrField     Code = -104 // an unknown key, or a bad value
	ErrDead      Code = -105 // the context met an internal error
	ErrClosed    Code = -106 // closed or closing
	ErrFull      Code = -107 // a limit is reached
	ErrRefused   Code = -108 // it cannot be done
)

func (c Code) Error() string { return fmt.Sprintf("lws.wasm: error %d", int32(c)) }

// Error is a call that the module refused.
type Error struct {
	Code Code
	Call string // the export
	Text string // what the module says about it
}

func (e *Error) Error() string { return e.Call + ": " + e.Text }

// Unwrap is the code.
func (e *Error) Unwrap() error { return e.Code }
