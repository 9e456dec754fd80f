//go:build linux

package evlib

import (
	"strings"
	"testing"
)

// Each library's functions are found where it is installed, and a library that
// is not says so by its name.
func TestLibrariesAreFoundOrNamed(t *testing.T) {
	for kind, open := range map[Kind]func() (library, error){
		UV: openUV, Event: openEvent, Ev: openEv, Glib: openGlib, SDEvent: openSDEvent, Uloop: openUloop,
	} {
		if _, err := open(); err != nil {
			t.Logf("%s: %v", kind, err)
			if !strings.Contains(err.Error(), kind.String()) || !strings.Contains(err.Error(), "not installed") {
				t.Errorf("the error does not say that %s is missing: %v", kind, err)
			}
		}
	}
}

func TestMissingFunctionIsNamed(t *testing.T) {
	s, err := find("the C library", "no_such_function_anywhere", "libc.so.6")
	if err != nil {
		t.Fatal(err)
	}
	var f, g uintptr
	if err := s.functions(map[string]*uintptr{"getpid": &f}); err != nil || f == 0 {
		t.Errorf("getpid: %v", err)
	}
	if err := s.functions(map[string]*uintptr{"uv_from_the_future": &g}); err == nil || !strings.Contains(err.Error(), "uv_from_the_future") {
		t.Errorf("a missing function: %v", err)
	}
	if call(f) == 0 {
		t.Error("getpid answers 0")
	}
}

func TestUnknownKind(t *testing.T) {
	if _, err := Open(Config{Kind: 99}); err == nil {
		t.Error("no error")
	}
}
