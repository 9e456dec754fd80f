package pmd

import (
	"bytes"
	"fmt"
	"io"
	"math/rand"
	"testing"

	"github.com/klauspost/compress/flate"
)

// A steady stream of JSON messages with context takeover: time and size for each.
func BenchmarkDeflate(b *testing.B) {
	for _, level := range []int{1, 3, 6, 9} {
		for _, size := range []int{64, 256, 1024, 4096, 65536} {
			for _, bits := range []int{15, 12} {
				if bits != MaxBits && level != 1 {
					continue
				}
				b.Run(fmt.Sprintf("level%d/bits%d/%d", level, bits, size), func(b *testing.B) {
					r := rand.New(rand.NewSource(1))
					var messages [][]byte
					for range 1024 {
						messages = append(messages, sample(r, size))
					}
					var d Deflater
					d.Init(Params{ServerMaxWindowBits: bits}, true, level)
					d.win.push(sample(r, 1<<15))
					dst := make([]byte, 0, 2*size+100)
					n, out := 0, 0
					b.SetBytes(int64(size))
					b.ReportAllocs()
					for b.Loop() {
						dst = d.Compress(dst[:0], messages[n%1024], true)
						n++
						out += len(dst)
					}
					b.ReportMetric(float64(out)/float64(n), "out-B/op")
				})
			}
		}
	}
}

func BenchmarkInflate(b *testing.B) {
	for _, size := range []int{64, 1024, 4096, 65536} {
		r := rand.New(rand.NewSource(1))
		var messages [][]byte
		for range 64 {
			messages = append(messages, sample(r, size))
		}
		payloads := deflateWith(b, 6, messages...)
		b.Run(fmt.Sprintf("takeover/%d", size), func(b *testing.B) {
			var f Inflater
			f.Init(Params{}, true, 0)
			dst := make([]byte, size)
			n := 0
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if n%64 == 0 {
					f.Init(Params{}, true, 0)
				}
				if _, _, status, err := f.Inflate(dst, payloads[n%64], true); err != nil || status != Done {
					b.Fatal(status, err)
				}
				n++
			}
		})
		// The library's reader on the same, without history, to compare with.
		b.Run(fmt.Sprintf("none/%d", size), func(b *testing.B) {
			payload := deflateWith(b, 6, messages[0])[0]
			var f Inflater
			f.Init(Params{ClientNoContextTakeover: true}, true, 0)
			dst := make([]byte, size)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if _, _, status, err := f.Inflate(dst, payload, true); err != nil || status != Done {
					b.Fatal(status, err)
				}
			}
		})
		b.Run(fmt.Sprintf("klauspost/%d", size), func(b *testing.B) {
			payload := append(deflateWith(b, 6, messages[0])[0], tail...)
			in := bytes.NewReader(payload)
			z := flate.NewReader(in)
			dst := make([]byte, size)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				in.Reset(payload)
				if err := z.(flate.Resetter).Reset(in, nil); err != nil {
					b.Fatal(err)
				}
				if _, err := io.ReadFull(z, dst); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
