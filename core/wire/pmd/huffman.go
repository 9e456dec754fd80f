package pmd

// Decoding tables for the Huffman codes of RFC 1951 section 3.2: a first table is looked up by
// the next litBits or distBits bits of input; an entry of it either is the symbol, or points
// to a second table for codes that are longer.
//
// An entry has, from its lowest bit: 4 bits length of the code, 4 bits of what it is, 4 bits
// number of extra bits (or the index width of a second table), and from bit 16 the literal, the
// base of the length or distance, or where the second table is.
const (
	entryLiteral uint32 = 1 << 4
	entryEnd     uint32 = 1 << 5
	entryTable   uint32 = 1 << 6
	entryBad     uint32 = 1 << 7
	entrySpecial        = entryEnd | entryTable | entryBad

	litBits  = 9
	distBits = 6
	// The most entries that a complete code of 286 (30) symbols of up to 15 bits can need
	// with a first table of litBits (distBits), found by exhaustive search (zlib's "enough").
	litSize  = 852
	distSize = 592

	maxLit  = 286 // RFC 1951 section 3.2.5; the fixed code has two more that are not used
	maxDist = 30  // likewise
)

type (
	litTable  [litSize]uint32
	distTable [distSize]uint32
)

var (
	litEntries  [288]uint32 // by symbol, without the code's length
	distEntries [32]uint32
	codeEntries [19]uint32

	fixedLit  litTable
	fixedDist distTable
)

func init() {
	for i := range 256 {
		litEntries[i] = entryLiteral | uint32(i)<<16
	}
	litEntries[256] = entryEnd
	base := uint32(3)
	for i := uint32(0); i < 28; i++ {
		extra := uint32(0)
		if i >= 8 {
			extra = i/4 - 1
		}
		litEntries[257+i] = base<<16 | extra<<8
		base += 1 << extra
	}
	litEntries[285] = 258 << 16
	litEntries[286], litEntries[287] = entryBad, entryBad
	base = 1
	for i := uint32(0); i < maxDist; i++ {
		extra := uint32(0)
		if i >= 4 {
			extra = i/2 - 1
		}
		distEntries[i] = base<<16 | extra<<8
		base += 1 << extra
	}
	distEntries[30], distEntries[31] = entryBad, entryBad
	for i := range codeEntries {
		codeEntries[i] = entryLiteral | uint32(i)<<16
	}

	// RFC 1951 section 3.2.6.
	var lens [288]uint8
	for i := range lens {
		switch {
		case i < 144:
			lens[i] = 8
		case i < 256:
			lens[i] = 9
		case i < 280:
			lens[i] = 7
		default:
			lens[i] = 8
		}
	}
	buildTable(fixedLit[:], litBits, lens[:], litEntries[:])
	for i := range 32 {
		lens[i] = 5
	}
	buildTable(fixedDist[:], distBits, lens[:32], distEntries[:])
}

// buildTable makes the decoding table for the code with these lengths. It reports false for
// codes that are over-subscribed or incomplete. A code of one symbol is let pass with length
// 1 (RFC 1951 section 3.2.7), as is one of none: a block of literals needs no distances.
func buildTable(table []uint32, root int, lens []uint8, entries []uint32) bool {
	var count [16]int
	for _, l := range lens {
		count[l&15]++
	}
	longest := 15
	for longest > 0 && count[longest] == 0 {
		longest--
	}
	space := 1 // codes of the current length that are not taken
	for l := 1; l <= longest; l++ {
		space = space<<1 - count[l]
		if space < 0 {
			return false
		}
	}
	if space != 0 {
		if longest > 1 {
			return false
		}
		for i := range 1 << root {
			table[i] = entryBad
		}
	}
	var next [16]int
	for l := 1; l < 15; l++ {
		next[l+1] = next[l] + count[l]
	}
	var sorted [288]uint16
	for sym, l := range lens {
		if l != 0 {
			sorted[next[l]] = uint16(sym)
			next[l]++
		}
	}

	code := uint32(0) // as it comes from the wire: its first bit lowest
	end := 1 << root  // of the entries used so far
	low := -1         // first part of the code that the current second table is for
	sub, at := 0, 0   // its index width and its place
	for _, sym := range sorted[:next[longest]] {
		l := int(lens[sym])
		e := entries[sym] | uint32(l)
		if l <= root {
			for i := int(code); i < 1<<root; i += 1 << l {
				table[i] = e
			}
		} else {
			if p := int(code) & (1<<root - 1); p != low {
				low = p
				sub = l - root
				for left := 1 << sub; sub+root < longest; sub++ {
					if left -= count[sub+root]; left <= 0 {
						break
					}
					left <<= 1
				}
				at = end
				end += 1 << sub
				table[p] = entryTable | uint32(sub)<<8 | uint32(at)<<16
			}
			for i := int(code) >> root; i < 1<<sub; i += 1 << (l - root) {
				table[at+i] = e
			}
		}
		count[l]--
		code = nextCode(code, l)
	}
	return true
}

// nextCode is the code of l bits after code, both with their first bit lowest. The next symbol's
// may be longer, and then has its further bits 0.
func nextCode(code uint32, l int) uint32 {
	bit := uint32(1) << (l - 1)
	for code&bit != 0 {
		code ^= bit
		bit >>= 1
	}
	return code | bit
}
