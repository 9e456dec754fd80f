package main

// #include "table.h"
import "C"

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/golws/golws/core/loop/sock/epoll"
	"github.com/golws/golws/core/loop/sock/notify"
)

// A service thread of a C program waits in C: signal handlers that know nothing
// of Go may run meanwhile.
func init() { epoll.Block = wait }

func wait(fd int, events unsafe.Pointer, n int, limit notify.Micros) (int, unix.Errno) {
	r := int(C.golws_wait(C.int(fd), events, C.int(n), C.int64_t(limit)))
	if r < 0 {
		return 0, unix.Errno(-r)
	}
	return r, 0
}
