package pmd

import (
	"encoding/binary"
	"math/bits"
	"sync"
)

const (
	// smallPiece is the longest piece that is compressed here and not by a compressor of the
	// library's: setting that up with the history costs more than such a piece does, and its
	// levels 1–6 store what is short.
	smallPiece = 1 << 10
	// smallHistory is the most history that such a piece is compressed against, from level 6 on;
	// fastSmallHistory is it below. All of it is indexed anew for each piece.
	smallHistory     = 8 << 10
	fastSmallHistory = 2 << 10

	minMatch, maxMatch = 3, 258

	hashBits = 11
	// fastChain and bestChain are how many earlier places a match is looked for at, from the
	// lowest to the highest level; niceMatch is one that is good enough not to look on.
	fastChain, bestChain = 16, 128
	niceMatch            = 32
	// worthCodes is from how many bits with the fixed codes on it is tried whether codes of the
	// block's own make it smaller; they take some 40 bytes to write down.
	worthCodes = 8 * 64
)

// small compresses one small piece to one deflate block, in the smallest of the three forms
// that such a block has (RFC 1951 section 3.2.3). It keeps nothing from piece to piece.
type small struct {
	buf  [smallHistory + smallPiece + 8]byte // the history, the piece, and room to read beyond
	end  int                                 // of the piece
	head [1 << hashBits]uint16               // by hash of 3 bytes: 1 + the last place, 0 for none
	prev [smallHistory + smallPiece]uint16   // by place: likewise, the one before

	tokens [smallPiece]uint32 // literals, or distance<<16 | length
	count  int
	extra  int // bits of lengths and distances beside their codes
	litUse [maxLit]uint16
	dstUse [maxDist]uint16

	out bitWriter
}

var smallPool = sync.Pool{New: func() any { return new(small) }}

// smallDeflate appends piece as a block and the empty one of a sync flush. At most size bytes of
// the history are made use of, so that no match goes back further than size+len(piece).
func smallDeflate(dst, piece []byte, history *window, size int, level uint8) []byte {
	z := smallPool.Get().(*small)
	most := fastSmallHistory
	if level >= 6 {
		most = smallHistory
	}
	h := len(history.copyLast(z.buf[:smallHistory], min(size, most)))
	z.end = h + copy(z.buf[h:h+smallPiece], piece)
	z.out.b = dst
	z.parse(h, fastChain+(bestChain-fastChain)*int(level-FastestLevel)/(BestLevel-FastestLevel))
	z.write(piece)
	z.out.put(0, 3)
	z.out.align()
	dst, z.out.b = append(z.out.b, tail...), nil
	smallPool.Put(z)
	return dst
}

// parse makes tokens of buf[start:end]: of two matches that begin side by side it takes the
// longer one.
func (z *small) parse(start, chain int) {
	clear(z.head[:])
	z.litUse, z.dstUse = [maxLit]uint16{}, [maxDist]uint16{}
	z.count, z.extra = 0, 0
	for i := range start {
		z.insert(i)
	}
	size, dist := z.find(start, chain)
	for i, known := start, start+1; i < z.end; { // what is before known is inserted
		if size >= minMatch && size < niceMatch {
			nextSize, nextDist := z.find(i+1, chain)
			known = i + 2
			if nextSize > size {
				z.literal(z.buf[i])
				i, size, dist = i+1, nextSize, nextDist
				continue
			}
		}
		if size < minMatch {
			z.literal(z.buf[i])
			i++
		} else {
			z.match(size, dist)
			i += size
		}
		for ; known < i; known++ {
			z.insert(known)
		}
		size, dist = z.find(i, chain)
		known = i + 1
	}
}

func (z *small) hash(i int) uint32 {
	return binary.LittleEndian.Uint32(z.buf[i:]) << 8 * 0x9E3779B1 >> (32 - hashBits)
}

func (z *small) insert(i int) {
	if i+minMatch <= z.end {
		h := z.hash(i)
		z.prev[i], z.head[h] = z.head[h], uint16(i+1)
	}
}

// find is the longest match for what begins at i, size 0 for none. i is inserted.
func (z *small) find(i, chain int) (size, dist int) {
	most := min(z.end-i, maxMatch)
	if most < minMatch {
		return 0, 0
	}
	h := z.hash(i)
	at := int(z.head[h])
	z.prev[i], z.head[h] = uint16(at), uint16(i+1)
	size = minMatch - 1
	for ; at != 0 && chain > 0; chain-- {
		at--
		if z.buf[at+size] == z.buf[i+size] {
			if n := z.common(at, i, most); n > size {
				size, dist = n, i-at
				if n >= min(most, niceMatch) {
					break
				}
			}
		}
		at = int(z.prev[at])
	}
	if dist == 0 {
		return 0, 0
	}
	return size, dist
}

// common is how many bytes are the same at a and at b, at most most.
func (z *small) common(a, b, most int) int {
	for n := 0; n < most; n += 8 {
		if x := binary.LittleEndian.Uint64(z.buf[a+n:]) ^ binary.LittleEndian.Uint64(z.buf[b+n:]); x != 0 {
			return min(most, n+bits.TrailingZeros64(x)/8)
		}
	}
	return most
}

func (z *small) literal(c byte) {
	z.tokens[z.count] = uint32(c)
	z.count++
	z.litUse[c]++
}

func (z *small) match(size, dist int) {
	z.tokens[z.count] = uint32(dist)<<16 | uint32(size)
	z.count++
	sym, _, n := lengthCode(size)
	z.litUse[sym]++
	z.extra += int(n)
	sym, _, n = distCode(dist)
	z.dstUse[sym]++
	z.extra += int(n)
}

// lengthCode and distCode give the symbol for a length and for a distance, and its extra bits
// (RFC 1951 section 3.2.5).
func lengthCode(size int) (sym, extra, n uint) {
	x := uint(size - minMatch)
	switch {
	case size == maxMatch:
		return 285, 0, 0
	case x < 8:
		return 257 + x, 0, 0
	}
	n = uint(bits.Len(x)) - 3
	return 257 + 4*(n+1) + x>>n&3, x & (1<<n - 1), n
}

func distCode(dist int) (sym, extra, n uint) {
	x := uint(dist - 1)
	if x < 4 {
		return x, 0, 0
	}
	n = uint(bits.Len(x)) - 2
	return 2*(n+1) + x>>n&1, x & (1<<n - 1), n
}

// write writes the block.
func (z *small) write(piece []byte) {
	z.litUse[256] = 1
	fixed := z.extra + fixedCodes.cost(z.litUse[:], z.dstUse[:])
	stored := 8 * (len(piece) + 4) // and up to 5 bits to where a byte begins, as the other forms have in the end
	if fixed > worthCodes {
		c := codesPool.Get().(*codes)
		defer codesPool.Put(c)
		c.fit(z.litUse[:], z.dstUse[:])
		if own := z.extra + c.size() + c.cost(z.litUse[:], z.dstUse[:]); own < min(fixed, stored) {
			z.out.put(2<<1, 3)
			c.write(&z.out)
			z.writeTokens(c)
			return
		}
	}
	if fixed < stored {
		z.out.put(1<<1, 3)
		z.writeTokens(&fixedCodes)
		return
	}
	z.out.put(0, 3)
	z.out.align()
	n := uint16(len(piece))
	z.out.b = binary.LittleEndian.AppendUint16(z.out.b, n)
	z.out.b = binary.LittleEndian.AppendUint16(z.out.b, ^n)
	z.out.b = append(z.out.b, piece...)
}

func (z *small) writeTokens(c *codes) {
	w := &z.out
	for _, t := range z.tokens[:z.count] {
		dist := t >> 16
		if dist == 0 {
			w.code(c.lit[t])
			continue
		}
		sym, extra, n := lengthCode(int(t & 0xFFFF))
		w.code(c.lit[sym])
		w.put(uint32(extra), n)
		sym, extra, n = distCode(int(dist))
		w.code(c.dst[sym])
		w.put(uint32(extra), n)
	}
	w.code(c.lit[256])
}

// bitWriter appends bits to b, the first one lowest.
type bitWriter struct {
	b   []byte
	acc uint64
	n   uint
}

// put appends the n lowest bits of v, at most 32.
func (w *bitWriter) put(v uint32, n uint) {
	w.acc |= uint64(v) << w.n
	w.n += n
	if w.n >= 32 {
		w.b = binary.LittleEndian.AppendUint32(w.b, uint32(w.acc))
		w.acc >>= 32
		w.n -= 32
	}
}

func (w *bitWriter) code(c code) { w.put(uint32(c.bits), uint(c.size)) }

// align goes on at the next whole byte.
func (w *bitWriter) align() {
	for w.n > 0 {
		w.b = append(w.b, byte(w.acc))
		w.acc >>= 8
		w.n -= min(w.n, 8)
	}
}
