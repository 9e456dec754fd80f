package ws

import (
	"encoding/binary"
	"unicode/utf8"
)

// UTF8 checks a stream of bytes for being UTF-8 as RFC 3629 has it (no overlong forms, no
// surrogates, nothing above U+10FFFF), in pieces that may end anywhere. It says no at the
// first byte that cannot belong to any valid text. The zero value is ready, and again ready
// after each [UTF8.Reset].
type UTF8 struct {
	need   uint8 // continuation bytes still to come; bad after a failure
	lo, hi uint8 // range allowed for the next of them
}

const bad = 0xFF

// Reset starts a new text.
func (u *UTF8) Reset() { *u = UTF8{} }

// Done reports whether the text may end here: all of it was valid, and no character is half
// there.
func (u *UTF8) Done() bool { return u.need == 0 }

// Write takes the next piece of the text and reports whether the text is valid so far. After
// a failure it stays false until Reset.
func (u *UTF8) Write(p []byte) bool {
	for len(p) > 0 && u.need != 0 {
		if !u.step(p[0]) {
			return false
		}
		p = p[1:]
	}
	p = skipASCII(p)
	if len(p) == 0 {
		return u.need != bad
	}
	// A character that p breaks off starts in its last three bytes.
	end := len(p)
	for i := end - 1; i >= 0 && i >= end-3; i-- {
		if utf8.RuneStart(p[i]) {
			if !utf8.FullRune(p[i:]) {
				end = i
			}
			break
		}
	}
	if !utf8.Valid(p[:end]) {
		u.need = bad
		return false
	}
	for _, c := range p[end:] {
		if !u.step(c) {
			return false
		}
	}
	return true
}

// step takes one byte.
func (u *UTF8) step(c byte) bool {
	switch {
	case u.need == bad:
		return false
	case u.need != 0:
		if c < u.lo || c > u.hi {
			u.need = bad
			return false
		}
		u.need--
		u.lo, u.hi = 0x80, 0xBF
		return true
	case c < 0x80:
		return true
	}
	// RFC 3629 section 4: the second byte's range depends on the first.
	u.lo, u.hi = 0x80, 0xBF
	switch {
	case c >= 0xC2 && c <= 0xDF:
		u.need = 1
	case c == 0xE0:
		u.need, u.lo = 2, 0xA0
	case c == 0xED:
		u.need, u.hi = 2, 0x9F
	case c >= 0xE1 && c <= 0xEF:
		u.need = 2
	case c == 0xF0:
		u.need, u.lo = 3, 0x90
	case c >= 0xF1 && c <= 0xF3:
		u.need = 3
	case c == 0xF4:
		u.need, u.hi = 3, 0x8F
	default:
		u.need = bad
		return false
	}
	return true
}

// skipASCII returns p from its first byte above 0x7F on, or from a little before it.
func skipASCII(p []byte) []byte {
	const high = 0x8080808080808080
	le := binary.LittleEndian
	for len(p) >= 32 {
		q := (*[32]byte)(p)
		if (le.Uint64(q[0:])|le.Uint64(q[8:])|le.Uint64(q[16:])|le.Uint64(q[24:]))&high != 0 {
			return p
		}
		p = p[32:]
	}
	for len(p) >= 8 {
		if le.Uint64(p)&high != 0 {
			return p
		}
		p = p[8:]
	}
	for i, c := range p {
		if c >= 0x80 {
			return p[i:]
		}
	}
	return nil
}
