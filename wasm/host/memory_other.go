//go:build !unix

package host

// region is memory of the full size from the start.
type region struct{ all []byte }

func reserve(most uint64) *region { return &region{make([]byte, most)} }

func (r *region) reallocate(size uint64) []byte {
	if size > uint64(len(r.all)) {
		return nil
	}
	return r.all[:size]
}

// free leaves it to the collector.
func (r *region) free() { r.all = nil }
