package pmd

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand"
	"strings"
	"testing"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// inflateAll gives one whole message to f: the payload in pieces of chunk bytes, the output
// through a buffer of room bytes.
func inflateAll(f *Inflater, payload []byte, chunk, room int) ([]byte, error) {
	var out []byte
	buf := make([]byte, room)
	for {
		n := min(chunk, len(payload))
		piece, final := payload[:n], n == len(payload)
		payload = payload[n:]
		for {
			w, r, status, err := f.Inflate(buf, piece, final)
			if err != nil {
				return out, err
			}
			out = append(out, buf[:w]...)
			piece = piece[r:]
			if status == More && w != len(buf) {
				return out, fmt.Errorf("More with %d of %d bytes written", w, len(buf))
			}
			if status == NeedInput && len(piece) != 0 {
				return out, fmt.Errorf("NeedInput with %d bytes not taken", len(piece))
			}
			if status == Done {
				if !final || len(piece) != 0 {
					return out, errors.New("Done before the end")
				}
				return out, nil
			}
			if status == NeedInput {
				if final {
					return out, errors.New("NeedInput at the end")
				}
				break
			}
		}
	}
}

// The examples of RFC 7692 section 7.2.3, each as its payload.
func TestExamplesOfSection7_2_3(t *testing.T) {
	for _, c := range []struct {
		name     string
		messages []string // hex
		want     []string
	}{
		{"7.2.3.1 one compressed block", []string{"f2 48 cd c9 c9 07 00"}, []string{"Hello"}},
		{"7.2.3.2 sharing the window", []string{"f2 48 cd c9 c9 07 00", "f2 00 11 00 00"}, []string{"Hello", "Hello"}},
		{"7.2.3.3 no compression", []string{"00 05 00 fa ff 48 65 6c 6c 6f 00"}, []string{"Hello"}},
		{"7.2.3.4 BFINAL", []string{"f3 48 cd c9 c9 07 00 00"}, []string{"Hello"}},
		{"7.2.3.5 two blocks", []string{"f2 48 05 00 00 00 ff ff ca c9 c9 07 00"}, []string{"Hello"}},
		{"7.2.3.6 empty message", []string{"00"}, []string{""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for chunk := 1; chunk <= 8; chunk++ {
				var f Inflater
				f.Init(Params{}, true, 0)
				for i, m := range c.messages {
					got, err := inflateAll(&f, unhex(t, m), chunk, 3)
					if err != nil || string(got) != c.want[i] {
						t.Fatalf("chunks of %d, message %d: %q, %v", chunk, i, got, err)
					}
				}
			}
		})
	}
}

// What RFC 7692 section 7.2.3 says of the other direction: an empty message is one zero byte.
func TestDeflateEmptyMessage(t *testing.T) {
	for level := FastestLevel; level <= BestLevel; level++ {
		var d Deflater
		d.Init(Params{}, true, level)
		if got := d.Compress(nil, nil, true); !bytes.Equal(got, []byte{0}) {
			t.Errorf("level %d: % x", level, got)
		}
		d.Compress(nil, []byte("something"), false)
		if got := d.Compress(nil, nil, true); !bytes.Equal(got, []byte{0}) {
			t.Errorf("level %d, after a piece: % x", level, got)
		}
	}
}

// sample makes text that compresses somewhat, as JSON does.
func sample(r *rand.Rand, n int) []byte {
	var b bytes.Buffer
	for b.Len() < n {
		fmt.Fprintf(&b, `{"id":%d,"user":"user%d","event":%q,"price":%.2f,"ok":%v}`, r.Intn(100000), r.Intn(50),
			[]string{"trade", "quote", "cancel", "heartbeat"}[r.Intn(4)], r.Float64()*100, r.Intn(2) == 0)
	}
	return b.Bytes()[:n]
}

func noise(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	r.Read(b)
	return b
}

// mixed makes a message of some kind and length, more often a small one.
func mixed(r *rand.Rand) []byte {
	n := r.Intn(1 << (1 + r.Intn(17)))
	switch r.Intn(5) {
	case 0:
		return noise(r, n)
	case 1:
		return bytes.Repeat([]byte{byte(r.Intn(256))}, n)
	case 2:
		unit := noise(r, 1+r.Intn(300))
		return bytes.Repeat(unit, n/len(unit)+1)[:n]
	}
	return sample(r, n)
}

// allParams are all combinations of takeover and some windows.
func allParams() []Params {
	var all []Params
	for _, takeover := range []bool{true, false} {
		for bits := MinBits; bits <= MaxBits; bits++ {
			all = append(all, Params{
				ServerNoContextTakeover: !takeover, ClientNoContextTakeover: !takeover,
				ServerMaxWindowBits: bits, ClientMaxWindowBits: bits,
			})
		}
	}
	return all
}

// What one side deflates the other inflates, and no match goes back further than was agreed:
// an Inflater refuses that.
func TestRoundTrip(t *testing.T) {
	for _, p := range allParams() {
		for _, level := range []int{1, 2, 5, 6, 7, 9} {
			t.Run(fmt.Sprintf("%s/level %d", p, level), func(t *testing.T) {
				r := rand.New(rand.NewSource(int64(level)))
				var d Deflater
				var f Inflater
				d.Init(p, true, level)
				f.Init(p, false, 0)
				f.win.max = 1 << p.ServerMaxWindowBits // strictly
				rounds := 30
				if testing.Short() {
					rounds = 6
				}
				for i := range rounds {
					m := mixed(r)
					var wire []byte
					for rest := m; ; {
						n := min(len(rest), 1+r.Intn(1<<(1+r.Intn(17))))
						wire = d.Compress(wire, rest[:n], n == len(rest))
						if rest = rest[n:]; len(rest) == 0 {
							break
						}
					}
					got, err := inflateAll(&f, wire, 1+r.Intn(len(wire)), 1+r.Intn(70000))
					if err != nil || !bytes.Equal(got, m) {
						t.Fatalf("message %d of %d bytes: %d bytes came back, %v", i, len(m), len(got), err)
					}
					if !p.ServerNoContextTakeover {
						continue
					}
					if d.win.buf != nil || f.win.buf != nil || f.z != nil {
						t.Fatal("history kept without context takeover")
					}
				}
				if cap(d.win.buf) > 1<<p.ServerMaxWindowBits || cap(f.win.buf) > 1<<max(p.ServerMaxWindowBits, 9) {
					t.Errorf("histories of %d and %d bytes", cap(d.win.buf), cap(f.win.buf))
				}
				if f.z != nil {
					t.Error("an inflate state is held between messages")
				}
			})
		}
	}
}
