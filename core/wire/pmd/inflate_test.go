package pmd

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"math/rand"
	"strings"
	"testing"
)

// reference inflates payload and the tail with compress/flate, against history. ok is false where
// that library finds it corrupt, or finds that it does not end with the tail.
func reference(payload, history []byte) (out []byte, ok bool) {
	in := append(bytes.Clone(payload), tail...)
	dict := history
	// Where blocks have BFINAL it is several streams, one after the other.
	for r := bytes.NewReader(in); ; {
		z := flate.NewReaderDict(r, dict)
		got, err := io.ReadAll(z)
		out = append(out, got...)
		if err == io.ErrUnexpectedEOF && r.Len() == 0 {
			return out, endsClean(payload, history)
		}
		if err != nil {
			return out, false
		}
		dict = append(bytes.Clone(dict), got...)
	}
}

// endsClean reports whether a payload ends at a block's end: then a final block can follow it.
func endsClean(payload, dict []byte) bool {
	in := append(bytes.Clone(payload), tail...)
	in = append(in, 0x01, 0x00, 0x00, 0xff, 0xff)
	for r := bytes.NewReader(in); ; {
		got, err := io.ReadAll(flate.NewReaderDict(r, dict))
		if err != nil {
			return false
		}
		if r.Len() == 0 {
			return true
		}
		dict = append(bytes.Clone(dict), got...)
	}
}

// deflateWith compresses messages with compress/flate as one stream and returns their payloads.
func deflateWith(t testing.TB, level int, messages ...[]byte) [][]byte {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	var payloads [][]byte
	for _, m := range messages {
		b.Reset()
		if _, err := w.Write(m); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		p, ok := bytes.CutSuffix(bytes.Clone(b.Bytes()), tail)
		if !ok {
			t.Fatal("no tail")
		}
		payloads = append(payloads, p)
	}
	return payloads
}

func TestInflateFromCompressFlate(t *testing.T) {
	r := rand.New(rand.NewSource(3))
	for level := flate.HuffmanOnly; level <= flate.BestCompression; level++ {
		var messages [][]byte
		for range 20 {
			messages = append(messages, mixed(r))
		}
		var f Inflater
		f.Init(Params{}, false, 0)
		for i, payload := range deflateWith(t, level, messages...) {
			got, err := inflateAll(&f, payload, 1+r.Intn(len(payload)), 1+r.Intn(50000))
			if err != nil || !bytes.Equal(got, messages[i]) {
				t.Fatalf("level %d, message %d of %d bytes: %d, %v", level, i, len(messages[i]), len(got), err)
			}
		}
	}
}

// What comes in any pieces goes out the same, through any room.
func TestInflateChunking(t *testing.T) {
	r := rand.New(rand.NewSource(4))
	for _, m := range [][]byte{sample(r, 3000), noise(r, 3000), bytes.Repeat([]byte("ab"), 3000), append(sample(r, 70000), noise(r, 300)...)} {
		for _, level := range []int{flate.HuffmanOnly, 0, 1, 9} {
			payload := deflateWith(t, level, m)[0]
			for _, chunk := range []int{1, 2, 3, 7, 64, len(payload)} {
				for _, room := range []int{1, 2, 257, 300, 4096, 1 << 20} {
					if len(m) > 10000 && chunk*room < 64 && testing.Short() {
						continue
					}
					var f Inflater
					f.Init(Params{}, true, 0)
					got, err := inflateAll(&f, payload, chunk, room)
					if err != nil || !bytes.Equal(got, m) {
						t.Fatalf("level %d, in chunks of %d to rooms of %d: %d of %d bytes, %v", level, chunk, room, len(got), len(m), err)
					}
				}
			}
		}
	}
}

// The last bytes of a message come with Done, not before, even where they just fill dst.
func TestDoneComesWithTheLastBytes(t *testing.T) {
	for _, level := range []int{flate.HuffmanOnly, 0, 1} {
		m := bytes.Repeat([]byte("0123456789"), 100)
		payload := deflateWith(t, level, m)[0]
		var f Inflater
		f.Init(Params{}, true, 0)
		dst := make([]byte, len(m))
		if n, _, status, err := f.Inflate(dst, payload, true); err != nil || n != len(m) || status != Done {
			t.Errorf("level %d: %d bytes, status %d, %v", level, n, status, err)
		}
		n, _, status, err := f.Inflate(dst[:len(m)-1], payload, true)
		if err != nil || n != len(m)-1 || status != More {
			t.Errorf("level %d, with one byte less: %d bytes, status %d, %v", level, n, status, err)
		}
	}
}

// stream packs bits, given as 0 and 1, as RFC 1951 section 3.1.1 has them: the first lowest.
func stream(bits string) string {
	var b []byte
	n := 0
	for _, c := range strings.ReplaceAll(bits, " ", "") {
		if n%8 == 0 {
			b = append(b, 0)
		}
		b[n/8] |= byte(c-'0') << (n % 8)
		n++
	}
	return string(b)
}

func TestInflateRefusals(t *testing.T) {
	for _, c := range []struct {
		name, payload string
	}{
		// Bits as they come: numbers lowest bit first, codes highest bit first.
		{"block type 3, RFC 1951 3.2.3", stream("0 11")},
		{"stored length without its complement, 3.2.4", "\x00\x05\x00\xfb\xffHello\x00"},
		{"stored block cut short, 3.2.4", "\x00\x05\x00\xfa\xffHel"},
		{"a match before the start, 3.2.5", stream("0 10 0000001 00000 0000000 0 00")},
		{"a match before the start of what came, 3.2.5", stream("0 10 10010001 0000001 00001 0000000 0 00")},
		{"length code 286, 3.2.6", stream("0 10 10010001 11000110 00000 0000000 0 00")},
		{"distance code 30, 3.2.6", stream("0 10 10010001 0000001 11110 0000000 0 00")},
		{"287 literal codes, 3.2.7", stream("0 01 01111 00000 0000")},
		{"31 distance codes, 3.2.7", stream("0 01 00000 01111 0000")},
		{"too many codes of code lengths, 3.2.7", stream("0 01 00000 00000 0000 100 100 100 000")},
		{"too few codes of code lengths, 3.2.7", stream("0 01 00000 00000 0000 010 010 000 000")},
		{"a repeat of nothing, 3.2.7", stream("0 01 00000 00000 0000 100 100 000 000 0 00")},
		{"repeats beyond the last code, 3.2.7", stream("0 01 00000 00000 0000 000 000 100 100 1 1111111 1 1111111 1 1111111")},
		{"no distance codes and a match, 3.2.7", stream("0 01 10000 00000 0111 000 000 100 010" + strings.Repeat(" 000", 13) + " 010 0 1111111 0 1101011 11 11 10 1 0000000 0000000")},
		{"cut in a symbol", "\xf2\x48\xcd\xc9"},
	} {
		for chunk := 1; chunk < 12; chunk++ {
			var f Inflater
			f.Init(Params{}, true, 0)
			_, err := inflateAll(&f, []byte(c.payload), chunk, 100)
			var e *Error
			if !errors.As(err, &e) || e.Code != 1007 {
				t.Errorf("%s: %v", c.name, err)
				break
			}
			if _, _, _, again := f.Inflate(make([]byte, 10), []byte{0}, true); again != err {
				t.Errorf("%s: went on with %v", c.name, again)
			}
			if f.z != nil || f.win.buf != nil {
				t.Errorf("%s: holds on to its memory", c.name)
			}
		}
	}
}

// The same refusals as compress/flate has, for every payload that differs in one byte from a
// good one; and otherwise the same bytes.
func TestInflateDamaged(t *testing.T) {
	r := rand.New(rand.NewSource(5))
	good := deflateWith(t, 6, append(sample(r, 400), bytes.Repeat([]byte("z"), 300)...))[0]
	refused := 0
	for i := range good {
		for range 6 {
			payload := bytes.Clone(good)
			payload[i] ^= byte(1 + r.Intn(255))
			checkInflate(t, payload, 1+r.Intn(40), 1+r.Intn(400))
			if _, ok := reference(payload, nil); !ok {
				refused++
			}
		}
	}
	if refused == 0 {
		t.Error("no damage did any harm: the test tests nothing")
	}
}

// lenient reports what an Inflater takes and compress/flate does not: a message that ends on a
// whole byte after a block, so that it needs no tail.
func lenient(payload []byte) bool {
	z := new(inflate)
	z.reset()
	win := window{max: 1 << MaxBits}
	out := make([]byte, 4096)
	for {
		n, taken, status := z.run(&win, out, 0, payload)
		win.push(out[:n])
		payload = payload[taken:]
		if status != More {
			return status == NeedInput && z.aligned()
		}
	}
}

// checkInflate holds an Inflater against compress/flate on one payload.
func checkInflate(t *testing.T, payload []byte, chunk, room int) {
	t.Helper()
	want, ok := reference(payload, nil)
	var f Inflater
	f.Init(Params{}, true, 0)
	got, err := inflateAll(&f, payload, chunk, room)
	switch {
	case err == nil && !ok && !lenient(payload):
		t.Fatalf("% x was taken", payload)
	case err != nil && ok:
		t.Fatalf("% x was refused: %v", payload, err)
	case err == nil && ok && !bytes.Equal(got, want):
		t.Fatalf("% x: %d bytes and not %d", payload, len(got), len(want))
	case err != nil:
		var e *Error
		if !errors.As(err, &e) || e.Code != 1007 {
			t.Fatalf("% x: %v", payload, err)
		}
	}
}

// Not in RFC 7692, but sent: payloads that end on a whole byte and leave the tail out, or have
// it twice.
func TestInflateWithoutTail(t *testing.T) {
	for name, payload := range map[string]string{
		"":      "",
		"Hello": "f3 48 cd c9 c9 07 00",             // BFINAL, and nothing after it
		"hello": "ca 48 cd c9 c9 07 00 00 00 ff ff", // the tail was not taken off
	} {
		var f Inflater
		f.Init(Params{}, true, 0)
		for range 2 {
			got, err := inflateAll(&f, unhex(t, payload), 1, 2)
			if err != nil || string(got) != name {
				t.Errorf("%q: %q, %v", payload, got, err)
			}
		}
	}
}

// A peer may go back no further than its window; RFC 7692 section 7.1.2.
func TestWindowIsHeldTo(t *testing.T) {
	r := rand.New(rand.NewSource(6))
	unit := noise(r, 3000)
	payload := deflateWith(t, 9, append(bytes.Clone(unit), unit...))[0] // matches 3000 bytes back
	for bits := MinBits; bits <= MaxBits; bits++ {
		for _, chunk := range []int{1, len(payload)} {
			for _, room := range []int{100, 10000} {
				var f Inflater
				f.Init(Params{ServerMaxWindowBits: bits}, false, 0)
				_, err := inflateAll(&f, payload, chunk, room)
				if (err == nil) != (bits >= 12) {
					t.Errorf("%d bits, chunks of %d, rooms of %d: %v", bits, chunk, room, err)
				}
			}
		}
	}
}

func TestInflateLimit(t *testing.T) {
	m := bytes.Repeat([]byte("x"), 5000)
	payloads := deflateWith(t, 6, m, m)
	for _, limit := range []int{1, 4999, 5000, 5001} {
		for _, room := range []int{1, 1000, 5000, 100000} {
			var f Inflater
			f.Init(Params{}, true, uint64(limit))
			for i, p := range payloads { // each message has the whole limit
				got, err := inflateAll(&f, p, 3, room)
				var e *Error
				switch {
				case limit >= len(m) && (err != nil || !bytes.Equal(got, m)):
					t.Errorf("limit %d, rooms of %d, message %d: %d bytes, %v", limit, room, i, len(got), err)
				case limit < len(m) && (!errors.As(err, &e) || e.Code != 1009 || len(got) > limit):
					t.Errorf("limit %d, rooms of %d, message %d: %d bytes, %v", limit, room, i, len(got), err)
				}
				if err != nil {
					break
				}
			}
		}
	}
}

// Release in the middle of a message leaves nothing held.
func TestRelease(t *testing.T) {
	var f Inflater
	f.Init(Params{}, true, 0)
	payload := deflateWith(t, 6, []byte(strings.Repeat("some text ", 100)))[0]
	if _, _, _, err := f.Inflate(make([]byte, 50), payload, true); err != nil || f.z == nil {
		t.Fatal(err)
	}
	f.Release()
	if f.z != nil || f.win.buf != nil {
		t.Error("something is held")
	}
	var d Deflater
	d.Init(Params{}, true, 1)
	d.Compress(nil, []byte("some text"), false)
	d.Release()
	if d.win.buf != nil {
		t.Error("something is held")
	}
}

func TestErrorText(t *testing.T) {
	if got := errCorrupt.Error(); got != "permessage-deflate 1007: compressed message is corrupt" {
		t.Errorf("%q", got)
	}
}

// The history of a connection grows with what is sent, not to 32 KiB at once.
func TestHistoryGrows(t *testing.T) {
	var w window
	w.max = 1 << MaxBits
	var all []byte
	r := rand.New(rand.NewSource(7))
	for len(all) < 200000 {
		p := noise(r, r.Intn(1<<r.Intn(17)))
		all = append(all, p...)
		w.push(p)
		if len(w.buf) != min(len(all), w.max) || cap(w.buf) > max(256, 2*len(all)) || cap(w.buf) > w.max {
			t.Fatalf("after %d bytes: %d, room for %d", len(all), len(w.buf), cap(w.buf))
		}
		back := r.Intn(len(w.buf) + 1)
		n := r.Intn(back + 1)
		got := make([]byte, n)
		w.copyBack(got, back)
		if !bytes.Equal(got, all[len(all)-back:len(all)-back+n]) {
			t.Fatalf("copyBack of %d bytes %d back", n, back)
		}
		store := make([]byte, w.max)
		if got := w.last(store, back); !bytes.Equal(got, all[len(all)-back:]) {
			t.Fatalf("last %d", back)
		}
		if got := w.copyLast(store, w.max); !bytes.Equal(got, all[len(all)-len(w.buf):]) {
			t.Fatal("copyLast")
		}
	}
}

// One message of 1 GiB through both directions, with what they hold looked at on the way.
func TestHugeMessage(t *testing.T) {
	total := 1 << 30
	if testing.Short() || raceEnabled { // nothing here is concurrent, and the race detector takes minutes over a GiB
		total = 1 << 25
	}
	r := rand.New(rand.NewSource(8))
	piece := append(sample(r, 48<<10), noise(r, 16<<10)...)
	var d Deflater
	var f Inflater
	d.Init(Params{}, true, DefaultLevel)
	f.Init(Params{}, false, 0)
	buf := make([]byte, 16<<10)
	var frame []byte
	sent, got, compressed := 0, 0, 0
	for sent < total {
		sent += len(piece)
		final := sent >= total
		frame = d.Compress(frame[:0], piece, final)
		compressed += len(frame)
		for in := frame; ; {
			w, n, status, err := f.Inflate(buf, in, final)
			if err != nil {
				t.Fatal(err)
			}
			for out := buf[:w]; len(out) > 0; {
				at := got % len(piece)
				n := min(len(out), len(piece)-at)
				if !bytes.Equal(out[:n], piece[at:at+n]) {
					t.Fatalf("wrong bytes after %d", got)
				}
				out = out[n:]
				got += n
			}
			in = in[n:]
			if status == Done != (final && got == sent) {
				t.Fatalf("status %d after %d bytes of %d", status, got, total)
			}
			if status != More {
				break
			}
		}
		if cap(frame) > 4*len(piece) || cap(d.win.buf) > fastHistory || cap(f.win.buf) > 1<<MaxBits {
			t.Fatalf("after %d bytes: a frame of %d, histories of %d and %d", sent, cap(frame), cap(d.win.buf), cap(f.win.buf))
		}
	}
	if got != sent || compressed > sent {
		t.Errorf("%d bytes sent as %d, %d received", sent, compressed, got)
	}
	if f.z != nil {
		t.Error("an inflate state is held between messages")
	}
}
