package host

import (
	"unsafe"

	"github.com/tetratelabs/wazero/experimental"
)

// Allocate gives the instance memory that grows in place, so that sockets can
// be read into and written from it.
func (i *Instance) Allocate(_, most uint64) experimental.LinearMemory {
	i.region = reserve(most)
	return (*kept)(i.region)
}

// kept is a region that wazero does not free: it would while code still runs
// whose time is up. Instance.Close does.
type kept region

// Reallocate grows in place.
func (k *kept) Reallocate(size uint64) []byte { return (*region)(k).reallocate(size) }

// Free does nothing.
func (*kept) Free() {}

// offset is where in linear memory b lies, if it does.
func (i *Instance) offset(b []byte) (uint32, bool) {
	all := i.view(0, i.mem.Size())
	if len(b) == 0 || len(all) == 0 {
		return 0, false
	}
	p, base := uintptr(unsafe.Pointer(&b[0])), uintptr(unsafe.Pointer(&all[0]))
	if p < base || p-base >= uintptr(len(all)) {
		return 0, false
	}
	return uint32(p - base), true
}
