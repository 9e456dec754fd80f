package pmd

// param is a parameter of an extension: name, or name=value.
type param struct {
	name, value string
	valued      bool
}

// eachExtension parses a Sec-WebSocket-Extensions value (RFC 6455 section 9.1) and calls do for
// each element. params is good until do returns. It stops at do's first error.
//
//	extension-list  = 1#extension
//	extension       = token *( ";" extension-param )
//	extension-param = token [ "=" ( token | quoted-string ) ]
//
// A quoted value must itself be a token once it is unquoted. Empty list elements are passed
// over (RFC 9110 section 5.6.1.2).
func eachExtension(header string, do func(name string, params []param) error) error {
	s := scanner{s: header}
	var store [4]param
	for found := false; ; {
		s.space()
		switch {
		case s.end() && found:
			return nil
		case s.end():
			return ErrSyntax
		case s.skip(','):
			continue
		}
		name, ok := s.token()
		if !ok {
			return ErrSyntax
		}
		params := store[:0]
		for s.space(); s.skip(';'); s.space() {
			var p param
			s.space()
			if p.name, ok = s.token(); !ok {
				return ErrSyntax
			}
			s.space()
			if s.skip('=') {
				s.space()
				p.valued = true
				if p.value, ok = s.value(); !ok {
					return ErrSyntax
				}
			}
			params = append(params, p)
		}
		if !s.end() && !s.skip(',') {
			return ErrSyntax
		}
		found = true
		if err := do(name, params); err != nil {
			return err
		}
	}
}

type scanner struct {
	s string
	i int
}

func (s *scanner) end() bool { return s.i == len(s.s) }

func (s *scanner) space() {
	for !s.end() && (s.s[s.i] == ' ' || s.s[s.i] == '\t') {
		s.i++
	}
}

func (s *scanner) skip(c byte) bool {
	if s.end() || s.s[s.i] != c {
		return false
	}
	s.i++
	return true
}

// token takes a token of RFC 9110 section 5.6.2.
func (s *scanner) token() (string, bool) {
	from := s.i
	for !s.end() && isTokenByte(s.s[s.i]) {
		s.i++
	}
	return s.s[from:s.i], s.i > from
}

// value takes a token, or a quoted-string that holds one.
func (s *scanner) value() (string, bool) {
	if !s.skip('"') {
		return s.token()
	}
	var b []byte
	for {
		switch {
		case s.skip('"'):
			return string(b), len(b) > 0
		case s.skip('\\'):
		}
		if s.end() || !isTokenByte(s.s[s.i]) {
			return "", false
		}
		b = append(b, s.s[s.i])
		s.i++
	}
}

func isTokenByte(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	switch c {
	case '!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~':
		return true
	}
	return false
}
