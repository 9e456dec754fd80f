//go:build wasip1

package main

import (
	"cmp"
	"runtime"
	"runtime/debug"
	"slices"
	"unsafe"
)

const (
	rxSize   = 128 << 10
	txSize   = 64 << 10
	maxBlock = 1 << 30
)

// The buffers that the embedder shares with the module, for as long as that
// lives. Go's collector does not move memory.
var (
	rx = make([]byte, rxSize)
	tx = make([]byte, txSize)
)

// blocks are what golws_alloc gave, by address.
var blocks []block

type block struct {
	at uintptr
	b  []byte
}

// gcPercent is lower than Go's: what lives is small against what a burst
// leaves behind, and linear memory never shrinks.
const gcPercent = 50

func init() { debug.SetGCPercent(gcPercent) }

// What has come and gone since the last collection that collect made.
var peak, freed int

// worthIt is how many wsi must have gone for a collection.
const worthIt = 256

// collect takes the garbage away that many connections leave which end
// together: the next ones would have the heap grow beside it, and linear memory
// never shrinks. It costs each of them some ten microseconds.
func collect() {
	live := handles.kinds[kindWsi]
	peak = max(peak, live)
	if freed >= worthIt && live <= peak/2 {
		runtime.GC()
		peak, freed = live, 0
	}
}

func start(b []byte) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(b))) }

// within is the n bytes of b at the address a, nil where they do not lie in b.
func within(b []byte, a uintptr, n int) []byte {
	if off := a - start(b); a >= start(b) && off <= uintptr(len(b)) && n <= len(b)-int(off) {
		return b[off : int(off)+n : int(off)+n]
	}
	return nil
}

// shown are the bytes that the callbacks on the stack were lent.
var shown [][]byte

// lent is n bytes at p. They have to lie in memory that the embedder was given
// or is being lent, so that no mistake of its can harm the collector.
func lent(p, n int32) ([]byte, bool) {
	if n == 0 {
		return nil, true
	}
	if n > 0 {
		a, n := uintptr(uint32(p)), int(n)
		if b := within(rx, a, n); b != nil {
			return b, true
		}
		if b := within(tx, a, n); b != nil {
			return b, true
		}
		for i := len(shown) - 1; i >= 0; i-- {
			if b := within(shown[i], a, n); b != nil {
				return b, true
			}
		}
		i, found := search(a)
		if !found {
			i--
		}
		if i >= 0 {
			if b := within(blocks[i].b, a, n); b != nil {
				return b, true
			}
		}
	}
	failed(errBounds)
	return nil, false
}

// search finds the block that begins at a, or where it would be.
func search(a uintptr) (int, bool) {
	return slices.BinarySearchFunc(blocks, a, func(b block, a uintptr) int { return cmp.Compare(b.at, a) })
}

// text is a copy of what lies at p.
func text(p, n int32) (string, bool) {
	b, ok := lent(p, n)
	return string(b), ok
}

// copied answers a call that copies b to the caller's memory.
func copied(b []byte, dst, size int32) int32 {
	out, ok := lent(dst, size)
	if !ok {
		return errBounds
	}
	if len(b) > len(out) {
		return -1
	}
	return int32(copy(out, b))
}

func ptrOf(b []byte) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(b)) }

func ptrOfString(s string) unsafe.Pointer { return unsafe.Pointer(unsafe.StringData(s)) }

//go:wasmexport golws_rx
func golwsRx() unsafe.Pointer { return ptrOf(rx) }

//go:wasmexport golws_rx_size
func golwsRxSize() int32 { return rxSize }

//go:wasmexport golws_tx
func golwsTx() unsafe.Pointer { return ptrOf(tx) }

//go:wasmexport golws_tx_size
func golwsTxSize() int32 { return txSize }

//go:wasmexport golws_alloc
func golwsAlloc(size int32) unsafe.Pointer {
	if size <= 0 || size > maxBlock {
		return nil
	}
	b := make([]byte, size)
	a := start(b)
	i, _ := search(a)
	blocks = slices.Insert(blocks, i, block{a, b})
	return ptrOf(b)
}

//go:wasmexport golws_free
func golwsFree(p int32) int32 {
	a := uintptr(uint32(p))
	i, found := search(a)
	if !found {
		return failed(errBounds)
	}
	blocks = slices.Delete(blocks, i, i+1)
	return 0
}

//go:wasmexport golws_error_ptr
func golwsErrorPtr() unsafe.Pointer { return ptrOfString(lastError) }

//go:wasmexport golws_error_len
func golwsErrorLen() int32 { return int32(len(lastError)) }

//go:wasmexport golws_gc
func golwsGC() int32 {
	if depth > 0 || inImport != notInImport {
		return failed(errReentered)
	}
	runtime.GC()
	return 0
}

var stats runtime.MemStats

//go:wasmexport golws_counters
func golwsCounters(p, n int32) int32 {
	runtime.ReadMemStats(&stats)
	k := &handles.kinds
	all := [...]float64{
		float64(stats.Mallocs), float64(stats.Frees), float64(stats.HeapAlloc), float64(stats.Sys), float64(stats.NumGC),
		float64(k[kindContext]), float64(k[kindVhost]), float64(k[kindWsi]), float64(k[kindConn]), float64(k[kindListener]),
		float64(k[kindQuery]), float64(len(blocks)), float64(callbacks), float64(sends),
	}
	out, ok := lent(p, n)
	if !ok {
		return errBounds
	}
	for i := range min(len(all), len(out)/8) {
		*(*float64)(unsafe.Pointer(&out[8*i])) = all[i]
	}
	return int32(len(all))
}
