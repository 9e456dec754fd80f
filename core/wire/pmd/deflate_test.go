package pmd

import (
	"bytes"
	"math/rand"
	"testing"
	"unsafe"
)

// compress/flate understands what a Deflater sends, with the history that RFC 7692 section
// 7.2.1 gives it.
func TestDeflateToCompressFlate(t *testing.T) {
	r := rand.New(rand.NewSource(2))
	for level := FastestLevel; level <= BestLevel; level++ {
		var d Deflater
		d.Init(Params{}, true, level)
		var history []byte
		for i := range 20 {
			m := mixed(r)
			payload := d.Compress(nil, m, true)
			got, ok := reference(payload, history)
			if !ok || !bytes.Equal(got, m) {
				t.Fatalf("level %d, message %d of %d bytes: %d, %v", level, i, len(m), len(got), ok)
			}
			history = append(history, m...)
			history = history[max(0, len(history)-1<<MaxBits):]
		}
	}
}

// With context takeover a message that came before costs next to nothing, however small it is,
// and without it costs the same again.
func TestContextTakeover(t *testing.T) {
	m := []byte(`{"type":"subscribe","channel":"ticker","symbols":["AAA","BBB"]}`)
	for level := FastestLevel; level <= BestLevel; level++ {
		for bits := 9; bits <= MaxBits; bits++ {
			var with, without Deflater
			with.Init(Params{ServerMaxWindowBits: bits}, true, level)
			without.Init(Params{ServerMaxWindowBits: bits, ServerNoContextTakeover: true}, true, level)
			with.Compress(nil, m, true)
			without.Compress(nil, m, true)
			again, fresh := with.Compress(nil, m, true), without.Compress(nil, m, true)
			if len(again) > 15 || len(fresh) < 40 {
				t.Errorf("level %d, %d bits: %d bytes with, %d bytes without", level, bits, len(again), len(fresh))
			}
		}
	}
}

// Each piece can be read in full when its frame has come.
func TestPiecesAreFlushed(t *testing.T) {
	for _, level := range []int{1, 5, 9} {
		for _, params := range []Params{{}, {ServerMaxWindowBits: 9}} {
			var d Deflater
			var f Inflater
			d.Init(params, true, level)
			f.Init(params, false, 0)
			buf := make([]byte, 4096)
			for _, piece := range []string{"Hel", "lo", "", "a longer piece of text, of text, of text"} {
				n, _, status, err := f.Inflate(buf, d.Compress(nil, []byte(piece), false), false)
				if err != nil || status != NeedInput || string(buf[:n]) != piece {
					t.Errorf("level %d: %q, status %d, %v", level, buf[:n], status, err)
				}
			}
			if n, _, status, err := f.Inflate(buf, d.Compress(nil, nil, true), true); n != 0 || status != Done || err != nil {
				t.Errorf("level %d, end: %d, status %d, %v", level, n, status, err)
			}
		}
	}
}

// Compress says that it makes nothing much larger.
func TestNoiseGrowsLittle(t *testing.T) {
	r := rand.New(rand.NewSource(10))
	for level := FastestLevel; level <= BestLevel; level++ {
		for _, n := range []int{1, 10, 127, 128, 1000, 1025, 70000, 300000} {
			var d Deflater
			d.Init(Params{}, true, level)
			if got := d.Compress(nil, noise(r, n), true); len(got) > n+6+n/1000 {
				t.Errorf("level %d: %d bytes became %d", level, n, len(got))
			}
		}
	}
}

func TestSizes(t *testing.T) {
	if size := unsafe.Sizeof(Deflater{}) + unsafe.Sizeof(Inflater{}); size > 160 {
		t.Errorf("%d bytes for each connection", size)
	}
}

// Working memory is pooled: a message in steady state costs no allocation.
func TestAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("sync.Pool drops things at random under the race detector")
	}
	r := rand.New(rand.NewSource(11))
	for _, c := range []struct{ level, size int }{
		{1, 5}, {1, 64}, {1, 1024}, {1, 1025}, {1, 65536}, {6, 64}, {6, 1024}, {6, 4096}, {6, 65536}, {9, 65536},
	} {
		var d Deflater
		var f Inflater
		d.Init(Params{}, true, c.level)
		f.Init(Params{}, false, 0)
		m := sample(r, c.size)
		frame, buf := make([]byte, 0, 2*c.size+100), make([]byte, c.size)
		round := func() {
			frame = d.Compress(frame[:0], m, true)
			if n, _, status, err := f.Inflate(buf, frame, true); n != c.size || status != Done || err != nil {
				t.Fatal(n, status, err)
			}
		}
		for range 40000 / c.size {
			round() // until both histories are full
		}
		if n := testing.AllocsPerRun(100, round); n != 0 {
			t.Errorf("level %d, %d bytes: %v allocations", c.level, c.size, n)
		}
	}
}
