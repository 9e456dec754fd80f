package pmd

import (
	"encoding/binary"
	"sync"
)

// inflate is a decoder of RFC 1951 that can stop anywhere: after each input byte, because a
// symbol is only taken from the bit buffer when all of it is there, and before each output
// byte, because what is left of a match or a stored block is kept.
type inflate struct {
	bits uint64 // input that was taken from src and not used, first bit lowest
	n    uint   // how many

	step  step
	final bool  // the current block has BFINAL
	tail  uint8 // how much of the message's tail was taken
	size  int   // bytes left of a match or a stored block
	dist  int   // distance of that match

	lit  *litTable // of the current block
	dst  *distTable
	lens [maxLit + maxDist]uint8
	have int // entries of lens that are known
	nlit int
	nlen int // entries of lens in all
	ncl  int // code lengths of the code lengths, in all

	ownLit  litTable
	ownDist distTable
}

type step uint8

const (
	stepHeader    step = iota // before a block
	stepLengths               // before LEN and NLEN of a stored block
	stepStored                // in a stored block
	stepCounts                // before HLIT, HDIST and HCLEN
	stepCodeCodes             // in the code lengths of the code lengths
	stepCodes                 // in the code lengths
	stepSymbol                // in compressed data, before a symbol
	stepMatch                 // in compressed data, in a match
)

// corrupt is a Status that never leaves this package.
const corrupt Status = 0xFF

// tail is what a sender takes off the end of each message (RFC 7692 section 7.2.1).
var tail = []byte{0x00, 0x00, 0xff, 0xff}

var inflatePool = sync.Pool{New: func() any { return new(inflate) }}

// codeOrder is the order of the code lengths of the code lengths (RFC 1951 section 3.2.7).
var codeOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

const codeBits = 7 // longest code of a code length

// reset makes z ready for a message; its tables are left as they are.
func (z *inflate) reset() {
	z.bits, z.n = 0, 0
	z.step, z.final, z.tail = stepHeader, false, 0
}

// aligned reports whether z is between two blocks and on a whole byte of input.
func (z *inflate) aligned() bool { return z.step == stepHeader && z.n == 0 }

// fill takes bytes from src[i:] until at least n bits are there, and returns the new i; ok is
// false if src has too few, and then it was taken whole. n is at most 57.
func (z *inflate) fill(src []byte, i int, n uint) (_ int, ok bool) {
	for z.n < n {
		if i == len(src) {
			return i, false
		}
		z.bits |= uint64(src[i]) << z.n
		z.n += 8
		i++
	}
	return i, true
}

// take removes the next n bits, which must be there.
func (z *inflate) take(n uint) uint32 {
	v := uint32(z.bits) & (1<<n - 1)
	z.bits >>= n
	z.n -= n
	return v
}

// run decodes from src to out[o:], with out[:o] and before that win as history. It returns the
// new o and how much of src it took; NeedInput, when all was taken; More, when out is full; or
// corrupt.
func (z *inflate) run(win *window, out []byte, o int, src []byte) (_, taken int, _ Status) {
	i, ok := 0, true
	for {
		switch z.step {
		case stepHeader:
			if i, ok = z.fill(src, i, 3); !ok {
				return o, i, NeedInput
			}
			z.final = z.take(1) == 1
			switch z.take(2) {
			case 0:
				z.take(z.n & 7)
				z.step = stepLengths
			case 1:
				z.lit, z.dst = &fixedLit, &fixedDist
				z.step = stepSymbol
			case 2:
				z.step = stepCounts
			default:
				return o, i, corrupt
			}

		case stepLengths:
			if i, ok = z.fill(src, i, 32); !ok {
				return o, i, NeedInput
			}
			size := z.take(16)
			if z.take(16) != size^0xFFFF {
				return o, i, corrupt
			}
			z.size = int(size)
			z.step = stepStored

		case stepStored:
			for z.size > 0 {
				if o == len(out) {
					return o, i, More
				}
				if z.n > 0 {
					out[o] = byte(z.take(8))
					o++
					z.size--
					continue
				}
				n := min(len(src)-i, z.size)
				if n == 0 {
					return o, i, NeedInput
				}
				n = copy(out[o:], src[i:i+n])
				i += n
				o += n
				z.size -= n
			}
			z.endBlock()

		case stepCounts:
			if i, ok = z.fill(src, i, 14); !ok {
				return o, i, NeedInput
			}
			z.nlit = int(z.take(5)) + 257
			ndist := int(z.take(5)) + 1
			z.ncl = int(z.take(4)) + 4
			if z.nlit > maxLit || ndist > maxDist {
				return o, i, corrupt
			}
			z.nlen = z.nlit + ndist
			z.have = 0
			clear(z.lens[:len(codeOrder)])
			z.step = stepCodeCodes

		case stepCodeCodes:
			for z.have < z.ncl {
				if i, ok = z.fill(src, i, 3); !ok {
					return o, i, NeedInput
				}
				z.lens[codeOrder[z.have]] = uint8(z.take(3))
				z.have++
			}
			if !buildTable(z.ownLit[:], codeBits, z.lens[:len(codeOrder)], codeEntries[:]) {
				return o, i, corrupt
			}
			z.have = 0
			z.step = stepCodes

		case stepCodes:
			var st Status
			if i, st = z.readCodes(src, i); st != Done {
				return o, i, st
			}
			if !buildTable(z.ownLit[:], litBits, z.lens[:z.nlit], litEntries[:]) ||
				!buildTable(z.ownDist[:], distBits, z.lens[z.nlit:z.nlen], distEntries[:]) {
				return o, i, corrupt
			}
			z.lit, z.dst = &z.ownLit, &z.ownDist
			z.step = stepSymbol

		case stepSymbol:
			var st Status
			if len(src)-i >= fastInput && len(out)-o >= fastRoom {
				if o, i, st = z.fast(win, out, o, src, i); st != NeedInput {
					return o, i, st
				}
				if z.step != stepSymbol {
					continue
				}
			}
			if o, i, st = z.symbol(win, out, o, src, i); st != Done {
				return o, i, st
			}

		case stepMatch:
			if o == len(out) {
				return o, i, More
			}
			n := min(z.size, len(out)-o)
			copyMatch(win, out, o, z.dist, n)
			o += n
			if z.size -= n; z.size == 0 {
				z.step = stepSymbol
			}
		}
	}
}

// endBlock goes on to the next block. After the final one of a deflate stream another stream
// may follow from the next byte on (RFC 7692 section 7.2.3.5).
func (z *inflate) endBlock() {
	z.step = stepHeader
	if z.final {
		z.take(z.n & 7)
	}
}

// readCodes reads code lengths until all are there (RFC 1951 section 3.2.7); then it returns
// Done.
func (z *inflate) readCodes(src []byte, i int) (int, Status) {
	for z.have < z.nlen {
		// Nothing is taken until the code and its repeat count are there.
		i, _ = z.fill(src, i, codeBits+7)
		e := z.ownLit[z.bits&(1<<codeBits-1)]
		n := uint(e & 15)
		if e&entryBad != 0 {
			if z.n == 0 {
				return i, NeedInput
			}
			return i, corrupt
		}
		sym := uint8(e >> 16)
		var extra uint
		switch sym {
		case 16:
			extra = 2
		case 17:
			extra = 3
		case 18:
			extra = 7
		}
		if n+extra > z.n {
			return i, NeedInput
		}
		z.take(n)
		if sym < 16 {
			z.lens[z.have] = sym
			z.have++
			continue
		}
		repeat, value := 3, uint8(0)
		switch sym {
		case 16:
			if z.have == 0 {
				return i, corrupt
			}
			value = z.lens[z.have-1]
		case 18:
			repeat = 11
		}
		repeat += int(z.take(extra))
		if z.have+repeat > z.nlen {
			return i, corrupt
		}
		for range repeat {
			z.lens[z.have] = value
			z.have++
		}
	}
	return i, Done
}

// maxSymbol is the most bits that a symbol can have: 15 and 5 for a length, 15 and 13 for a
// distance.
const maxSymbol = 48

// symbol decodes one symbol: a literal, the end of the block, or a match, which it starts. It
// returns Done when it did, and otherwise has not changed z but for the bit buffer.
func (z *inflate) symbol(win *window, out []byte, o int, src []byte, i int) (int, int, Status) {
	i, _ = z.fill(src, i, maxSymbol)
	b := z.bits
	e := z.lit[b&(1<<litBits-1)]
	if e&entryTable != 0 {
		e = z.lit[e>>16+uint32(b>>litBits)&(1<<(e>>8&0xF)-1)]
	}
	used := uint(e & 15)
	if used > z.n || z.n == 0 {
		return o, i, NeedInput
	}
	switch {
	case e&entryBad != 0:
		return o, i, corrupt
	case e&entryEnd != 0:
		z.take(used)
		z.endBlock()
		return o, i, Done
	case o == len(out):
		return o, i, More
	case e&entryLiteral != 0:
		z.take(used)
		out[o] = byte(e >> 16)
		return o + 1, i, Done
	}
	b >>= used
	extra := uint(e >> 8 & 0xF)
	size := int(e>>16) + int(b&(1<<extra-1))
	b >>= extra
	used += extra
	if used >= z.n {
		return o, i, NeedInput
	}
	e = z.dst[b&(1<<distBits-1)]
	if e&entryTable != 0 {
		e = z.dst[e>>16+uint32(b>>distBits)&(1<<(e>>8&0xF)-1)]
	}
	if e&entryBad != 0 {
		return o, i, corrupt
	}
	b >>= e & 15
	extra = uint(e >> 8 & 0xF)
	used += uint(e&15) + extra
	if used > z.n {
		return o, i, NeedInput
	}
	dist := int(e>>16) + int(b&(1<<extra-1))
	if !reachable(win, o, dist) {
		return o, i, corrupt
	}
	z.bits >>= used
	z.n -= used
	z.size, z.dist = size, dist
	z.step = stepMatch
	return o, i, Done
}

// reachable reports whether a match may go back dist bytes from out[o].
func reachable(win *window, o, dist int) bool {
	return dist <= win.max && dist <= o+len(win.buf)
}

// copyMatch writes the n bytes of a match to out[o:].
func copyMatch(win *window, out []byte, o, dist, n int) {
	if back := dist - o; back > 0 {
		c := min(n, back)
		win.copyBack(out[o:o+c], back)
		o += c
		n -= c
	}
	// With dist < n the match overlaps itself: what is copied doubles each time round.
	for n > 0 {
		c := copy(out[o:o+n], out[o-dist:o])
		o += c
		n -= c
		dist += c
	}
}

// fastRoom is the room in out with which fast starts a symbol: a literal or two and the longest
// match, which may be written over by 7 bytes.
const fastRoom = 2 + 258 + 7

// fastInput is the input with which fast starts a symbol: it fills its bit buffer twice.
const fastInput = 16

// fast decodes symbols while input and room are plenty. It returns NeedInput when they are not
// any more or when the block has ended.
func (z *inflate) fast(win *window, out []byte, o int, src []byte, i int) (int, int, Status) {
	le := binary.LittleEndian
	lit, dst := z.lit, z.dst
	b, n := z.bits, z.n
	st := NeedInput
	for len(src)-i >= fastInput && len(out)-o >= fastRoom {
		// Bits of b above n are those of src[i:], or 0: taking them again does no harm.
		b |= le.Uint64(src[i:]) << (n & 63)
		i += int(63-n) >> 3
		n |= 56

		e := lit[b&(1<<litBits-1)]
		if e&entryLiteral != 0 {
			b >>= e & 15
			n -= uint(e & 15)
			out[o] = byte(e >> 16)
			o++
			e = lit[b&(1<<litBits-1)]
			if e&entryLiteral != 0 {
				b >>= e & 15
				n -= uint(e & 15)
				out[o] = byte(e >> 16)
				o++
				continue
			}
			b |= le.Uint64(src[i:]) << (n & 63)
			i += int(63-n) >> 3
			n |= 56
		}
		if e&entryTable != 0 {
			e = lit[e>>16+uint32(b>>litBits)&(1<<(e>>8&0xF)-1)]
		}
		b >>= e & 15
		n -= uint(e & 15)
		if e&entryLiteral != 0 {
			out[o] = byte(e >> 16)
			o++
			continue
		}
		if e&entrySpecial != 0 {
			if e&entryBad != 0 {
				st = corrupt
			} else {
				z.step = stepHeader
			}
			break
		}
		extra := e >> 8 & 0xF
		size := int(e>>16) + int(b&(1<<extra-1))
		b >>= extra
		n -= uint(extra)
		e = dst[b&(1<<distBits-1)]
		if e&entryTable != 0 {
			e = dst[e>>16+uint32(b>>distBits)&(1<<(e>>8&0xF)-1)]
		}
		if e&entryBad != 0 {
			st = corrupt
			break
		}
		b >>= e & 15
		extra2 := e >> 8 & 0xF
		dist := int(e>>16) + int(b&(1<<extra2-1))
		b >>= extra2
		n -= uint(e&15) + uint(extra2)
		if !reachable(win, o, dist) {
			st = corrupt
			break
		}
		if dist >= 8 && dist <= o {
			from := out[o-dist:]
			to := out[o:]
			for k := 0; k < size; k += 8 {
				le.PutUint64(to[k:], le.Uint64(from[k:]))
			}
		} else {
			copyMatch(win, out, o, dist, size)
		}
		o += size
	}
	z.bits, z.n = b&(1<<n-1), n
	if st == NeedInput && z.step == stepHeader {
		z.endBlock()
	}
	return o, i, st
}
