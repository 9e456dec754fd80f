//go:build unix

package host

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// region is address space of which the beginning is memory.
type region struct {
	all  []byte
	used uint64
}

// reserve takes address space only: pages become memory when they are touched.
func reserve(most uint64) *region {
	all, err := unix.Mmap(-1, 0, int(most), unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		panic(fmt.Sprintf("reserving %d bytes of address space: %v", most, err))
	}
	return &region{all: all}
}

func (r *region) reallocate(size uint64) []byte {
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

// free gives the address space back.
func (r *region) free() {
	if r.all != nil {
		_ = unix.Munmap(r.all) // it was mapped like that
		r.all = nil
	}
}
