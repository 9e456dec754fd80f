package pmd

import (
	"bytes"
	"encoding/hex"
	"math/rand"
	"strings"
	"testing"
)

// The first message of RFC 7692 section 7.2.3.1, byte for byte; again with the window it is less.
func TestSmallHello(t *testing.T) {
	for level := FastestLevel; level <= BestLevel; level++ {
		var d Deflater
		d.Init(Params{}, true, level)
		if got := hex.EncodeToString(d.Compress(nil, []byte("Hello"), true)); got != "f248cdc9c90700" {
			t.Errorf("level %d: %s", level, got)
		}
		if got := d.Compress(nil, []byte("Hello"), true); len(got) > 5 {
			t.Errorf("level %d, again: % x", level, got)
		}
	}
}

// Small messages are at most as long as zlib makes them at its level 9.
func TestSmallAsZlib(t *testing.T) {
	for _, c := range []struct {
		message string
		zlib    int
	}{
		{"a", 3},
		{"ping", 6},
		{"Hello", 7},
		{"aaaaaaaaaa", 6},
		{"the quick brown fox jumps over the lazy dog", 44},
		{`{"type":"subscribe","channel":"ticker","symbols":["AAA","BBB"]}`, 62},
		{strings.Repeat("0123456789", 10), 15},
		{`<a href="/one">one</a><a href="/two">two</a><a href="/three">three</a>`, 41},
	} {
		for level := FastestLevel; level <= BestLevel; level++ {
			var d Deflater
			d.Init(Params{ServerNoContextTakeover: true}, true, level)
			if got := d.Compress(nil, []byte(c.message), true); len(got) > c.zlib {
				t.Errorf("level %d: %q became %d bytes, %d with zlib", level, c.message, len(got), c.zlib)
			}
		}
	}
}

// Each of the three kinds of blocks is chosen where it is the smallest.
func TestSmallBlocks(t *testing.T) {
	r := rand.New(rand.NewSource(5))
	few := make([]byte, 1000) // two letters: a code of its own has one bit for each
	for i := range few {
		few[i] = "ab"[r.Intn(2)]
	}
	for _, c := range []struct {
		name    string
		message []byte
		kind    byte
		most    int
	}{
		{"stored", noise(r, 500), 0, 506},
		{"fixed", []byte("some text that is short"), 1, 25},
		{"dynamic", few, 2, 210},
	} {
		var d Deflater
		d.Init(Params{}, true, 0)
		got := d.Compress(nil, c.message, true)
		if kind := got[0] >> 1 & 3; kind != c.kind || len(got) > c.most {
			t.Errorf("%s: kind %d, %d bytes", c.name, kind, len(got))
		}
	}
}

// Small messages of few and of many different bytes, near and far from each other, come back in every window, and no
// match goes back further than that.
func TestSmallRoundTrip(t *testing.T) {
	r := rand.New(rand.NewSource(6))
	for bits := MinBits; bits <= MaxBits; bits++ {
		p := Params{ServerMaxWindowBits: bits}
		var d Deflater
		var f Inflater
		d.Init(p, true, 1+bits%9)
		f.Init(p, false, 0)
		f.win.max = 1 << bits
		var wire []byte
		for i := range 2000 {
			m := make([]byte, 1+r.Intn(1<<(1+r.Intn(10))))
			letters := 1 + r.Intn(1<<(1+r.Intn(8)))
			for i := range m {
				m[i] = byte(min(r.Intn(letters), r.Intn(letters)))
			}
			wire = d.Compress(wire[:0], m, true)
			if len(wire) > len(m)+6 {
				t.Fatalf("%d bytes became %d", len(m), len(wire))
			}
			if got, err := inflateAll(&f, wire, len(wire), 2048); err != nil || !bytes.Equal(got, m) {
				t.Fatalf("%d bits, message %d of %d bytes: %d came back, %v", bits, i, len(m), len(got), err)
			}
		}
	}
}

// Uses like Fibonacci's numbers make the longest codes: they are held to the limit and stay complete.
func TestFitIsLimited(t *testing.T) {
	for _, longest := range []uint8{7, 15} {
		for n := 1; n <= 19; n++ {
			use := make([]uint16, 19)
			a, b := uint16(1), uint16(1)
			for i := range n {
				use[i] = a
				a, b = b, a+b
			}
			to := make([]code, len(use))
			if got := fit(to, use, longest, 4); got != max(4, n) {
				t.Errorf("%d symbols: %d to be written", n, got)
			}
			space := 0 // in 2^-15
			for i, c := range to {
				if c.size > longest || (c.size == 0) != (use[i] == 0) {
					t.Fatalf("%d symbols: %d bits for symbol %d", n, c.size, i)
				}
				if c.size != 0 {
					space += 1 << (15 - c.size)
				}
			}
			if n > 1 && space != 1<<15 {
				t.Errorf("%d symbols: %d of %d of the space used", n, space, 1<<15)
			}
		}
	}
}
