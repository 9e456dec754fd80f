//go:build unix

package host

import (
	"fmt"

	"github.com/tetratelabs/wazero/experimental"
	"golang.org/x/sys/unix"
)

// region is address space of which the beginning is memory.
type region struct {
	all  []byte
	used uint64
}

// reserve takes address space only: pages become memory when they are touched.
func reserve(most uint64) experimental.LinearMemory {
	all, err := unix.Mmap(-1, 0, int(most), unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		panic(fmt.Sprintf("reserving %d bytes of address space: %v", most, err))
	}
	return &region{all: all}
}

// Reallocate grows in place.
func (r *region) Reallocate(size uint64) []byte {
	if size > uint64(len(r.all)) {
		return nil
	}
	if size > r.used {
		if unix.Mprotect(r.all[:size], unix.PROT_READ|unix.PROT_WRITE) != nil {
			return nil
		}
		r.used = size
	}
	return r.all[:size:len(r.all)]
}

// Free gives the address space back.
func (r *region) Free() {
	if r.all != nil {
		_ = unix.Munmap(r.all) // it was mapped like that
		r.all = nil
	}
}
