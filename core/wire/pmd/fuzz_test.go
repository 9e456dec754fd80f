package pmd

import (
	"bytes"
	"errors"
	"testing"
)

// No payload makes an Inflater panic or give more than its limit, compress/flate agrees with
// what it makes of it, and no cutting changes that.
func FuzzInflate(f *testing.F) {
	f.Add([]byte("\xf2\x48\xcd\xc9\xc9\x07\x00"), uint16(3), uint16(2), uint16(0))
	f.Add([]byte("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"), uint16(1), uint16(9), uint16(4))
	f.Fuzz(func(t *testing.T, payload []byte, chunk, room, limit uint16) {
		if len(payload) > 1<<14 {
			return // what a block can inflate to makes the reference too slow
		}
		checkInflate(t, payload, 1+int(chunk), 1+int(room)%4096)

		var z Inflater
		z.Init(Params{ServerMaxWindowBits: MinBits + int(limit%8)}, false, uint64(limit))
		for range 2 {
			got, err := inflateAll(&z, payload, 1+int(chunk), 1+int(room)%4096)
			if limit != 0 && len(got) > int(limit) {
				t.Fatalf("%d bytes, the limit is %d", len(got), limit)
			}
			var e *Error
			if err != nil && (!errors.As(err, &e) || e.Code != 1007 && e.Code != 1009) {
				t.Fatal(err)
			}
		}
	})
}

// What is deflated inflates to the same, under any agreement.
func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte("Hello Hello, Hello"), uint16(5), byte(1), byte(15), true)
	f.Fuzz(func(t *testing.T, m []byte, cut uint16, level, bits byte, takeover bool) {
		if len(m) > 1<<16 || len(m)/(1+int(cut)) > 1000 {
			return // each piece costs the indexing of its history
		}
		p := Params{ServerNoContextTakeover: !takeover, ServerMaxWindowBits: MinBits + int(bits%8)}
		var d Deflater
		var z Inflater
		d.Init(p, true, int(level%10))
		z.Init(p, false, uint64(len(m)))
		z.win.max = 1 << p.ServerMaxWindowBits
		for range 3 {
			var wire []byte
			for rest := m; ; {
				n := min(len(rest), 1+int(cut))
				wire = d.Compress(wire, rest[:n], n == len(rest))
				if rest = rest[n:]; len(rest) == 0 {
					break
				}
			}
			got, err := inflateAll(&z, wire, 1+int(cut), 1+int(cut))
			if err != nil || !bytes.Equal(got, m) {
				t.Fatalf("%d bytes came back as %d, %v", len(m), len(got), err)
			}
		}
	})
}

// What is read from a header is written so that it reads the same, and a server never answers
// what its client would refuse.
func FuzzParams(f *testing.F) {
	f.Add("permessage-deflate; client_max_window_bits; server_max_window_bits=10, permessage-deflate", byte(0), byte(0))
	f.Add(`foo;bar="baz", permessage-deflate;server_no_context_takeover`, byte(9), byte(12))
	f.Fuzz(func(t *testing.T, header string, server, client byte) {
		offers, err := ParseOffers(header)
		if err != nil && (err != ErrSyntax || offers != nil) {
			t.Fatal(offers, err)
		}
		for _, o := range offers {
			again, err := ParseOffers(o.String())
			if err != nil || len(again) != 1 || again[0] != o {
				t.Fatalf("%+v is written %q and read %+v, %v", o, o, again, err)
			}
		}
		c := Config{server&0x40 != 0, client&0x40 != 0, int(server % 16), int(client % 16)}
		if agreed, ok := Accept(offers, c); ok {
			seen, err := ParseOffers(agreed.String())
			if err != nil || len(seen) != 1 || seen[0] != agreed || agreed.ClientMaxWindowBits == AnyBits {
				t.Fatalf("%q is answered with %q", header, agreed)
			}
		}
		if agreed, ok, err := CheckResponse(header, c); err != nil {
			if ok || err != ErrSyntax && !errors.Is(err, ErrResponse) {
				t.Fatal(ok, err)
			}
		} else if ok && (agreed.ClientMaxWindowBits == AnyBits || c.ServerNoContextTakeover && !agreed.ServerNoContextTakeover) {
			t.Fatalf("%q as an answer is %+v", header, agreed)
		}
	})
}
