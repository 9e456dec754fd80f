package ws

import (
	"encoding/binary"
	"math/bits"
)

// Mask applies a masking key to b where it lies (RFC 6455 section 5.3); doing it twice gives
// b back. phase is the number of payload bytes of the same frame that lie before b, of which
// only the lowest two bits matter.
func Mask(b []byte, key [4]byte, phase int) {
	xor(b, rotate(binary.LittleEndian.Uint32(key[:]), phase))
}

// rotate turns a little-endian key so that its lowest byte is for the payload byte that comes
// n bytes later.
func rotate(key uint32, n int) uint32 {
	return bits.RotateLeft32(key, -8*(n&3))
}

// xor masks b with a key whose lowest byte is for b[0].
func xor(b []byte, key uint32) {
	k := uint64(key)<<32 | uint64(key)
	le := binary.LittleEndian
	for len(b) >= 64 {
		p := (*[64]byte)(b)
		le.PutUint64(p[0:], le.Uint64(p[0:])^k)
		le.PutUint64(p[8:], le.Uint64(p[8:])^k)
		le.PutUint64(p[16:], le.Uint64(p[16:])^k)
		le.PutUint64(p[24:], le.Uint64(p[24:])^k)
		le.PutUint64(p[32:], le.Uint64(p[32:])^k)
		le.PutUint64(p[40:], le.Uint64(p[40:])^k)
		le.PutUint64(p[48:], le.Uint64(p[48:])^k)
		le.PutUint64(p[56:], le.Uint64(p[56:])^k)
		b = b[64:]
	}
	for len(b) >= 8 {
		p := (*[8]byte)(b)
		le.PutUint64(p[:], le.Uint64(p[:])^k)
		b = b[8:]
	}
	if len(b) >= 4 {
		le.PutUint32(b, le.Uint32(b)^key)
		b = b[4:]
	}
	for i := range b {
		b[i] ^= byte(key)
		key >>= 8
	}
}
