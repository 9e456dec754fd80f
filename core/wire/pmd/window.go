package pmd

// window is the history of a stream: its last bytes, at most max of them. Its storage grows
// with the stream and is never more than max; once it has reached that it is a ring.
type window struct {
	buf []byte
	pos int // where the oldest byte is, once len(buf) == max
	max int
}

// push adds p to the history.
func (w *window) push(p []byte) {
	if len(p) >= w.max {
		w.grow(w.max)
		w.buf = w.buf[:w.max]
		copy(w.buf, p[len(p)-w.max:])
		w.pos = 0
		return
	}
	if room := w.max - len(w.buf); room > 0 {
		n := min(room, len(p))
		w.grow(len(w.buf) + n)
		w.buf = append(w.buf, p[:n]...)
		p = p[n:]
	}
	for len(p) > 0 {
		n := copy(w.buf[w.pos:], p)
		p = p[n:]
		if w.pos += n; w.pos == w.max {
			w.pos = 0
		}
	}
}

// resize changes max and keeps what of the history fits.
func (w *window) resize(max int) {
	if max == w.max {
		return
	}
	n := min(max, len(w.buf))
	*w = window{max: max, buf: append([]byte(nil), w.last(make([]byte, n), n)...)}
}

// grow makes room for n bytes in all.
func (w *window) grow(n int) {
	if n <= cap(w.buf) {
		return
	}
	b := make([]byte, len(w.buf), min(max(n, 2*cap(w.buf), 256), w.max))
	copy(b, w.buf)
	w.buf = b
}

// copyBack copies to dst what starts back bytes before the end of the history. len(dst) is at
// most back, and back at most len(w.buf).
func (w *window) copyBack(dst []byte, back int) {
	at := w.pos - back
	if at < 0 {
		at += len(w.buf)
	}
	n := copy(dst, w.buf[at:])
	copy(dst[n:], w.buf)
}

// last gives the last n bytes in one piece, or all if there are fewer: borrowed, from the
// history itself or, where that has them in two, from the storage to.
func (w *window) last(to []byte, n int) []byte {
	if n = min(n, len(w.buf)); n <= w.pos {
		return w.buf[w.pos-n : w.pos]
	}
	if w.pos == 0 {
		return w.buf[len(w.buf)-n:]
	}
	return w.copyLast(to, n)
}

// copyLast copies the last n bytes, or all if there are fewer, to the start of to, which has
// room for them.
func (w *window) copyLast(to []byte, n int) []byte {
	to = to[:min(n, len(w.buf))]
	w.copyBack(to, len(to))
	return to
}

// drop forgets everything, and the storage.
func (w *window) drop() {
	w.buf, w.pos = nil, 0
}
