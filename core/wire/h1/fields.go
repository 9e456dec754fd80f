package h1

import "bytes"

// Fields is a header or trailer section in the order it arrived in. The
// views it gives hold as long as the Parser's Head does.
type Fields struct {
	buf   []byte
	list  []field
	first [tokenCount]uint16 // index into list, plus one
}

type field struct {
	name, value uint32 // offsets into buf
	nameLen     uint32
	valueLen    uint32
	token       Token
}

// Len is the number of field lines.
func (f *Fields) Len() int { return len(f.list) }

// At is line i: the name as it was spelled and the value without the
// whitespace around it.
func (f *Fields) At(i int) (name, value []byte) { return f.name(i), f.value(i) }

// TokenAt is the Token of line i.
func (f *Fields) TokenAt(i int) Token { return f.list[i].token }

// Has tells whether the field is there at all.
func (f *Fields) Has(t Token) bool { return int(t) < tokenCount && f.first[t] != 0 }

// Token is the first value of a known field, nil when it is absent and empty
// but not nil when it is there without a value.
func (f *Fields) Token(t Token) []byte {
	if i := f.Next(t, -1); i >= 0 {
		return f.value(i)
	}
	return nil
}

// Next is the index of the first line of t behind line i, -1 when there is
// none. Start with i = -1.
func (f *Fields) Next(t Token, i int) int {
	if t == NoToken || !f.Has(t) {
		return -1
	}
	if i < 0 {
		return int(f.first[t]) - 1
	}
	for i++; i < len(f.list); i++ {
		if f.list[i].token == t {
			return i
		}
	}
	return -1
}

// Get is the first value of the field of that name in any case, nil when it
// is absent.
func (f *Fields) Get(name string) []byte {
	if i := f.NextName(name, -1); i >= 0 {
		return f.value(i)
	}
	return nil
}

// NextName is Next by name.
func (f *Fields) NextName(name string, i int) int {
	if t := TokenOf(name); t != NoToken {
		return f.Next(t, i)
	}
	for i = max(i, -1) + 1; i < len(f.list); i++ {
		if f.list[i].token == NoToken && EqualFold(f.name(i), name) {
			return i
		}
	}
	return -1
}

// AppendJoined appends all values of the field, in order, with sep between
// them: ", " for lists (RFC 9110 section 5.3), "; " for Cookie.
func (f *Fields) AppendJoined(dst []byte, name, sep string) []byte {
	for i, k := f.NextName(name, -1), 0; i >= 0; i, k = f.NextName(name, i), k+1 {
		if k > 0 {
			dst = append(dst, sep...)
		}
		dst = append(dst, f.value(i)...)
	}
	return dst
}

// ListHas tells whether the comma-separated list in the field's lines has
// this element, in any case: Connection, Upgrade, Sec-WebSocket-Protocol.
func (f *Fields) ListHas(t Token, element string) bool {
	for i := f.Next(t, -1); i >= 0; i = f.Next(t, i) {
		for e, rest := NextElement(f.value(i)); e != nil; e, rest = NextElement(rest) {
			if EqualFold(e, element) {
				return true
			}
		}
	}
	return false
}

// NextElement cuts the first element off a comma-separated list (RFC 9110
// section 5.6.1), without the whitespace around it. Empty elements are
// skipped, a comma within a quoted string does not separate. It is nil at the
// end.
func NextElement(list []byte) (element, rest []byte) {
	for len(list) > 0 {
		end, quoted := 0, false
		for ; end < len(list); end++ {
			c := list[end]
			if quoted {
				switch c {
				case '\\':
					end++
				case '"':
					quoted = false
				}
				continue
			}
			if c == ',' {
				break
			}
			quoted = c == '"'
		}
		end = min(end, len(list))
		element, rest = trimOWS(list[:end]), nil
		if end < len(list) {
			rest = list[end+1:]
		}
		if len(element) > 0 {
			return element, rest
		}
		list = rest
	}
	return nil, nil
}

func (f *Fields) name(i int) []byte {
	l := &f.list[i]
	return f.buf[l.name : l.name+l.nameLen : l.name+l.nameLen]
}

func (f *Fields) value(i int) []byte {
	l := &f.list[i]
	return f.buf[l.value : l.value+l.valueLen : l.value+l.valueLen]
}

func (f *Fields) reset() {
	f.buf = nil
	if len(f.list) > 0 {
		f.list = f.list[:0]
		clear(f.first[:])
	}
}

// unfold makes the line that begins at start a part of the last field's value, with
// spaces for the fold (RFC 9112 section 5.2), and takes that field out: it is to be
// parsed again, from where unfold says.
func (f *Fields) unfold(buf []byte, start int) int {
	isOWS := func(c byte) bool { return c == ' ' || c == '\t' }
	for i := start; isOWS(buf[i]); i++ {
		buf[i] = ' '
	}
	buf[start-2], buf[start-1] = ' ', ' '
	for i := start - 3; isOWS(buf[i]); i-- {
		buf[i] = ' '
	}
	n := len(f.list) - 1
	last := f.list[n]
	f.list = f.list[:n]
	if t := last.token; t != NoToken && int(f.first[t]) == n+1 {
		f.first[t] = 0
	}
	return int(last.name)
}

// parse adds the field line buf[start:end], which includes its CRLF
// (RFC 9112 section 5).
func (f *Fields) parse(buf []byte, start, end int) string {
	line := buf[start : end-2]
	i := 0
	for i < len(line) && class[line[i]]&isTchar != 0 {
		i++
	}
	if i == len(line) || line[i] != ':' || i == 0 {
		switch {
		case line[0] == ' ' || line[0] == '\t':
			return "folded header line (RFC 9112 5.2)"
		case i == len(line):
			return "header line without a colon: " + quote(line)
		case line[i] == ' ' || line[i] == '\t':
			return "whitespace between header name and colon (RFC 9112 5.1): " + quote(line)
		case line[i] == ':':
			return "empty header name: " + quote(line)
		}
		return "invalid character in a header name: " + quote(line)
	}
	value := trimOWS(line[i+1:])
	if !all(value, isValue) {
		return "control character in the value of header " + quote(line[:i])
	}
	at := end - 2
	if len(value) > 0 {
		// Only trailing whitespace lies between the value's end and the CRLF.
		at = start + i + 1 + bytes.IndexByte(line[i+1:], value[0])
	}
	t := TokenOf(line[:i])
	f.list = append(f.list, field{
		name: uint32(start), nameLen: uint32(i),
		value: uint32(at), valueLen: uint32(len(value)),
		token: t,
	})
	if t != NoToken && f.first[t] == 0 {
		f.first[t] = uint16(len(f.list))
	}
	return ""
}
