package host

import (
	"unsafe"

	"github.com/tetratelabs/wazero/experimental"
)

// stable gives instances memory that grows in place, so that sockets can be
// read into and written from it.
var stable = experimental.MemoryAllocatorFunc(func(_, most uint64) experimental.LinearMemory { return reserve(most) })

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
