package pmd

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand"
	"os/exec"
	"testing"
)

// peer is a zlib that runs in Python, as a compressor and a decompressor of one stream each.
// It takes requests of one letter (c or d), a length of four bytes and so many bytes, and
// answers with a length and bytes; d decompresses, c compresses and takes the tail off.
const peer = `
import struct, sys, zlib
bits, takeover = int(sys.argv[1]), sys.argv[2] == "true"
i, o = sys.stdin.buffer, sys.stdout.buffer
new_c = lambda: zlib.compressobj(int(sys.argv[3]), zlib.DEFLATED, -bits)
new_d = lambda: zlib.decompressobj(-bits)
c, d = new_c(), new_d()
while True:
    head = i.read(5)
    if not head:
        break
    data = i.read(struct.unpack("<I", head[1:])[0])
    if head[:1] == b"c":
        out = c.compress(data) + c.flush(zlib.Z_SYNC_FLUSH)
        assert out[-4:] == b"\0\0\xff\xff"
        out = out[:-4]
        if not takeover:
            c = new_c()
    else:
        out = d.decompress(data + b"\0\0\xff\xff")
        assert not d.unconsumed_tail and not d.unused_data
        if not takeover:
            d = new_d()
    o.write(struct.pack("<I", len(out)) + out)
    o.flush()
`

// Both directions with zlib, which most peers use, in each window that it has for raw deflate.
func TestZlib(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed: zlib is not tried")
	}
	for bits := 9; bits <= MaxBits; bits++ {
		for _, takeover := range []bool{true, false} {
			if testing.Short() && bits != 9 && bits != MaxBits {
				continue
			}
			t.Run(fmt.Sprintf("%d bits/takeover %v", bits, takeover), func(t *testing.T) {
				cmd := exec.Command(python, "-c", peer, fmt.Sprint(bits), fmt.Sprint(takeover), fmt.Sprint(1+bits%9))
				in, err := cmd.StdinPipe()
				if err != nil {
					t.Fatal(err)
				}
				out, err := cmd.StdoutPipe()
				if err != nil {
					t.Fatal(err)
				}
				var stderr bytes.Buffer
				cmd.Stderr = &stderr
				if err := cmd.Start(); err != nil {
					t.Skipf("python3 does not start, zlib is not tried: %v", err)
				}
				defer func() {
					in.Close()
					if err := cmd.Wait(); err != nil {
						t.Errorf("python3: %v\n%s", err, &stderr)
					}
				}()
				ask := func(what byte, p []byte) []byte {
					head := binary.LittleEndian.AppendUint32([]byte{what}, uint32(len(p)))
					if _, err := in.Write(append(head, p...)); err != nil {
						t.Fatalf("zlib gave up: %v", err)
					}
					if _, err := io.ReadFull(out, head[:4]); err != nil {
						t.Fatalf("zlib gave up: %v", err)
					}
					got := make([]byte, binary.LittleEndian.Uint32(head))
					if _, err := io.ReadFull(out, got); err != nil {
						t.Fatalf("zlib gave up: %v", err)
					}
					return got
				}

				params := Params{!takeover, !takeover, bits, bits}
				r := rand.New(rand.NewSource(int64(bits)))
				level := 1 + bits%3*3
				if takeover {
					level++
				}
				var d Deflater
				d.Init(params, true, level)
				var f Inflater
				f.Init(params, true, 0)
				for i := range 60 {
					m := mixed(r)
					if got := ask('d', d.Compress(nil, m, true)); !bytes.Equal(got, m) {
						t.Fatalf("level %d, message %d: zlib made %d bytes of %d", level, i, len(got), len(m))
					}
					payload := ask('c', m)
					got, err := inflateAll(&f, payload, 1+r.Intn(max(1, len(payload))), 1+r.Intn(50000))
					if err != nil || !bytes.Equal(got, m) {
						t.Fatalf("message %d: %d bytes of zlib's %d, %v", i, len(got), len(m), err)
					}
				}
			})
		}
	}
}
