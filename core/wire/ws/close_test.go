package ws

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// RFC 6455 section 7.4 and the IANA registry of close codes.
func TestValidCloseCode(t *testing.T) {
	valid := func(c uint16) bool {
		return c >= 1000 && c <= 1003 || c >= 1007 && c <= 1014 || c >= 3000 && c <= 4999
	}
	for c := range 1 << 16 {
		if got := ValidCloseCode(uint16(c)); got != valid(uint16(c)) {
			t.Errorf("%d: %v", c, got)
		}
		var d Decoder
		d.Init(false, Options{})
		_, _, err := d.Next(wire(false, frame{closed, string(AppendClose(nil, uint16(c), ""))}), 0)
		if c != 0 && c != int(CloseNoStatus) && (err == nil) != valid(uint16(c)) {
			t.Errorf("%d on the wire: %v", c, err)
		}
	}
}

func TestAppendClose(t *testing.T) {
	for _, c := range []struct {
		code   uint16
		reason string
		want   string
	}{
		{1000, "", "\x03\xe8"},
		{4999, "x", "\x13\x87x"},
		{CloseNoStatus, "dropped", ""},
		{0, "dropped", ""},
		{1001, strings.Repeat("x", 200), "\x03\xe9" + strings.Repeat("x", 123)},
		{1001, strings.Repeat("x", 122) + "é", "\x03\xe9" + strings.Repeat("x", 122)},
		{1001, strings.Repeat("x", 121) + "é", "\x03\xe9" + strings.Repeat("x", 121) + "é"},
		{1001, strings.Repeat("x", 120) + "😀", "\x03\xe9" + strings.Repeat("x", 120)},
	} {
		got := AppendClose([]byte("."), c.code, c.reason)
		if string(got) != "."+c.want || !utf8.Valid(got[min(len(got), 3):]) {
			t.Errorf("%d %q: %q", c.code, c.reason, got)
		}
	}
}
