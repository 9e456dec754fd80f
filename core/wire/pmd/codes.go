package pmd

import (
	"math/bits"
	"slices"
	"sync"
)

// code is a Huffman code as it is sent, its first bit lowest.
type code struct {
	bits uint16
	size uint8
}

// codes are the two codes of a block (RFC 1951 section 3.2.7), and how they are written down.
type codes struct {
	lit  [288]code
	dst  [32]code
	nlit int
	ndst int

	runs  [maxLit + maxDist]run // the sizes of the codes, run-length coded
	nruns int
	head  [19]code // the code for those
	nhead int
}

// run is a symbol of the code for sizes, with its extra bits.
type run struct{ sym, extra uint8 }

var codesPool = sync.Pool{New: func() any { return new(codes) }}

// fixedCodes are those of RFC 1951 section 3.2.6.
var fixedCodes codes

func init() {
	c := &fixedCodes
	for i := range c.lit {
		c.lit[i].size = fixedSize(i)
	}
	for i := range c.dst {
		c.dst[i].size = 5
	}
	assign(c.lit[:])
	assign(c.dst[:])
}

// fixedSize is the length of the fixed code of a literal or length.
func fixedSize(sym int) uint8 {
	switch {
	case sym < 144:
		return 8
	case sym < 256:
		return 9
	case sym < 280:
		return 7
	}
	return 8
}

// runExtra is how many extra bits a symbol of the code for sizes has.
func runExtra(sym uint8) uint {
	switch sym {
	case 16:
		return 2
	case 17:
		return 3
	case 18:
		return 7
	}
	return 0
}

// cost is how many bits symbols take that are used so often, without their extra bits.
func (c *codes) cost(lit, dst []uint16) int {
	n := 0
	for i, use := range lit {
		n += int(use) * int(c.lit[i].size)
	}
	for i, use := range dst {
		n += int(use) * int(c.dst[i].size)
	}
	return n
}

// fit makes c the best codes for symbols that are used so often.
func (c *codes) fit(lit, dst []uint16) {
	c.nlit = fit(c.lit[:maxLit], lit, 15, 257)
	c.ndst = fit(c.dst[:maxDist], dst, 15, 1)

	var use [19]uint16
	c.nruns = 0
	add := func(sym, extra int) {
		c.runs[c.nruns] = run{uint8(sym), uint8(extra)}
		c.nruns++
		use[sym]++
	}
	size := func(i int) uint8 {
		if i < c.nlit {
			return c.lit[i].size
		}
		return c.dst[i-c.nlit].size
	}
	for i, all := 0, c.nlit+c.ndst; i < all; {
		v, n := size(i), 1
		for i+n < all && size(i+n) == v {
			n++
		}
		i += n
		if v != 0 {
			add(int(v), 0)
			n--
		}
		for n >= 3 {
			switch {
			case v != 0:
				k := min(n, 6)
				add(16, k-3)
				n -= k
			case n <= 10:
				add(17, n-3)
				n = 0
			default:
				k := min(n, 138)
				add(18, k-11)
				n -= k
			}
		}
		for ; n > 0; n-- {
			add(int(v), 0)
		}
	}
	fit(c.head[:], use[:], 7, 4)
	for c.nhead = len(c.head); c.nhead > 4 && c.head[codeOrder[c.nhead-1]].size == 0; c.nhead-- {
	}
}

// size is how many bits write takes.
func (c *codes) size() int {
	n := 5 + 5 + 4 + 3*c.nhead
	for _, r := range c.runs[:c.nruns] {
		n += int(c.head[r.sym].size) + int(runExtra(r.sym))
	}
	return n
}

func (c *codes) write(w *bitWriter) {
	w.put(uint32(c.nlit-257), 5)
	w.put(uint32(c.ndst-1), 5)
	w.put(uint32(c.nhead-4), 4)
	for _, sym := range codeOrder[:c.nhead] {
		w.put(uint32(c.head[sym].size), 3)
	}
	for _, r := range c.runs[:c.nruns] {
		w.code(c.head[r.sym])
		w.put(uint32(r.extra), runExtra(r.sym))
	}
}

// fit makes the Huffman code for symbols that are used so often, none of it longer than longest
// bits, and returns how many symbols are to be written down: at least least.
//
// A symbol that stands alone gets a code of one bit, of which the other half is not used.
func fit(to []code, use []uint16, longest uint8, least int) int {
	var order [maxLit]uint32 // use<<16 | symbol, by use
	n := 0
	for sym, u := range use {
		to[sym] = code{}
		if u != 0 {
			order[n] = uint32(u)<<16 | uint32(sym)
			n++
			least = max(least, sym+1)
		}
	}
	switch n {
	case 0:
		return least
	case 1:
		to[order[0]&0xFFFF].size = 1
		return least
	}
	slices.Sort(order[:n])
	for !sizes(to, order[:n], longest) {
		// Uses that differ less make codes that do. Their order stays.
		for i, o := range order[:n] {
			order[i] = (o>>16+1)/2<<16 | o&0xFFFF
		}
	}
	assign(to)
	return least
}

// sizes gives the symbols in order the lengths of a Huffman code, and says whether none is over
// longest. There are at least two symbols.
func sizes(to []code, order []uint32, longest uint8) bool {
	// Leaves, and behind them the nodes that join two: both are in order of their weights.
	var weight [2 * maxLit]uint32
	var parent [2 * maxLit]uint16
	n := len(order)
	for i, o := range order {
		weight[i] = o >> 16
	}
	leaf, node := 0, n
	for made := n; made < 2*n-1; made++ {
		for range 2 {
			least := node
			if leaf < n && (node == made || weight[leaf] <= weight[node]) {
				least = leaf
				leaf++
			} else {
				node++
			}
			weight[made] += weight[least]
			parent[least] = uint16(made)
		}
	}
	var depth [2 * maxLit]uint8
	for i := 2*n - 3; i >= 0; i-- {
		depth[i] = depth[parent[i]] + 1
		if i < n {
			to[order[i]&0xFFFF].size = depth[i]
		}
	}
	return depth[0] <= longest
}

// assign gives codes to symbols whose lengths are known (RFC 1951 section 3.2.2).
func assign(to []code) {
	var next [16]uint16
	for _, c := range to {
		next[c.size]++
	}
	next[0] = 0
	at, count := uint16(0), uint16(0)
	for size := 1; size < len(next); size++ {
		at = (at + count) << 1
		count, next[size] = next[size], at
	}
	for i, c := range to {
		if c.size != 0 {
			to[i].bits = bits.Reverse16(next[c.size]) >> (16 - c.size)
			next[c.size]++
		}
	}
}
