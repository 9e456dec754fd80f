package ws

import (
	"math/rand"
	"testing"
	"unicode/utf8"
)

// viable reports whether some text starts with p, and whether p is one.
func viable(p []byte) (ok, done bool) {
	for len(p) > 0 {
		r, size := utf8.DecodeRune(p)
		if r == utf8.RuneError && size == 1 {
			return !utf8.FullRune(p), false
		}
		p = p[size:]
	}
	return true, true
}

// checkUTF8 gives p in pieces, cut at the lengths that cuts yields.
func checkUTF8(t *testing.T, p []byte, cut func() int) {
	t.Helper()
	var u UTF8
	for at := 0; at < len(p); {
		n := min(cut(), len(p)-at)
		at += n
		ok, done := viable(p[:at])
		if got := u.Write(p[at-n : at]); got != ok || u.Done() != done {
			t.Fatalf("after % x: Write %v, Done %v; want %v, %v", p[:at], got, u.Done(), ok, done)
		}
		if !ok {
			if u.Write([]byte("a")) || u.Done() {
				t.Fatal("it forgot a failure")
			}
			u.Reset()
			if !u.Write([]byte("a")) || !u.Done() {
				t.Fatal("Reset does not reset")
			}
			return
		}
	}
}

// RFC 3629 section 4, the borders of each row of its table and what lies beyond them; the
// Autobahn suite's cases 6 have the same.
func TestUTF8Table(t *testing.T) {
	for _, c := range []struct {
		in string
		ok bool
	}{
		{"", true}, {"\x00", true}, {"\x7f", true}, {"\x80", false}, {"\xbf", false}, {"\xc0\x80", false}, {"\xc1\xbf", false},
		{"\xc2\x80", true}, {"\xdf\xbf", true}, {"\xc2\x7f", false}, {"\xc2\xc0", false}, {"\xe0\x9f\xbf", false}, {"\xe0\xa0\x80", true},
		{"\xec\xbf\xbf", true}, {"\xed\x9f\xbf", true}, {"\xed\xa0\x80", false}, {"\xee\x80\x80", true}, {"\xef\xbf\xbf", true},
		{"\xf0\x8f\xbf\xbf", false}, {"\xf0\x90\x80\x80", true}, {"\xf3\xbf\xbf\xbf", true}, {"\xf4\x8f\xbf\xbf", true}, {"\xf4\x90\x80\x80", false},
		{"\xf5\x80\x80\x80", false}, {"\xff", false}, {"\xe2\x82", false}, {"\xf0\x9f\x98", false}, {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xff", false},
		{"κόσμε", true}, {"0123456701234567012345670123456701234567€", true},
	} {
		var u UTF8
		if got := u.Write([]byte(c.in)) && u.Done(); got != c.ok {
			t.Errorf("%q: %v", c.in, got)
		}
		checkUTF8(t, []byte(c.in), func() int { return 1 })
	}
}

// All sequences of three bytes that begin above ASCII, and four where the third is at a border.
func TestUTF8Exhaustive(t *testing.T) {
	if testing.Short() {
		t.Skip("16 million sequences: not with -short")
	}
	p := make([]byte, 3)
	for a := 0x80; a < 0x100; a++ {
		for b := range 256 {
			for c := 0x70; c < 0xD0; c++ {
				p[0], p[1], p[2] = byte(a), byte(b), byte(c)
				var u UTF8
				ok, done := viable(p)
				if u.Write(p) != ok || u.Done() != done {
					t.Fatalf("% x", p)
				}
				u.Reset()
				got := u.Write(p[:1]) && u.Write(p[1:2]) && u.Write(p[2:])
				if got != ok || u.Done() != done {
					t.Fatalf("% x, byte by byte", p)
				}
			}
		}
	}
}

func TestUTF8Random(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for range 20000 {
		var p []byte
		for range r.Intn(30) {
			switch r.Intn(4) {
			case 0:
				p = utf8.AppendRune(p, rune(r.Intn(0x110000)))
			default:
				for range r.Intn(20) {
					p = append(p, 'a')
				}
			}
		}
		if len(p) > 0 && r.Intn(2) == 0 {
			p[r.Intn(len(p))] = byte(r.Intn(256))
		}
		longest := 1 + r.Intn(40)
		checkUTF8(t, p, func() int { return 1 + r.Intn(longest) })
	}
}
