package ws

import (
	"bytes"
	"testing"
)

// RFC 6455 section 5.3, written as it says: byte i with byte i mod 4 of the key.
func TestMask(t *testing.T) {
	key := [4]byte{0x12, 0xA5, 0x00, 0xFF}
	for size := range 200 {
		for offset := range 9 {
			for phase := range 5 {
				buf := make([]byte, offset+size+9)
				for i := range buf {
					buf[i] = byte(i * 7)
				}
				want := bytes.Clone(buf)
				for i := range size {
					want[offset+i] ^= key[(i+phase)%4]
				}
				Mask(buf[offset:offset+size], key, phase)
				if !bytes.Equal(buf, want) {
					t.Fatalf("%d bytes at %d, phase %d", size, offset, phase)
				}
			}
		}
	}
}

func TestMaskInPieces(t *testing.T) {
	key := [4]byte{1, 2, 3, 4}
	for cut := range 100 {
		a, b := bytes.Repeat([]byte("x"), 100), bytes.Repeat([]byte("x"), 100)
		Mask(a, key, 0)
		Mask(b[:cut], key, 0)
		Mask(b[cut:], key, cut)
		if !bytes.Equal(a, b) {
			t.Fatalf("cut at %d", cut)
		}
	}
}
