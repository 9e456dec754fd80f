package ws

import (
	"bytes"
	"encoding/hex"
	"testing"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(string(bytes.ReplaceAll([]byte(s), []byte(" "), nil)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The example frames of RFC 6455 section 5.7, both ways.
func TestFramesOfSection5_7(t *testing.T) {
	key := [4]byte{0x37, 0xfa, 0x21, 0x3d}
	long256 := bytes.Repeat([]byte{'x'}, 256)
	long64k := bytes.Repeat([]byte{'x'}, 65536)
	for _, c := range []struct {
		name    string
		wire    []byte
		fin     bool
		opcode  byte
		payload []byte
		masked  bool
		kind    Kind
	}{
		{"unmasked text", unhex(t, "81 05 48 65 6c 6c 6f"), true, OpText, []byte("Hello"), false, Data},
		{"masked text", unhex(t, "81 85 37 fa 21 3d 7f 9f 4d 51 58"), true, OpText, []byte("Hello"), true, Data},
		{"first fragment", unhex(t, "01 03 48 65 6c"), false, OpText, []byte("Hel"), false, Data},
		{"ping", unhex(t, "89 05 48 65 6c 6c 6f"), true, OpPing, []byte("Hello"), false, Ping},
		{"masked pong", unhex(t, "8a 85 37 fa 21 3d 7f 9f 4d 51 58"), true, OpPong, []byte("Hello"), true, Pong},
		{"256 bytes binary", append(unhex(t, "82 7e 01 00"), long256...), true, OpBinary, long256, false, Data},
		{"64 KiB binary", append(unhex(t, "82 7f 00 00 00 00 00 01 00 00"), long64k...), true, OpBinary, long64k, false, Data},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := AppendFrame(nil, c.fin, 0, c.opcode, c.payload, c.masked, key)
			if !bytes.Equal(got, c.wire) {
				t.Fatalf("AppendFrame made % x", got[:min(len(got), 16)])
			}
			if n := HeadLen(uint64(len(c.payload)), c.masked); n != len(got)-len(c.payload) {
				t.Errorf("HeadLen = %d", n)
			}
			var d Decoder
			d.Init(c.masked, Options{ValidateUTF8: true})
			ev, n, err := d.Next(got, 0)
			if err != nil || n != len(got) || ev.Kind != c.kind || ev.Opcode != c.opcode || !bytes.Equal(ev.Payload, c.payload) || ev.Final != c.fin {
				t.Fatalf("Next = %+v, %d, %v", ev, n, err)
			}
		})
	}
}

// The lengths on each side of a change of the length's encoding, RFC 6455 section 5.2.
func TestHeadLengths(t *testing.T) {
	for _, c := range []struct {
		n    uint64
		head string
	}{
		{0, "8200"},
		{125, "827d"},
		{126, "827e007e"},
		{65535, "827effff"},
		{65536, "827f0000000000010000"},
		{MaxLength, "827f7fffffffffffffff"},
	} {
		if got := hex.EncodeToString(AppendHead(nil, true, 0, OpBinary, c.n, false, [4]byte{})); got != c.head {
			t.Errorf("head for %d is %s, want %s", c.n, got, c.head)
		}
		key := [4]byte{1, 2, 3, 4}
		masked := AppendHead(nil, true, 0, OpBinary, c.n, true, key)
		if len(masked) != HeadLen(c.n, true) || !bytes.Equal(masked[len(masked)-4:], key[:]) || masked[1]&0x80 == 0 {
			t.Errorf("masked head for %d is % x", c.n, masked)
		}
	}
}

func TestHeadKeepsReservedBitsOnly(t *testing.T) {
	if got := AppendHead(nil, false, RSV1|RSV3, OpText, 0, false, [4]byte{}); got[0] != 0x51 {
		t.Errorf("first byte %#x", got[0])
	}
	if got := AppendHead(nil, false, 0x8F, OpText, 0, false, [4]byte{}); got[0] != 0x01 {
		t.Errorf("first byte %#x: rsv must not set FIN or the opcode", got[0])
	}
}

func BenchmarkPutHead(b *testing.B) {
	var h [MaxHead]byte
	for b.Loop() {
		PutHead(h[:], true, 0, OpText, 64, false, [4]byte{})
	}
}
