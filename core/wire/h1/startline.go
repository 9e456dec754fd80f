package h1

import "bytes"

// requestLine parses line, without its CRLF, whose method ends at methodEnd
// (RFC 9112 section 3).
func (p *Parser) requestLine(line []byte, methodEnd int) *Error {
	h := &p.Head
	h.Method = methodName(line[:methodEnd])
	rest := line[methodEnd+1:]
	sp := bytes.IndexByte(rest, ' ')
	if sp < 0 {
		return p.bad(400, "request line without a version (RFC 9112 3): "+quote(line))
	}
	target, version := rest[:sp], rest[sp+1:]
	if err := p.version(version); err != nil {
		return err
	}
	if len(target) == 0 || !all(target, isTarget) {
		return p.bad(400, "invalid character in the request target: "+quote(target))
	}
	h.Target = target
	return p.target(target)
}

// version checks an HTTP-version (RFC 9112 section 2.3).
func (p *Parser) version(v []byte) *Error {
	if len(v) != 8 || string(v[:5]) != "HTTP/" || !isDigit(v[5]) || v[6] != '.' || !isDigit(v[7]) {
		return p.bad(400, "malformed HTTP version (RFC 9112 2.3): "+quote(v))
	}
	if v[5] != '1' || v[7] > '1' {
		return p.bad(505, "HTTP version other than 1.0 and 1.1: "+quote(v))
	}
	p.Head.Minor = int(v[7] - '0')
	return nil
}

// target parses a request target (RFC 9112 section 3.2). The views into it are
// of the buffer as it is now, and stay good when the buffer grows.
func (p *Parser) target(t []byte) *Error {
	h := &p.Head
	if h.Method == "CONNECT" {
		h.Form, h.Authority = FormAuthority, t
		colon := bytes.LastIndexByte(t, ':')
		if colon < 1 || colon == len(t)-1 || !validHost(t) {
			return p.bad(400, "CONNECT target is not host:port (RFC 9112 3.2.3): "+quote(t))
		}
		return nil
	}
	if len(t) == 1 && t[0] == '*' {
		if h.Method != "OPTIONS" {
			return p.bad(400, "target * with a method other than OPTIONS (RFC 9112 3.2.4)")
		}
		h.Form, h.Path = FormAsterisk, t
		return nil
	}
	raw := t
	if t[0] != '/' {
		i := bytes.Index(t, []byte("://"))
		if i < 1 || !IsScheme(t[:i]) {
			return p.bad(400, "request target is neither a path nor a URL (RFC 9112 3.2): "+quote(t))
		}
		h.Form, h.Scheme = FormAbsolute, t[:i]
		raw = t[i+3:]
		end := len(raw)
		if i := bytes.IndexAny(raw, "/?#"); i >= 0 {
			end = i
		}
		h.Authority, raw = raw[:end:end], raw[end:]
		if end == 0 || !validHost(h.Authority) {
			return p.bad(400, "request target without a valid host (RFC 9110 4.2): "+quote(t))
		}
	}
	if i := bytes.IndexByte(raw, '#'); i >= 0 {
		raw, h.Fragment = raw[:i], raw[i+1:]
	}
	if i := bytes.IndexByte(raw, '?'); i >= 0 {
		raw, h.RawQuery = raw[:i], raw[i+1:]
	}
	// Decoding never lengthens: with this room no view into dec moves.
	if need := len(t) + 2; cap(p.dec) < need {
		p.dec = make([]byte, 0, max(need, 256))
	}
	dec, why := appendDecoded(p.dec[:0], raw, false)
	if why == "" && (bytes.IndexByte(dec, '\r') >= 0 || bytes.IndexByte(dec, '\n') >= 0) {
		why = lineEscape // for those who put a path into a header or a log
	}
	if why == "" {
		if len(dec) == 0 {
			dec = append(dec, '/')
		}
		dec = AppendCleanPath(dec[:0], dec)
		h.Path = dec[:len(dec):len(dec)]
		if h.Form == FormAbsolute && h.Method == "OPTIONS" && len(raw) == 0 && h.RawQuery == nil {
			h.Path = []byte("*") // RFC 9112 section 3.2.4
		}
		h.args, dec, why = appendArgs(h.args, dec, h.RawQuery)
	}
	p.dec, h.dec = dec, dec
	if why != "" {
		return p.bad(400, why+": "+quote(t))
	}
	return nil
}

// validHost checks uri-host [ ":" port ] by its characters (RFC 3986 section
// 3.2.2), with its percent-encoding, and the port by its digits. User information is not among them
// (RFC 9110 section 4.2.4), and a port needs a host before it (4.2.1).
func validHost(b []byte) bool {
	if !all(b, isHost) || len(b) > 0 && b[0] == ':' {
		return false
	}
	if bytes.IndexByte(b, '%') >= 0 {
		if _, why := appendDecoded(nil, b, false); why != "" {
			return false
		}
	}
	port := b
	if len(b) > 0 && b[0] == '[' {
		i := bytes.IndexByte(b, ']')
		if i < 0 {
			return false
		}
		port = b[i+1:]
		if len(port) > 0 && port[0] != ':' || bytes.IndexByte(b[1:], '[') >= 0 {
			return false
		}
	} else if bytes.IndexByte(b, '[') >= 0 || bytes.IndexByte(b, ']') >= 0 {
		return false
	}
	i := bytes.IndexByte(port, ':')
	if i < 0 {
		return true
	}
	for _, c := range port[i+1:] {
		if !isDigit(c) {
			return false
		}
	}
	return true
}

// statusLine parses line, without its CRLF (RFC 9112 section 4).
func (p *Parser) statusLine(line []byte) *Error {
	v, rest, _ := bytes.Cut(line, []byte(" "))
	if err := p.version(v); err != nil {
		return err
	}
	h := &p.Head
	if len(rest) < 3 || !isDigit(rest[0]) || !isDigit(rest[1]) || !isDigit(rest[2]) || rest[0] == '0' ||
		len(rest) > 3 && rest[3] != ' ' {
		return p.bad(502, "malformed status code (RFC 9112 4): "+quote(line))
	}
	h.Status = int(rest[0]-'0')*100 + int(rest[1]-'0')*10 + int(rest[2]-'0')
	if len(rest) > 4 {
		h.Reason = rest[4:]
	}
	if !all(h.Reason, isValue) {
		return p.bad(502, "control character in the reason phrase: "+quote(line))
	}
	h.Informational = h.Status < 200 && h.Status != 101
	return nil
}
