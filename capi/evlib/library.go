//go:build linux

package evlib

import (
	"errors"
	"fmt"

	"github.com/ebitengine/purego"
	"golang.org/x/sys/unix"
)

// so is a shared library, or what the process has of it.
type so struct {
	name   string
	handle uintptr
}

const rtldNoLoad = 4 // RTLD_NOLOAD of <dlfcn.h>

// find finds a library by its sonames: the one that is loaded under one of them;
// what the program itself has of it, linked in and exported, told by a symbol
// that no other library has; or the installed one.
func find(what, symbol string, sonames ...string) (so, error) {
	for _, n := range sonames {
		if h, err := purego.Dlopen(n, purego.RTLD_NOW|rtldNoLoad); err == nil && h != 0 {
			return so{n, h}, nil
		}
	}
	if _, err := purego.Dlsym(purego.RTLD_DEFAULT, symbol); err == nil {
		return so{"the program", purego.RTLD_DEFAULT}, nil
	}
	var why []error
	for _, n := range sonames {
		h, err := purego.Dlopen(n, purego.RTLD_NOW|purego.RTLD_LOCAL)
		if err == nil {
			return so{n, h}, nil
		}
		why = append(why, err)
	}
	return so{}, fmt.Errorf("%s is not in the process and not installed: %w", what, errors.Join(why...))
}

// functions looks up functions by their names.
func (s so) functions(into map[string]*uintptr) error {
	for name, p := range into {
		f, err := purego.Dlsym(s.handle, name)
		if err != nil {
			return fmt.Errorf("%s is too old or not what its name says: %w", s.name, err)
		}
		*p = f
	}
	return nil
}

// call calls a C function whose arguments are integers and pointers.
func call(f uintptr, args ...uintptr) uintptr {
	r, _, _ := purego.SyscallN(f, args...)
	return r
}

// status is the int that a C function returned.
func status(r uintptr) int { return int(int32(r)) }

// errno is the error of a function that returns -errno.
func errno(what string, r uintptr) error {
	if n := status(r); n < 0 {
		return fmt.Errorf("%s: %w", what, unix.Errno(-n))
	}
	return nil
}

func errorAnd(a, b error) error {
	if b == nil {
		return a
	}
	return errors.Join(a, b)
}
