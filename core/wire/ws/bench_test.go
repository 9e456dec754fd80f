package ws

import (
	"bytes"
	"fmt"
	"testing"
)

func BenchmarkDecode(b *testing.B) {
	for _, side := range []string{"server", "client"} {
		for _, size := range []int{64, 1024, 65536} {
			for _, op := range []byte{OpText, OpBinary} {
				name := fmt.Sprintf("%s/%d/%s", side, size, map[byte]string{OpText: "text", OpBinary: "binary"}[op])
				b.Run(name, func(b *testing.B) {
					server := side == "server"
					wire := AppendFrame(nil, true, 0, op, bytes.Repeat([]byte{'a'}, size), server, [4]byte{1, 2, 3, 4})
					again := append([]byte(nil), wire...)
					var d Decoder
					d.Init(server, Options{ValidateUTF8: true, MaxMessage: 1 << 20})
					b.SetBytes(int64(size))
					b.ReportAllocs()
					for b.Loop() {
						ev, _, err := d.Next(wire, 0)
						if err != nil || len(ev.Payload) != size {
							b.Fatal(err)
						}
						if server {
							copy(wire, again) // masked once more
						}
					}
				})
			}
		}
	}
}

func BenchmarkMask(b *testing.B) {
	for _, size := range []int{16, 64, 125, 1024, 65536} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			p := make([]byte, size)
			b.SetBytes(int64(size))
			for b.Loop() {
				Mask(p, [4]byte{1, 2, 3, 4}, 1)
			}
		})
	}
}

func BenchmarkUTF8(b *testing.B) {
	for name, text := range map[string]string{"ascii": "The quick brown fox. ", "german": "Übergrößenträger, schön. ", "japanese": "色は匂へど散りぬるを。"} {
		b.Run(name, func(b *testing.B) {
			p := bytes.Repeat([]byte(text), 65536/len(text))
			b.SetBytes(int64(len(p)))
			for b.Loop() {
				var u UTF8
				if !u.Write(p) {
					b.Fatal("not valid")
				}
			}
		})
	}
}

func BenchmarkAccept(b *testing.B) {
	dst := make([]byte, 0, acceptLen)
	b.ReportAllocs()
	for b.Loop() {
		AppendAccept(dst, "dGhlIHNhbXBsZSBub25jZQ==")
	}
}
