package h1

// chunkFrame consumes what stands between the data of two chunks, up to the
// first byte that is not its own (RFC 9112 section 7.1).
//
// Extensions are skipped, not parsed: no extension is known to be of use.
// Their characters are checked, so that no bare CR or LF can hide in them.
func (p *Parser) chunkFrame(b []byte) (n int) {
	for ; n < len(b); n++ {
		c := b[n]
		switch p.state {
		case stChunkSize:
			if class[c]&isHexChar != 0 {
				if p.digits++; p.digits > maxChunkDigits || p.remaining > (1<<63-1)>>4 {
					p.bad(400, "chunk size does not fit (RFC 9112 7.1)")
					return n
				}
				p.remaining = p.remaining<<4 | int64(unhex(c))
				continue
			}
			if p.digits == 0 {
				p.bad(400, "chunk without a size (RFC 9112 7.1)")
				return n
			}
			switch c {
			case '\r':
				p.state = stChunkSizeLF
			case ';':
				p.state = stChunkExt
				p.extension(1)
			case ' ', '\t':
				p.state = stChunkSpace
				p.extension(1)
			default:
				p.bad(400, "invalid character in a chunk size (RFC 9112 7.1): "+quote(b[n:n+1]))
			}

		case stChunkSpace:
			switch c {
			case ';':
				p.state = stChunkExt
				p.extension(1)
			case ' ', '\t':
				p.extension(1)
			default:
				p.bad(400, "whitespace behind a chunk size (RFC 9112 7.1)")
			}

		case stChunkExt:
			k := 0
			for n+k < len(b) && class[b[n+k]]&isValue != 0 {
				k++
			}
			switch {
			case k > 0:
				p.extension(k)
				n += k - 1
			case c == '\r':
				p.state = stChunkSizeLF
			default:
				p.bad(400, "control character in a chunk extension (RFC 9112 7.1.1): "+quote(b[n:n+1]))
			}

		case stChunkSizeLF:
			switch {
			case c != '\n':
				p.bad(400, "CR without LF behind a chunk size (RFC 9112 7.1)")
			case p.remaining == 0:
				p.state = stTrailers
				p.line, p.trailerStart = len(p.buf), len(p.buf)
				return n + 1
			default:
				p.state = stChunkData
				return n + 1
			}

		case stChunkCR:
			if c != '\r' {
				p.bad(400, "chunk data is longer than its size (RFC 9112 7.1)")
				return n
			}
			p.state = stChunkLF

		case stChunkLF:
			if c != '\n' {
				p.bad(400, "CR without LF behind chunk data (RFC 9112 7.1)")
				return n
			}
			p.state, p.digits, p.remaining = stChunkSize, 0, 0
		}
		if p.state == stFailed {
			return n
		}
	}
	return n
}

// extension counts n bytes of chunk extensions.
func (p *Parser) extension(n int) {
	if p.extBytes += n; p.extBytes > p.lim.ChunkExtBytes {
		p.bad(400, "chunk extensions are longer than the limit (RFC 9112 7.1.1)")
	}
}
