package ws

import (
	"bytes"
	"errors"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"unsafe"
)

// frame is one frame for a test; unmasked unless a peer is a client.
type frame struct {
	b0      byte
	payload string
}

const (
	wholeText = Fin | OpText
	wholeBin  = Fin | OpBinary
	ping      = Fin | OpPing
	closed    = Fin | OpClose
)

func wire(masked bool, frames ...frame) []byte {
	var b []byte
	key := [4]byte{0x37, 0xfa, 0x21, 0x3d}
	for _, f := range frames {
		b = AppendFrame(b, f.b0&Fin != 0, f.b0&0x70, f.b0&0x0F, []byte(f.payload), masked, key)
		key[0]++
	}
	return b
}

// item is a whole frame as its events told it, or the part of one that came.
type item struct {
	kind         Kind
	opcode, rsv  byte
	first, final bool
	code         uint16
	payload      string
}

// decode gives in to a new decoder, cut where cuts says (the last cut is the rest), and joins
// the pieces of each frame. rest is a frame that did not end.
func decode(t testing.TB, server bool, opt Options, in []byte, max int, cut func(left int) int) (items []item, rest *item, err error) {
	t.Helper()
	var d Decoder
	d.Init(server, opt)
	b := bytes.Clone(in)
	var payload []byte
	defer func() {
		if rest != nil {
			rest.payload = string(payload)
		}
	}()
	for len(b) > 0 {
		n := min(cut(len(b)), len(b))
		// The buffer is used again for each read, as a loop does.
		chunk := bytes.Clone(b[:n])
		b = b[n:]
		p := chunk
		for {
			ev, n, err := d.Next(p, max)
			if n > len(p) {
				t.Fatalf("took %d of %d bytes", n, len(p))
			}
			p = p[n:]
			if err != nil {
				_, n, again := d.Next([]byte{wholeText, 0}, 0)
				if again != err || n != 0 {
					t.Fatalf("after %v the decoder went on with %d, %v", err, n, again)
				}
				return items, rest, err
			}
			if ev.Kind == NeedMore {
				if len(p) != 0 {
					t.Fatalf("NeedMore with %d bytes left", len(p))
				}
				break
			}
			if max > 0 && ev.Kind == Data && len(ev.Payload) > max {
				t.Fatalf("%d bytes delivered, at most %d wanted", len(ev.Payload), max)
			}
			if cap(ev.Payload) != len(ev.Payload) {
				t.Fatal("an append to Payload would write to what follows it")
			}
			if ev.FrameStart != (rest == nil) {
				t.Fatalf("FrameStart is %v", ev.FrameStart)
			}
			if rest == nil {
				rest = &item{kind: ev.Kind, opcode: ev.Opcode, rsv: ev.Rsv, first: ev.First, code: ev.Code}
			} else if ev.First || ev.Opcode != rest.opcode || ev.Rsv != rest.rsv || ev.Kind != rest.kind {
				t.Fatalf("a later piece is %+v", ev)
			}
			payload = append(payload, ev.Payload...)
			if ev.FrameEnd != (ev.Remaining == 0) {
				t.Fatalf("FrameEnd with %d remaining", ev.Remaining)
			}
			if ev.Final && !ev.FrameEnd {
				t.Fatal("Final before FrameEnd")
			}
			if ev.FrameEnd {
				rest.final, rest.payload = ev.Final, string(payload)
				payload = payload[:0]
				items = append(items, *rest)
				rest = nil
			}
			clear(ev.Payload) // it is the receiver's
		}
		for i := range chunk {
			chunk[i] = 0xEE
		}
	}
	return items, rest, nil
}

func whole(left int) int { return left }
func bytewise(int) int   { return 1 }

func TestMessages(t *testing.T) {
	for _, c := range []struct {
		name string
		in   []frame
		want []item
	}{
		{"empty messages, 5.6", []frame{{wholeText, ""}, {wholeBin, ""}}, []item{
			{Data, OpText, 0, true, true, 0, ""}, {Data, OpBinary, 0, true, true, 0, ""}}},
		{"fragments, 5.4", []frame{{OpText, "a"}, {0, ""}, {0, "bc"}, {Fin, "d"}}, []item{
			{Data, OpText, 0, true, false, 0, "a"}, {Data, OpText, 0, false, false, 0, ""},
			{Data, OpText, 0, false, false, 0, "bc"}, {Data, OpText, 0, false, true, 0, "d"}}},
		{"control frames between fragments, 5.4", []frame{{OpBinary, "a"}, {ping, "p"}, {Fin | OpPong, ""}, {Fin, "b"}, {wholeBin, "c"}}, []item{
			{Data, OpBinary, 0, true, false, 0, "a"}, {Ping, OpPing, 0, true, true, 0, "p"}, {Pong, OpPong, 0, true, true, 0, ""},
			{Data, OpBinary, 0, false, true, 0, "b"}, {Data, OpBinary, 0, true, true, 0, "c"}}},
		{"a character over fragments with a ping in it, 8.1", []frame{{OpText, "\xe2\x82"}, {ping, "\xff"}, {Fin, "\xac"}}, []item{
			{Data, OpText, 0, true, false, 0, "\xe2\x82"}, {Ping, OpPing, 0, true, true, 0, "\xff"}, {Data, OpText, 0, false, true, 0, "\xac"}}},
		{"longest control payload, 5.5", []frame{{ping, strings.Repeat("x", 125)}}, []item{
			{Ping, OpPing, 0, true, true, 0, strings.Repeat("x", 125)}}},
		{"close without a code, 7.1.5", []frame{{closed, ""}}, []item{{Close, OpClose, 0, true, true, 1005, ""}}},
		{"close with a reason, 5.5.1", []frame{{closed, "\x03\xe8bye \u20ac"}}, []item{{Close, OpClose, 0, true, true, 1000, "\x03\xe8bye \u20ac"}}},
		{"what follows close is dropped, 5.5.1", []frame{{closed, "\x0f\xa0"}, {0xFF, "x"}, {wholeText, "y"}}, []item{{Close, OpClose, 0, true, true, 4000, "\x0f\xa0"}}},
		{"compressed text is not looked at, RFC 7692", []frame{{RSV1 | OpText, "\xff"}, {Fin, "\xfe"}, {wholeText, "ok"}}, []item{
			{Data, OpText, RSV1, true, false, 0, "\xff"}, {Data, OpText, RSV1, false, true, 0, "\xfe"}, {Data, OpText, 0, true, true, 0, "ok"}}},
		{"a length of 16 bits", []frame{{wholeBin, strings.Repeat("x", 65535)}}, []item{{Data, OpBinary, 0, true, true, 0, strings.Repeat("x", 65535)}}},
		{"a length of 64 bits", []frame{{wholeBin, strings.Repeat("x", 65536)}}, []item{{Data, OpBinary, 0, true, true, 0, strings.Repeat("x", 65536)}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, server := range []bool{true, false} {
				for name, cut := range map[string]func(int) int{"whole": whole, "bytewise": bytewise} {
					for _, max := range []int{0, 1, 7} {
						got, rest, err := decode(t, server, Options{ValidateUTF8: true, Reserved: RSV1}, wire(server, c.in...), max, cut)
						if err != nil || rest != nil || !slices.Equal(got, c.want) {
							t.Errorf("server %v, %s, pieces of %d: %+v, %v, %v", server, name, max, got, rest, err)
						}
					}
				}
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	raw := func(s string) []byte { return []byte(s) }
	opt := Options{ValidateUTF8: true, MaxMessage: 100}
	for _, c := range []struct {
		name   string
		server bool
		in     []byte
		code   uint16
	}{
		{"RSV1, 5.2", false, wire(false, frame{wholeText | RSV1, ""}), 1002},
		{"RSV2, 5.2", false, wire(false, frame{ping | RSV2, ""}), 1002},
		{"RSV3, 5.2", false, wire(false, frame{wholeText | RSV3, ""}), 1002},
		{"opcode 3, 5.2", false, wire(false, frame{Fin | 3, ""}), 1002},
		{"opcode 7, 5.2", false, wire(false, frame{Fin | 7, ""}), 1002},
		{"opcode 11, 5.2", false, wire(false, frame{Fin | 11, ""}), 1002},
		{"opcode 15, 5.2", false, wire(false, frame{Fin | 15, ""}), 1002},
		{"unmasked to a server, 5.1", true, wire(false, frame{wholeText, "x"}), 1002},
		{"masked to a client, 5.1", false, wire(true, frame{wholeText, "x"}), 1002},
		{"16-bit length for 125, 5.2", false, raw("\x82\x7e\x00\x7d" + strings.Repeat("x", 125)), 1002},
		{"64-bit length for 65535, 5.2", false, raw("\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff"), 1002},
		{"64-bit length with the top bit, 5.2", false, raw("\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00"), 1002},
		{"fragmented ping, 5.5", false, wire(false, frame{OpPing, "x"}), 1002},
		{"ping of 126 bytes, 5.5", false, wire(false, frame{ping, strings.Repeat("x", 126)}), 1002},
		{"continuation of nothing, 5.4", false, wire(false, frame{Fin, "x"}), 1002},
		{"continuation after a whole message, 5.4", false, wire(false, frame{wholeText, "x"}, frame{0, "x"}), 1002},
		{"message in a message, 5.4", false, wire(false, frame{OpText, "x"}, frame{wholeText, "y"}), 1002},
		{"close of one byte, 5.5.1", false, wire(false, frame{closed, "\x03"}), 1002},
		{"close reason not UTF-8, 5.5.1", false, wire(false, frame{closed, "\x03\xe8\xff"}), 1007},
		{"close reason cut in a character, 5.5.1", false, wire(false, frame{closed, "\x03\xe8\xe2\x82"}), 1007},
		{"text not UTF-8, 8.1", false, wire(false, frame{wholeText, "a\xffb"}), 1007},
		{"text cut in a character, 8.1", false, wire(false, frame{wholeText, "\xe2\x82"}), 1007},
		{"text cut over fragments, 8.1", false, wire(false, frame{OpText, "\xe2"}, frame{0, "\x82"}, frame{Fin, ""}), 1007},
		{"a message over the limit", false, wire(false, frame{wholeBin, strings.Repeat("x", 101)}), 1009},
		{"fragments over the limit", false, wire(false, frame{OpBinary, strings.Repeat("x", 60)}, frame{0, strings.Repeat("x", 40)}, frame{Fin, "x"}), 1009},
		{"the longest length", false, raw("\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"), 1009},
	} {
		t.Run(c.name, func(t *testing.T) {
			for name, cut := range map[string]func(int) int{"whole": whole, "bytewise": bytewise} {
				_, _, err := decode(t, c.server, opt, c.in, 0, cut)
				var e *Error
				if !errors.As(err, &e) || e.Code != c.code {
					t.Errorf("%s: %v, want %d", name, err, c.code)
				} else if len(e.Reason) == 0 || len(e.Reason) > MaxCloseReason {
					t.Errorf("reason %q does not suit a close frame", e.Reason)
				}
			}
		})
	}
}

// What two bytes of head give away is refused without waiting for the rest.
func TestRefusedByTwoBytes(t *testing.T) {
	for _, in := range []string{"\xf1\x7f", "\x83\xfe", "\x89\xfe", "\x81\x7f", "\x80\xff"} {
		if _, _, err := decode(t, true, Options{}, []byte(in), 0, bytewise); err == nil {
			t.Errorf("% x was taken", in)
		}
	}
}

// RFC 7692 section 6.1: with RSV1 negotiated it is still only for a message's first frame.
func TestReservedBitsWhereAllowed(t *testing.T) {
	all := Options{Reserved: RSV1 | RSV2 | RSV3}
	for _, c := range []struct {
		in []frame
		ok bool
	}{
		{[]frame{{OpText | RSV1, "x"}, {Fin, "y"}}, true},
		{[]frame{{OpText | RSV1, "x"}, {Fin | RSV1, "y"}}, false},
		{[]frame{{OpText, "x"}, {Fin | RSV1, "y"}}, false},
		{[]frame{{ping | RSV1, ""}}, false},
		{[]frame{{closed | RSV1, ""}}, false},
		{[]frame{{ping | RSV2, ""}, {OpText | RSV3, "x"}, {Fin | RSV2, "y"}}, true},
	} {
		if _, _, err := decode(t, false, all, wire(false, c.in...), 0, whole); (err == nil) != c.ok {
			t.Errorf("%+v: %v", c.in, err)
		}
	}
}

func TestUnknownOpcodesWhereAllowed(t *testing.T) {
	in := wire(true, frame{3, "\xff"}, frame{Fin | 15, "c"}, frame{Fin, "x"}, frame{wholeText, "t"})
	got, rest, err := decode(t, true, Options{AllowUnknownOpcode: true, ValidateUTF8: true}, in, 0, whole)
	want := []item{{Data, 3, 0, true, false, 0, "\xff"}, {Control, 15, 0, true, true, 0, "c"}, {Data, 3, 0, false, true, 0, "x"}, {Data, OpText, 0, true, true, 0, "t"}}
	if err != nil || rest != nil || !slices.Equal(got, want) {
		t.Errorf("%+v, %v, %v", got, rest, err)
	}
	for _, f := range []frame{{11, ""}, {Fin | 11, strings.Repeat("x", 126)}} {
		if _, _, err := decode(t, true, Options{AllowUnknownOpcode: true}, wire(true, f), 0, whole); err == nil {
			t.Errorf("%+v was taken: it is a control frame all the same", f)
		}
	}
}

// A wrong byte is refused when it is seen, in the middle of a frame that goes on (the Autobahn
// suite's cases 6.4).
func TestTextFailsFast(t *testing.T) {
	good, wrong := "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5", "\xf4\x90"
	in := wire(true, frame{wholeText, good + wrong + "\x80\x80edited"})
	var d Decoder
	d.Init(true, Options{ValidateUTF8: true})
	upTo := HeadLen(uint64(len(good)+10), true) + len(good) + 1
	ev, n, err := d.Next(in[:upTo], 0)
	if err != nil || n != upTo || string(ev.Payload) != good+"\xf4" {
		t.Fatalf("%q, %d, %v", ev.Payload, n, err)
	}
	if _, _, err = d.Next(in[upTo:upTo+1], 0); err != errText {
		t.Fatalf("after the wrong byte: %v", err)
	}
}

func TestTextIsNotCheckedUnasked(t *testing.T) {
	if _, _, err := decode(t, true, Options{}, wire(true, frame{wholeText, "\xff"}), 0, whole); err != nil {
		t.Error(err)
	}
}

// The limit is for a message, counts no control frames, and leaves compressed messages to
// whoever inflates them.
func TestMaxMessage(t *testing.T) {
	x50 := strings.Repeat("x", 50)
	in := wire(true, frame{OpBinary, x50}, frame{ping, x50}, frame{Fin, x50}, frame{wholeBin, x50 + x50}, frame{wholeBin | RSV1, x50 + x50 + x50})
	items, _, err := decode(t, true, Options{MaxMessage: 100, Reserved: RSV1}, in, 0, whole)
	if err != nil || len(items) != 5 {
		t.Errorf("%d frames, %v", len(items), err)
	}
}

func TestCloseEvent(t *testing.T) {
	var d Decoder
	d.Init(false, Options{})
	ev, _, err := d.Next(wire(false, frame{closed, "\x03\xe9gone"}), 0)
	if err != nil || ev.Code != CloseGoingAway || string(ev.Reason()) != "gone" {
		t.Errorf("%d %q %v", ev.Code, ev.Reason(), err)
	}
	if ev = (Event{Kind: Ping, Payload: []byte("abc")}); ev.Reason() != nil {
		t.Error("a ping has a reason")
	}
}

// The payload of a control frame that straddles reads is kept apart from the read buffer, and
// nothing of it once it is delivered.
func TestControlOverReads(t *testing.T) {
	in := wire(true, frame{ping, "first"}, frame{ping, "second"})
	var d Decoder
	d.Init(true, Options{})
	var got [][]byte
	buf := make([]byte, 3)
	for len(in) > 0 {
		n := copy(buf, in)
		in = in[n:]
		for p := buf[:n]; ; {
			ev, n, err := d.Next(p, 0)
			if err != nil {
				t.Fatal(err)
			}
			if ev.Kind == NeedMore {
				break
			}
			got = append(got, ev.Payload)
			p = p[n:]
		}
	}
	if len(got) != 2 || string(got[0]) != "first" || string(got[1]) != "second" {
		t.Errorf("%q", got)
	}
	if d.control != nil {
		t.Error("storage kept")
	}
}

// Ten thousand idle connections have a decoder each.
func TestDecoderSize(t *testing.T) {
	if size := unsafe.Sizeof(Decoder{}); size > 96 {
		t.Errorf("%d bytes", size)
	}
}

func TestDecodeAllocatesNothing(t *testing.T) {
	frames := wire(true, frame{wholeText, strings.Repeat("x", 64)}, frame{ping, "p"}, frame{OpBinary, "a"}, frame{Fin, strings.Repeat("b", 1000)})
	var d Decoder
	d.Init(true, Options{ValidateUTF8: true, MaxMessage: 1 << 20})
	buf := make([]byte, len(frames))
	events := 0
	allocs := testing.AllocsPerRun(100, func() {
		copy(buf, frames)
		for p := buf; len(p) > 0; {
			ev, n, err := d.Next(p, 0)
			if err != nil || ev.Kind == NeedMore {
				t.Fatal(ev, err)
			}
			events++
			p = p[n:]
		}
	})
	if allocs != 0 || events != 4*101 {
		t.Errorf("%v allocations, %d events", allocs, events)
	}
}

// randomStream makes a stream of frames that is mostly right, for one side or the other.
func randomStream(r *rand.Rand, masked bool) []byte {
	var b []byte
	open := false
	for range 1 + r.Intn(12) {
		f := frame{b0: []byte{OpText, OpBinary, OpPing, OpPong}[r.Intn(4)]}
		n := []int{0, 1, 5, 125, 126, 300, 70000}[r.Intn(7)]
		if IsControl(f.b0) {
			f.b0 |= Fin
			n = min(n, 125)
		} else {
			if open {
				f.b0 = 0
			}
			if open = r.Intn(2) == 0; !open {
				f.b0 |= Fin
			}
		}
		f.payload = strings.Repeat("aé€😀", n/10+1)[:n]
		if r.Intn(20) == 0 {
			f.b0 ^= 1 << r.Intn(8)
		}
		b = append(b, wire(masked, f)...)
	}
	return b
}

// Any cutting of the same bytes gives the same events. Where the stream is wrong, how much of
// the frame that is wrong was delivered before may differ, and nothing else.
func checkChunking(t *testing.T, server bool, opt Options, in []byte, max int, cut func(int) int) {
	t.Helper()
	want, wantRest, wantErr := decode(t, server, opt, in, 0, whole)
	got, rest, err := decode(t, server, opt, in, max, cut)
	if err != wantErr || !slices.Equal(got, want) {
		t.Fatalf("cut up: %d frames, %v; in one: %d frames, %v", len(got), err, len(want), wantErr)
	}
	var a, b item
	if rest != nil {
		a = *rest
	}
	if wantRest != nil {
		b = *wantRest
	}
	if err == nil && a != b || !strings.HasPrefix(a.payload, b.payload) {
		t.Fatalf("cut up, %+v is left; in one, %+v", a, b)
	}
}

func TestChunking(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	rounds := 2000
	if testing.Short() {
		rounds = 200
	}
	for i := range rounds {
		server := r.Intn(2) == 0
		in := randomStream(r, server)
		opt := Options{ValidateUTF8: r.Intn(2) == 0, MaxMessage: uint64(r.Intn(3)) * 40000, Reserved: byte(r.Intn(8)) << 4, AllowUnknownOpcode: r.Intn(4) == 0}
		longest := 1 << r.Intn(18)
		max := r.Intn(2) * (1 + r.Intn(3000))
		checkChunking(t, server, opt, in, max, func(int) int { return 1 + r.Intn(longest) })
		if i%50 == 0 {
			checkChunking(t, server, opt, in, 0, bytewise)
		}
	}
}
