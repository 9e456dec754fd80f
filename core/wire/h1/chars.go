package h1

// Character classes of RFC 9110 section 5.6.2 and 5.5, RFC 3986 sections 2
// and 3.2.2.
const (
	isTchar   = 1 << iota // token characters
	isValue               // what a field value or reason phrase may hold: HTAB, SP, VCHAR, obs-text
	isTarget              // what a request target may hold: VCHAR and, leniently, obs-text
	isHost                // uri-host and port: reg-name, IP literal, colon
	isScheme              // ALPHA, DIGIT, "+", "-", "."
	isHexChar             // HEXDIG
	isUpper               // A to Z
)

var class = func() (t [256]uint8) {
	set := func(f uint8, s string) {
		for i := 0; i < len(s); i++ {
			t[s[i]] |= f
		}
	}
	const lower, upper, digit = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
	set(isTchar|isHost|isScheme, lower+upper+digit)
	set(isTchar, "!#$%&'*+-.^_`|~")
	set(isScheme, "+-.")
	set(isHost, "-._~%!$&'()*+,;=:[]")
	set(isHexChar, digit+"abcdefABCDEF")
	set(isUpper, upper)
	set(isValue, "\t ")
	for c := 0x21; c < 0x100; c++ {
		if c != 0x7f {
			t[c] |= isValue | isTarget
		}
	}
	return
}()

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c >= 'a':
		return c - 'a' + 10
	}
	return c - 'A' + 10
}

func isDigit(c byte) bool { return c-'0' < 10 }

func lower(c byte) byte {
	if class[c]&isUpper != 0 {
		c |= 0x20
	}
	return c
}

// Text is what names and values are accepted as.
type Text interface{ ~string | ~[]byte }

// EqualFold compares ASCII text without regard to case (RFC 9110 section 5.1).
func EqualFold[A, B Text](a A, b B) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 0; i < len(a); i++ {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

// IsToken tells whether s is a token of RFC 9110 section 5.6.2.
func IsToken[T Text](s T) bool { return len(s) > 0 && all(s, isTchar) }

// IsFieldValue tells whether s can stand as a field value: no control
// character but HTAB (RFC 9110 section 5.5).
func IsFieldValue[T Text](s T) bool { return all(s, isValue) }

// IsScheme says whether s is the scheme of a URI (RFC 3986 section 3.1).
func IsScheme[T Text](s T) bool { return len(s) > 0 && lower(s[0]) >= 'a' && all(s, isScheme) }

func all[T Text](s T, f uint8) bool {
	for i := 0; i < len(s); i++ {
		if class[s[i]]&f == 0 {
			return false
		}
	}
	return true
}

// trimOWS removes optional whitespace (RFC 9110 section 5.6.3) from both ends.
func trimOWS(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}
