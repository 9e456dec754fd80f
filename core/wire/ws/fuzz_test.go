package ws

import (
	"testing"
)

// The bits of the fuzz targets' opt.
func fuzzOptions(opt uint16) Options {
	o := Options{Reserved: byte(opt & 0x70), ValidateUTF8: opt&1 != 0, AllowUnknownOpcode: opt&2 != 0}
	if opt&4 != 0 {
		o.MaxMessage = uint64(opt >> 8)
	}
	return o
}

// fuzzFrames: no bytes of a peer make a decoder panic, and however they are cut they mean the
// same. cuts has the lengths of the reads, over and over.
func fuzzFrames(f *testing.F, server bool) {
	f.Add(wire(server, frame{OpText, "Hel"}, frame{ping, "p"}, frame{Fin, "lo"}, frame{closed, "\x03\xe8bye"}), uint16(1), []byte{1, 3}, uint16(2))
	f.Add(wire(server, frame{wholeBin | RSV1, "\xf2H\xcd\xc9\xc9\x07\x00"}), uint16(RSV1), []byte{2}, uint16(0))
	f.Fuzz(func(t *testing.T, in []byte, opt uint16, cuts []byte, max uint16) {
		i := -1
		checkChunking(t, server, fuzzOptions(opt), in, int(max), func(left int) int {
			if len(cuts) == 0 {
				return left
			}
			i = (i + 1) % len(cuts)
			return 1 + int(cuts[i])
		})
	})
}

func FuzzServerFrames(f *testing.F) { fuzzFrames(f, true) }
func FuzzClientFrames(f *testing.F) { fuzzFrames(f, false) }

func FuzzUTF8(f *testing.F) {
	f.Add([]byte("a\xf0\x9f\x98\x80\xe2\x82\xac"), []byte{1, 2})
	f.Fuzz(func(t *testing.T, p, cuts []byte) {
		i := -1
		checkUTF8(t, p, func() int {
			if len(cuts) == 0 {
				return len(p)
			}
			i = (i + 1) % len(cuts)
			return 1 + int(cuts[i])
		})
	})
}
