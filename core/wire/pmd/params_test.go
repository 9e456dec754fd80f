package pmd

import (
	"errors"
	"slices"
	"testing"
)

func TestParseOffers(t *testing.T) {
	for _, c := range []struct {
		header string
		want   []Params
		err    error
	}{
		// RFC 7692 section 7.1, and what browsers send.
		{"permessage-deflate", []Params{{}}, nil},
		{"permessage-deflate; client_max_window_bits", []Params{{ClientMaxWindowBits: AnyBits}}, nil},
		{"permessage-deflate; client_max_window_bits; server_max_window_bits=10", []Params{{ClientMaxWindowBits: AnyBits, ServerMaxWindowBits: 10}}, nil},
		{"permessage-deflate; server_max_window_bits=10, permessage-deflate", []Params{{ServerMaxWindowBits: 10}, {}}, nil},
		{`permessage-deflate; client_max_window_bits="15"; server_no_context_takeover;client_no_context_takeover`,
			[]Params{{ServerNoContextTakeover: true, ClientNoContextTakeover: true, ClientMaxWindowBits: 15}}, nil},
		{`permessage-deflate; client_max_window_bits="1\5"`, []Params{{ClientMaxWindowBits: 15}}, nil},
		{"foo, permessage-deflate;server_max_window_bits=8\t,, bar; x=\"y\"", []Params{{ServerMaxWindowBits: 8}}, nil},
		{"x-webkit-deflate-frame", nil, nil},

		// Offers that a server has to decline, one by one, section 7.1.
		{"permessage-deflate; unknown, permessage-deflate", []Params{{}}, nil},
		{"permessage-deflate; server_no_context_takeover=1", nil, nil},
		{"permessage-deflate; client_no_context_takeover=\"x\"", nil, nil},
		{"permessage-deflate; server_no_context_takeover; server_no_context_takeover", nil, nil},
		{"permessage-deflate; client_max_window_bits; client_max_window_bits=10", nil, nil},
		{"permessage-deflate; server_max_window_bits", nil, nil},
		{"permessage-deflate; server_max_window_bits=7", nil, nil},
		{"permessage-deflate; server_max_window_bits=16", nil, nil},
		{"permessage-deflate; server_max_window_bits=08", nil, nil},
		{"permessage-deflate; server_max_window_bits=+9", nil, nil},
		{"permessage-deflate; server_max_window_bits=10a", nil, nil},
		{"permessage-deflate; client_max_window_bits=100", nil, nil},
		{"permessage-deflate; client_max_window_bits=1", nil, nil},
		{"permessage-deflate; Client_Max_Window_Bits", nil, nil},
		{"Permessage-Deflate", nil, nil},

		{"", nil, ErrSyntax},
		{" , ", nil, ErrSyntax},
		{"permessage-deflate;", nil, ErrSyntax},
		{"permessage-deflate; ; x", nil, ErrSyntax},
		{"permessage-deflate; client_max_window_bits=", nil, ErrSyntax},
		{"permessage-deflate; client_max_window_bits=\"\"", nil, ErrSyntax},
		{"permessage-deflate; client_max_window_bits=\"10", nil, ErrSyntax},
		{"permessage-deflate; client_max_window_bits=\"1 0\"", nil, ErrSyntax},
		{"permessage-deflate; client_max_window_bits=\"10\\", nil, ErrSyntax},
		{"permessage-deflate x", nil, ErrSyntax},
		{"permessage-deflate, foo;", nil, ErrSyntax},
		{"; permessage-deflate", nil, ErrSyntax},
		{"permessage-deflate\x00", nil, ErrSyntax},
	} {
		got, err := ParseOffers(c.header)
		if !slices.Equal(got, c.want) || err != c.err {
			t.Errorf("ParseOffers(%q) = %+v, %v", c.header, got, err)
		}
	}
}

func TestAccept(t *testing.T) {
	const name = "permessage-deflate"
	for _, c := range []struct {
		offer  string
		config Config
		want   string
	}{
		{name, Config{}, name},
		{name + "; client_max_window_bits", Config{}, name},
		// 7.1.1.1: the server agrees by answering; it may also say so unasked.
		{name + "; server_no_context_takeover", Config{}, name + "; server_no_context_takeover"},
		{name, Config{ServerNoContextTakeover: true}, name + "; server_no_context_takeover"},
		// 7.1.1.2
		{name + "; client_no_context_takeover", Config{}, name + "; client_no_context_takeover"},
		{name, Config{ClientNoContextTakeover: true}, name + "; client_no_context_takeover"},
		// 7.1.2.1
		{name + "; server_max_window_bits=15", Config{}, name + "; server_max_window_bits=15"},
		{name + "; server_max_window_bits=10", Config{}, name + "; server_max_window_bits=10"},
		{name + "; server_max_window_bits=8", Config{ServerMaxWindowBits: 12}, name + "; server_max_window_bits=8"},
		{name + "; server_max_window_bits=12", Config{ServerMaxWindowBits: 9}, name + "; server_max_window_bits=9"},
		{name, Config{ServerMaxWindowBits: 9}, name + "; server_max_window_bits=9"},
		// 7.1.2.2: only where it was offered, and no more than was offered.
		{name, Config{ClientMaxWindowBits: 9}, name},
		{name + "; client_max_window_bits", Config{ClientMaxWindowBits: 9}, name + "; client_max_window_bits=9"},
		{name + "; client_max_window_bits=10", Config{}, name + "; client_max_window_bits=10"},
		{name + "; client_max_window_bits=10", Config{ClientMaxWindowBits: 12}, name + "; client_max_window_bits=10"},
		{name + "; client_max_window_bits=12", Config{ClientMaxWindowBits: 10}, name + "; client_max_window_bits=10"},
		// The first that is good.
		{name + "; server_max_window_bits=99, " + name + "; server_max_window_bits=9, " + name, Config{}, name + "; server_max_window_bits=9"},
	} {
		offers, err := ParseOffers(c.offer)
		if err != nil {
			t.Fatal(err)
		}
		if agreed, ok := Accept(offers, c.config); !ok || agreed.String() != c.want {
			t.Errorf("Accept(%q, %+v) = %q, %v", c.offer, c.config, agreed, ok)
		}
	}
	if _, ok := Accept(nil, Config{}); ok {
		t.Error("nothing was offered and something accepted")
	}
}

func TestCheckResponse(t *testing.T) {
	const name = "permessage-deflate"
	all := Config{ServerNoContextTakeover: true, ClientNoContextTakeover: true, ServerMaxWindowBits: 10, ClientMaxWindowBits: 11}
	for _, c := range []struct {
		config   Config
		response string
		want     Params
		ok       bool
		err      error
	}{
		{Config{}, "", Params{}, false, nil},
		{Config{}, name, Params{}, true, nil},
		{Config{}, name + "; server_no_context_takeover; client_no_context_takeover; client_max_window_bits=9; server_max_window_bits=8",
			Params{true, true, 8, 9}, true, nil},
		{all, name + "; server_no_context_takeover; server_max_window_bits=10", Params{true, true, 10, 11}, true, nil},
		{all, name + "; server_no_context_takeover; server_max_window_bits=9; client_max_window_bits=8; client_no_context_takeover", Params{true, true, 9, 8}, true, nil},

		{all, name + "; server_max_window_bits=10", Params{}, false, ErrResponse},
		{all, name + "; server_no_context_takeover", Params{}, false, ErrResponse},
		{all, name + "; server_no_context_takeover; server_max_window_bits=11", Params{}, false, ErrResponse},
		{all, name + "; server_no_context_takeover; server_max_window_bits=10; client_max_window_bits=12", Params{}, false, ErrResponse},
		{Config{}, name + "; client_max_window_bits", Params{}, false, ErrResponse},
		{Config{}, name + "; server_max_window_bits", Params{}, false, ErrResponse},
		{Config{}, name + "; server_max_window_bits=7", Params{}, false, ErrResponse},
		{Config{}, name + "; server_max_window_bits=9; server_max_window_bits=9", Params{}, false, ErrResponse},
		{Config{}, name + "; unknown", Params{}, false, ErrResponse},
		{Config{}, name + ", " + name, Params{}, false, ErrResponse},
		{Config{}, "x-webkit-deflate-frame", Params{}, false, ErrResponse},
		{Config{}, name + ", foo", Params{}, false, ErrResponse},
		{Config{}, name + ";", Params{}, false, ErrSyntax},
		{Config{}, name + ", foo=", Params{}, false, ErrSyntax},
	} {
		got, ok, err := CheckResponse(c.response, c.config)
		if got != c.want || ok != c.ok || !errors.Is(err, c.err) {
			t.Errorf("CheckResponse(%q, %+v) = %+v, %v, %v", c.response, c.config, got, ok, err)
		}
	}
}

// Whatever a client and a server want, they come to terms, and both see the same terms.
func TestNegotiation(t *testing.T) {
	var configs []Config
	for i := range 4 {
		for _, server := range []int{0, 8, 9, 12, 15} {
			for _, client := range []int{0, 8, 11, 15} {
				configs = append(configs, Config{i&1 != 0, i&2 != 0, server, client})
			}
		}
	}
	for _, client := range configs {
		for _, server := range configs {
			offers, err := ParseOffers(Offer(client))
			if err != nil || len(offers) != 1 {
				t.Fatalf("%q: %v", Offer(client), err)
			}
			agreed, ok := Accept(offers, server)
			if !ok {
				t.Fatalf("%q declined", Offer(client))
			}
			response := agreed.String()
			seen, ok, err := CheckResponse(response, client)
			if err != nil || !ok {
				t.Fatalf("%q answered with %q: %v", Offer(client), response, err)
			}
			for _, side := range []bool{true, false} {
				a, takeover := agreed.sending(side)
				b, seenTakeover := seen.receiving(!side)
				if a != b || takeover != seenTakeover {
					t.Fatalf("%q answered with %q: %d %v and %d %v", Offer(client), response, a, takeover, b, seenTakeover)
				}
			}
		}
	}
}
