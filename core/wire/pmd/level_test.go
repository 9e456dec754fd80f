package pmd

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// The level may change at any time: the peer's history stays in step.
func TestSetLevelKeepsTheStream(t *testing.T) {
	for _, bits := range []int{9, 12, 15} {
		r := rand.New(rand.NewPCG(7, uint64(bits)))
		p := Params{ServerMaxWindowBits: bits}
		var d Deflater
		var in Inflater
		d.Init(p, true, 1)
		in.Init(p, false, 0)
		words := make([][]byte, 200)
		for i := range words {
			words[i] = make([]byte, 3+r.IntN(20))
			for j := range words[i] {
				words[i][j] = byte('a' + r.IntN(26))
			}
		}
		out := make([]byte, 1<<16)
		for i := range 400 {
			if i%7 == 0 {
				d.SetLevel(1 + r.IntN(9))
			}
			var msg []byte
			for range 1 + r.IntN(300) {
				msg = append(msg, words[r.IntN(len(words))]...)
			}
			packed := d.Compress(nil, msg, true)
			var got []byte
			for {
				n, taken, st, err := in.Inflate(out, packed, true)
				if err != nil {
					t.Fatalf("bits %d, message %d: %v", bits, i, err)
				}
				got, packed = append(got, out[:n]...), packed[taken:]
				if st == Done {
					break
				}
			}
			if !bytes.Equal(got, msg) {
				t.Fatalf("bits %d, message %d came out differently", bits, i)
			}
		}
	}
}
