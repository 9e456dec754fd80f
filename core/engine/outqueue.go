package engine

import "sync"

// outQueue holds bytes that a carrier refused, in chunks from a pool, so that a
// connection that keeps up holds none.
type outQueue struct {
	chunks []*outChunk
}

const (
	outChunkSize = 16 << 10
	outPieces    = 64 // in one call, as many as a driver sends at once
)

type outChunk struct {
	start, end int
	b          [outChunkSize]byte
}

var outChunks = sync.Pool{New: func() any { return new(outChunk) }}

func (q *outQueue) empty() bool { return len(q.chunks) == 0 }

func (q *outQueue) append(b []byte) {
	for len(b) > 0 {
		var c *outChunk
		if n := len(q.chunks); n > 0 && q.chunks[n-1].end < outChunkSize {
			c = q.chunks[n-1]
		} else {
			c = outChunks.Get().(*outChunk)
			c.start, c.end = 0, 0
			q.chunks = append(q.chunks, c)
		}
		n := copy(c.b[c.end:], b)
		c.end += n
		b = b[n:]
	}
}

func (q *outQueue) size() (n int) {
	for _, c := range q.chunks {
		n += c.end - c.start
	}
	return n
}

// vec appends the first pieces in order, at most outPieces.
func (q *outQueue) vec(v [][]byte) [][]byte {
	for _, c := range q.chunks[:min(len(q.chunks), outPieces)] {
		v = append(v, c.b[c.start:c.end])
	}
	return v
}

func (q *outQueue) consume(n int) {
	i := 0
	for n > 0 {
		c := q.chunks[i]
		k := min(n, c.end-c.start)
		c.start += k
		n -= k
		if c.start == c.end {
			outChunks.Put(c)
			i++
		}
	}
	if i > 0 {
		m := copy(q.chunks, q.chunks[i:])
		clear(q.chunks[m:])
		q.chunks = q.chunks[:m]
		if m == 0 {
			q.chunks = nil
		}
	}
}

func (q *outQueue) clear() {
	for _, c := range q.chunks {
		outChunks.Put(c)
	}
	q.chunks = nil
}
