package h1

// finishHead judges a complete head: framing, persistence, expectations. It
// leaves the state that follows the Head event.
func (p *Parser) finishHead() *Error {
	h := &p.Head
	h.Fields.buf = p.buf
	if err := p.contentLength(); err != nil {
		return err
	}
	chunked, err := p.transferEncoding()
	if err != nil {
		return err
	}
	close := h.Fields.ListHas(TokenConnection, "close")
	h.KeepAlive = !close && (h.Minor == 1 || h.Fields.ListHas(TokenConnection, "keep-alive"))
	if p.side == Request {
		return p.finishRequest(chunked)
	}
	p.finishResponse(chunked)
	return nil
}

func (p *Parser) finishRequest(chunked bool) *Error {
	h := &p.Head
	first := h.Fields.Next(TokenHost, -1)
	switch {
	case first < 0 && h.Minor == 1:
		return p.bad(400, "no Host header (RFC 9112 3.2)")
	case first >= 0 && h.Fields.Next(TokenHost, first) >= 0:
		return p.bad(400, "more than one Host header (RFC 9112 3.2)")
	case first >= 0 && !validHost(h.Fields.value(first)):
		return p.bad(400, "invalid Host header (RFC 9112 3.2): "+quote(h.Fields.value(first)))
	case first >= 0 && h.Form == FormAbsolute:
		// The authority counts, and what the field says must be ignored (RFC 9112
		// section 3.2.2): from here on the field says the same.
		f := &h.Fields.list[first]
		f.value, f.valueLen = uint32(p.method+1+len(h.Scheme)+len("://")), uint32(len(h.Authority))
	}
	for i := h.Fields.Next(TokenExpect, -1); i >= 0 && h.Minor == 1; i = h.Fields.Next(TokenExpect, i) {
		if !EqualFold(h.Fields.value(i), "100-continue") {
			return p.bad(417, "unknown expectation (RFC 9110 10.1.1): "+quote(h.Fields.value(i)))
		}
		h.Expect100 = true
	}
	// An Upgrade in HTTP/1.0 is to be ignored (RFC 9110 section 7.8).
	h.Upgrade = h.Minor == 1 && len(h.Fields.Token(TokenUpgrade)) > 0 &&
		h.Fields.ListHas(TokenConnection, "upgrade")

	p.setFraming(chunked, FramingNone)
	if h.Framing == FramingNone {
		h.Expect100 = false
	}
	p.after = stClosed
	if h.KeepAlive {
		p.after = stStart
	}
	if h.Method == "CONNECT" {
		if h.Framing != FramingNone {
			return p.bad(400, "CONNECT with content (RFC 9110 9.3.6)")
		}
		p.after = stTunnel
	} else if h.Upgrade {
		p.after = stTunnel
	}
	return nil
}

// finishResponse follows the order of RFC 9112 section 6.3.
func (p *Parser) finishResponse(chunked bool) {
	h := &p.Head
	switch {
	case h.Informational:
		p.state = stStart
		return
	case h.Status == 101:
		h.Upgrade = true
		p.state, p.after = stEnd, stTunnel
		return
	case p.connect && h.Status/100 == 2:
		p.state, p.after = stEnd, stTunnel
		return
	case p.headOnly, h.Status == 204, h.Status == 304:
		p.state = stEnd
	default:
		p.setFraming(chunked, FramingClose)
	}
	if h.Framing == FramingClose {
		h.KeepAlive = false
	}
	p.after = stClosed
	if h.KeepAlive {
		p.after = stStart
	}
}

// setFraming chooses the body's state; otherwise is what neither field means.
func (p *Parser) setFraming(chunked bool, otherwise Framing) {
	h := &p.Head
	switch {
	case chunked:
		h.Framing = FramingChunked
	case h.ContentLength > 0:
		h.Framing = FramingLength
	case h.ContentLength == 0:
		h.Framing = FramingNone
	default:
		h.Framing = otherwise
	}
	switch h.Framing {
	case FramingNone:
		p.state = stEnd
	case FramingLength:
		p.state, p.remaining = stLength, h.ContentLength
	case FramingChunked:
		p.state, p.digits, p.remaining, p.extBytes = stChunkSize, 0, 0, 0
	case FramingClose:
		p.state = stUntilClose
	}
}

// contentLength reads Content-Length (RFC 9112 section 6.2, RFC 9110 section 8.6).
func (p *Parser) contentLength() *Error {
	h := &p.Head
	for i := h.Fields.Next(TokenContentLength, -1); i >= 0; i = h.Fields.Next(TokenContentLength, i) {
		v := h.Fields.value(i)
		n, ok := parseDecimal(v)
		if !ok {
			return p.bad(400, "malformed Content-Length (RFC 9110 8.6): "+quote(v))
		}
		if h.ContentLength >= 0 && (p.side == Request || n != h.ContentLength) {
			return p.bad(400, "more than one Content-Length (RFC 9112 6.3): "+quote(v))
		}
		h.ContentLength = n
	}
	return nil
}

// parseDecimal accepts digits only, and what fits an int64.
func parseDecimal(b []byte) (int64, bool) {
	if len(b) == 0 {
		return 0, false
	}
	var n int64
	for _, c := range b {
		if !isDigit(c) {
			return 0, false
		}
		d := int64(c - '0')
		if n > (1<<63-1-d)/10 {
			return 0, false
		}
		n = n*10 + d
	}
	return n, true
}

// transferEncoding accepts exactly one coding, chunked (RFC 9112 sections 6.1,
// 6.3 (3, 4) and 7).
func (p *Parser) transferEncoding() (chunked bool, err *Error) {
	h := &p.Head
	i := h.Fields.Next(TokenTransferEncoding, -1)
	if i < 0 {
		return false, nil
	}
	if h.Minor == 0 {
		return false, p.bad(400, "Transfer-Encoding in HTTP/1.0 (RFC 9112 6.1)")
	}
	if h.ContentLength >= 0 {
		return false, p.bad(400, "both Transfer-Encoding and Content-Length (RFC 9112 6.1)")
	}
	for ; i >= 0; i = h.Fields.Next(TokenTransferEncoding, i) {
		v := h.Fields.value(i)
		switch {
		case chunked:
			return false, p.bad(400, "Transfer-Encoding goes on after chunked (RFC 9112 6.3): "+quote(v))
		case EqualFold(v, "chunked"):
			chunked = true
		case !IsToken(v):
			return false, p.codingList(v)
		default:
			return false, p.bad(501, "unknown transfer coding (RFC 9112 6.1): "+quote(v))
		}
	}
	return chunked, nil
}

// codingList tells a well-formed list of codings, which is more than this side
// implements, from a malformed value.
func (p *Parser) codingList(v []byte) *Error {
	known := false
	for rest := v; rest != nil; {
		var e []byte
		if e, rest = NextElement(rest); e == nil {
			break
		}
		name := e
		for i, c := range e {
			if c == ';' || c == ' ' || c == '\t' {
				name = e[:i]
				break
			}
		}
		if known || !IsToken(name) || EqualFold(name, "chunked") && len(name) != len(e) {
			return p.bad(400, "malformed Transfer-Encoding (RFC 9112 6.1): "+quote(v))
		}
		known = EqualFold(name, "chunked")
		if !known && len(name) != len(e) && trimOWS(e[len(name):])[0] != ';' {
			return p.bad(400, "malformed Transfer-Encoding (RFC 9112 6.1): "+quote(v))
		}
	}
	if v = trimOWS(v); len(v) == 0 || v[0] == ',' || v[len(v)-1] == ',' {
		return p.bad(400, "malformed Transfer-Encoding (RFC 9112 6.1): "+quote(v))
	}
	return p.bad(501, "unknown transfer coding (RFC 9112 6.1): "+quote(v))
}
