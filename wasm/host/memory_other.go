//go:build !unix

package host

import "github.com/tetratelabs/wazero/experimental"

// region is memory of the full size from the start.
type region struct{ all []byte }

func reserve(most uint64) experimental.LinearMemory { return &region{make([]byte, most)} }

// Reallocate grows in place.
func (r *region) Reallocate(size uint64) []byte {
	if size > uint64(len(r.all)) {
		return nil
	}
	return r.all[:size]
}

// Free leaves it to the collector.
func (r *region) Free() { r.all = nil }
