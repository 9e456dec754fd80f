package ws

import "encoding/binary"

// Opcodes of RFC 6455 section 5.2. 3–7 are reserved for further data frames and 11–15 for
// further control frames.
const (
	OpContinuation byte = 0x0
	OpText         byte = 0x1
	OpBinary       byte = 0x2
	OpClose        byte = 0x8
	OpPing         byte = 0x9
	OpPong         byte = 0xA
)

// IsControl reports whether op is a control opcode (RFC 6455 section 5.5).
func IsControl(op byte) bool { return op&0x8 != 0 }

// Bits of a frame's first byte, RFC 6455 section 5.2, where they lie in it.
const (
	Fin  byte = 0x80 // last frame of its message
	RSV1 byte = 0x40 // the message is compressed, where RFC 7692 was negotiated
	RSV2 byte = 0x20
	RSV3 byte = 0x10

	maskedBit byte = 0x80 // of the second byte
)

const (
	// MaxControl is the longest payload of a control frame (RFC 6455 section 5.5).
	MaxControl = 125
	// MaxHead is the longest frame head: two bytes, a 64-bit length and a masking key.
	MaxHead = 14
	// MaxLength is the longest payload that a frame head can announce: the top bit of the
	// 64-bit length must be 0 (RFC 6455 section 5.2).
	MaxLength = 1<<63 - 1
)

// HeadLen is the size in bytes of the head of a frame with n bytes of payload.
func HeadLen(n uint64, masked bool) int {
	l := 2
	switch {
	case n > 0xFFFF:
		l = 10
	case n > 125:
		l = 4
	}
	if masked {
		l += 4
	}
	return l
}

// PutHead writes a frame head to the start of dst, which must have HeadLen(n, masked) bytes,
// and returns its size. rsv is a combination of [RSV1], [RSV2] and [RSV3]; key is used only
// if masked. n must not be greater than [MaxLength].
func PutHead(dst []byte, fin bool, rsv, opcode byte, n uint64, masked bool, key [4]byte) int {
	b0 := opcode&0x0F | rsv&(RSV1|RSV2|RSV3)
	if fin {
		b0 |= Fin
	}
	var b1 byte
	if masked {
		b1 = maskedBit
	}
	dst[0] = b0
	l := 2
	switch {
	case n > 0xFFFF:
		dst[1] = b1 | 127
		binary.BigEndian.PutUint64(dst[2:10], n)
		l = 10
	case n > 125:
		dst[1] = b1 | 126
		binary.BigEndian.PutUint16(dst[2:4], uint16(n))
		l = 4
	default:
		dst[1] = b1 | byte(n)
	}
	if masked {
		copy(dst[l:l+4], key[:])
		l += 4
	}
	return l
}

// AppendHead is [PutHead] on the end of dst.
func AppendHead(dst []byte, fin bool, rsv, opcode byte, n uint64, masked bool, key [4]byte) []byte {
	var h [MaxHead]byte
	l := PutHead(h[:], fin, rsv, opcode, n, masked, key)
	return append(dst, h[:l]...)
}

// AppendFrame appends a whole frame: its head, and a copy of payload, which is masked in the
// copy where masked is asked for. payload itself is not changed.
func AppendFrame(dst []byte, fin bool, rsv, opcode byte, payload []byte, masked bool, key [4]byte) []byte {
	dst = AppendHead(dst, fin, rsv, opcode, uint64(len(payload)), masked, key)
	at := len(dst)
	dst = append(dst, payload...)
	if masked {
		Mask(dst[at:], key, 0)
	}
	return dst
}
