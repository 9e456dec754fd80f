package pmd

import (
	"sync"

	"github.com/klauspost/compress/flate"
)

// Compression levels, as zlib counts them. DefaultLevel is FastestLevel.
const (
	DefaultLevel = 0
	FastestLevel = 1
	BestLevel    = 9
)

const (
	// fastHistory is the most history that FastestLevel keeps, and the least that a longer piece
	// is compressed against where there is as much.
	fastHistory = 4 << 10
)

// historyFor is how much history a piece of n bytes that is not small is compressed against. It
// has to be indexed anew for each piece; beyond this the time that this takes grows and the
// result hardly shrinks (BenchmarkDeflate).
func historyFor(n int) int { return max(fastHistory, 4*n) }

// Deflater compresses the messages of one direction of a connection (RFC 7692 section 7.2.1).
// Init must be called before use.
type Deflater struct {
	win   window
	level uint8
	keep  bool // context takeover
	bits  uint8
}

// Init makes d ready for what this side sends under params. Level is 1–9, or DefaultLevel;
// what is out of range counts as the nearest that is in it.
func (d *Deflater) Init(params Params, server bool, level int) {
	bits, takeover := params.sending(server)
	*d = Deflater{keep: takeover, bits: uint8(bits)}
	d.SetLevel(level)
}

// SetLevel changes the level, as Init takes it, from the next piece on.
func (d *Deflater) SetLevel(level int) {
	d.level = uint8(min(max(level, FastestLevel), BestLevel))
	keep := 1 << d.bits
	if d.level == FastestLevel {
		keep = min(keep, fastHistory)
	}
	d.win.resize(keep)
}

// Release gives back what d holds; after it, d must be initialized again.
func (d *Deflater) Release() { d.win.drop() }

// Compress appends to dst what piece, the next part of the current message, compresses to;
// final says that the message ends with it. All of piece is in what is appended, so that a
// frame that has it can be understood when it arrives. What is appended is not much larger
// than piece; large messages are to be given in pieces.
func (d *Deflater) Compress(dst, piece []byte, final bool) []byte {
	if len(piece) > 0 {
		dst = d.compress(dst, piece)
	}
	switch {
	case !final:
		if len(piece) > 0 {
			d.win.push(piece)
		}
		return dst
	case len(piece) == 0:
		// An empty stored block without the tail, section 7.2.3.6.
		dst = append(dst, 0)
	default:
		dst = dst[:len(dst)-len(tail)]
	}
	if d.keep {
		d.win.push(piece)
	} else {
		d.win.drop()
	}
	return dst
}

// compress appends piece as deflate blocks of which the last is the empty one of a sync flush.
// The history is not changed.
func (d *Deflater) compress(dst, piece []byte) []byte {
	window := 1 << d.bits
	if len(piece) <= smallPiece && len(piece) <= window/2 {
		// A match goes back no further than history and piece together are long.
		return smallDeflate(dst, piece, &d.win, window-len(piece), d.level)
	}
	if d.bits < MaxBits {
		// Here klauspost has but one level, in quality about its fifth.
		return stateful(dst, piece, &d.win, &windowPools[d.bits])
	}
	return stateful(dst, piece, &d.win, &levelPools[d.level])
}

// stateful compresses piece against the history, with a compressor from pool.
func stateful(dst, piece []byte, history *window, pool *sync.Pool) []byte {
	c := pool.Get().(*compressor)
	c.dst = dst
	c.w.ResetDict(c, history.copyLast(c.history[:], historyFor(len(piece))))
	_, err := c.w.Write(piece)
	must(err)
	must(c.w.Flush())
	dst, c.dst = c.dst, nil
	pool.Put(c)
	return dst
}

// compressor is a flate.Writer with what it writes to and the history that it was last set up
// with, so that it holds on to nothing of the connection that used it.
type compressor struct {
	dst     []byte
	w       *flate.Writer
	history [1 << MaxBits]byte
}

func (c *compressor) Write(p []byte) (int, error) {
	c.dst = append(c.dst, p...)
	return len(p), nil
}

var (
	levelPools  [BestLevel + 1]sync.Pool // by level, for windows of 32 KiB
	windowPools [MaxBits]sync.Pool       // by window bits, for smaller ones
)

func init() {
	for level := FastestLevel; level <= BestLevel; level++ {
		levelPools[level].New = func() any { return newCompressor(flate.NewWriter(nil, level)) }
	}
	for bits := MinBits; bits < MaxBits; bits++ {
		windowPools[bits].New = func() any { return newCompressor(flate.NewWriterWindow(nil, 1<<bits)) }
	}
}

func newCompressor(w *flate.Writer, err error) *compressor {
	must(err)
	return &compressor{w: w}
}

// must stops at an error of the compressor. It has none but those of the writer behind it, and
// a sink has none; so this is a bug, and a stream that went on after it would be wrong.
func must(err error) {
	if err != nil {
		panic("pmd: deflate failed: " + err.Error())
	}
}
