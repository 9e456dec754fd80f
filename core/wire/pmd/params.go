package pmd

import (
	"errors"
	"strconv"
	"strings"
)

// Name is the extension's name (RFC 7692 section 7).
const Name = "permessage-deflate"

// The names of the extension's parameters, RFC 7692 sections 7.1.1 and 7.1.2.
const (
	serverNoContextTakeover = "server_no_context_takeover"
	clientNoContextTakeover = "client_no_context_takeover"
	serverMaxWindowBits     = "server_max_window_bits"
	clientMaxWindowBits     = "client_max_window_bits"
)

// Window sizes are 2 to the power of these (RFC 7692 section 7.1.2).
const (
	MinBits = 8
	MaxBits = 15
)

// AnyBits is the value of Params.ClientMaxWindowBits in an offer that has the parameter without
// a value: the client can be told any size (RFC 7692 section 7.1.2.2).
const AnyBits = -1

// Params is one element permessage-deflate of Sec-WebSocket-Extensions: a client's offer, or
// what was agreed.
type Params struct {
	ServerNoContextTakeover bool // the server forgets its history after each message (7.1.1.1)
	ClientNoContextTakeover bool // the client does (7.1.1.2)
	ServerMaxWindowBits     int  // 8–15, or 0 where the parameter is absent: as 15 (7.1.2.1)
	ClientMaxWindowBits     int  // likewise, or AnyBits in an offer (7.1.2.2)
}

// sending gives the window and the context takeover of what this side compresses.
func (p Params) sending(server bool) (bits int, takeover bool) {
	if server {
		return windowBits(p.ServerMaxWindowBits), !p.ServerNoContextTakeover
	}
	return windowBits(p.ClientMaxWindowBits), !p.ClientNoContextTakeover
}

// receiving gives the same of what the peer compresses.
func (p Params) receiving(server bool) (bits int, takeover bool) { return p.sending(!server) }

func windowBits(param int) int {
	if param < MinBits || param > MaxBits {
		return MaxBits
	}
	return param
}

// String is p as an element of Sec-WebSocket-Extensions.
func (p Params) String() string {
	b := []byte(Name)
	if p.ServerNoContextTakeover {
		b = append(b, "; "+serverNoContextTakeover...)
	}
	if p.ClientNoContextTakeover {
		b = append(b, "; "+clientNoContextTakeover...)
	}
	if p.ServerMaxWindowBits != 0 {
		b = append(b, "; "+serverMaxWindowBits+"="...)
		b = strconv.AppendInt(b, int64(p.ServerMaxWindowBits), 10)
	}
	switch p.ClientMaxWindowBits {
	case 0:
	case AnyBits:
		b = append(b, "; "+clientMaxWindowBits...)
	default:
		b = append(b, "; "+clientMaxWindowBits+"="...)
		b = strconv.AppendInt(b, int64(p.ClientMaxWindowBits), 10)
	}
	return string(b)
}

// Config is what an endpoint wants of the extension. The zero value takes what RFC 7692 gives
// without asking: both sides keep their context, in windows of 32 KiB.
type Config struct {
	ServerNoContextTakeover bool
	ClientNoContextTakeover bool
	// ServerMaxWindowBits and ClientMaxWindowBits are the largest windows wanted, 8–15; 0 is 15.
	ServerMaxWindowBits int
	ClientMaxWindowBits int
}

// ErrSyntax is a Sec-WebSocket-Extensions value that is not what RFC 6455 section 9.1 allows.
var ErrSyntax = errors.New("permessage-deflate: malformed Sec-WebSocket-Extensions")

// ErrResponse is a server's answer that a client must fail the connection for (RFC 7692
// section 7.1); errors of CheckResponse wrap it.
var ErrResponse = errors.New("permessage-deflate: server answered with an extension or a parameter that was not offered or not valid")

// ParseOffers reads a request's Sec-WebSocket-Extensions (several such headers are to be joined
// with commas first) and returns the offers of permessage-deflate that a server may accept, in
// the client's order. Other extensions are passed over, and so are offers with a parameter
// that is unknown, twice there, or of a wrong value, as a server has to decline those (RFC 7692
// section 7.1). The only error is ErrSyntax.
func ParseOffers(header string) ([]Params, error) {
	var offers []Params
	err := eachExtension(header, func(name string, params []param) error {
		if name != Name {
			return nil
		}
		if p, ok := readParams(params, true); ok {
			offers = append(offers, p)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return offers, nil
}

// Accept is a server's choice among offers: the first; agreed.String() is the element for its
// Sec-WebSocket-Extensions. A client that did not offer client_max_window_bits cannot be told a
// window size; it is then taken with 32 KiB, whatever the configuration would like better.
func Accept(offers []Params, c Config) (agreed Params, ok bool) {
	if len(offers) == 0 {
		return Params{}, false
	}
	o := offers[0]
	agreed.ServerNoContextTakeover = o.ServerNoContextTakeover || c.ServerNoContextTakeover
	agreed.ClientNoContextTakeover = o.ClientNoContextTakeover || c.ClientNoContextTakeover
	// Section 7.1.2.1: what was asked for is to be answered, with as much or less.
	bits := min(windowBits(o.ServerMaxWindowBits), windowBits(c.ServerMaxWindowBits))
	if o.ServerMaxWindowBits != 0 || bits < MaxBits {
		agreed.ServerMaxWindowBits = bits
	}
	// Section 7.1.2.2: only a client that offered the parameter may get it.
	bits = min(windowBits(o.ClientMaxWindowBits), windowBits(c.ClientMaxWindowBits))
	if o.ClientMaxWindowBits != 0 && bits < MaxBits {
		agreed.ClientMaxWindowBits = bits
	}
	return agreed, true
}

// Offer is a client's element for Sec-WebSocket-Extensions. It always has
// client_max_window_bits, so that a server may choose.
func Offer(c Config) string {
	return c.offer().String()
}

func (c Config) offer() Params {
	p := Params{
		ServerNoContextTakeover: c.ServerNoContextTakeover,
		ClientNoContextTakeover: c.ClientNoContextTakeover,
		ClientMaxWindowBits:     AnyBits,
	}
	if b := windowBits(c.ServerMaxWindowBits); b < MaxBits {
		p.ServerMaxWindowBits = b
	}
	if b := windowBits(c.ClientMaxWindowBits); b < MaxBits {
		p.ClientMaxWindowBits = b
	}
	return p
}

// CheckResponse reads the Sec-WebSocket-Extensions of the answer to Offer(c). ok is false where
// the server declined: the header is empty. On an error (ErrSyntax, or ErrResponse wrapped) the
// client has to fail the connection: another extension, the extension twice, an unknown,
// repeated or ill-valued parameter, or less than the offer asked for.
func CheckResponse(header string, c Config) (agreed Params, ok bool, err error) {
	offer := c.offer()
	err = eachExtension(header, func(name string, params []param) error {
		if name != Name || ok {
			return ErrResponse
		}
		if agreed, ok = readParams(params, false); !ok {
			return ErrResponse
		}
		return nil
	})
	if err == ErrSyntax && strings.Trim(header, " \t,") == "" {
		return Params{}, false, nil
	}
	if err != nil {
		return Params{}, false, err
	}
	switch {
	case offer.ServerNoContextTakeover && !agreed.ServerNoContextTakeover: // 7.1.1.1
		err = ErrResponse
	case offer.ServerMaxWindowBits != 0 && (agreed.ServerMaxWindowBits == 0 || agreed.ServerMaxWindowBits > offer.ServerMaxWindowBits): // 7.1.2.1
		err = ErrResponse
	case offer.ClientMaxWindowBits != AnyBits && agreed.ClientMaxWindowBits > offer.ClientMaxWindowBits: // 7.1.2.2
		err = ErrResponse
	}
	if err != nil {
		return Params{}, false, err
	}
	// What the client offered about itself holds also where the answer is silent.
	agreed.ClientNoContextTakeover = agreed.ClientNoContextTakeover || offer.ClientNoContextTakeover
	if agreed.ClientMaxWindowBits == 0 && offer.ClientMaxWindowBits != AnyBits {
		agreed.ClientMaxWindowBits = offer.ClientMaxWindowBits
	}
	return agreed, true, nil
}

// readParams reads the parameters of one element, of an offer or of a response.
func readParams(params []param, offer bool) (p Params, ok bool) {
	for i, q := range params {
		for _, earlier := range params[:i] {
			if earlier.name == q.name {
				return Params{}, false
			}
		}
		switch q.name {
		case serverNoContextTakeover:
			p.ServerNoContextTakeover, ok = true, !q.valued
		case clientNoContextTakeover:
			p.ClientNoContextTakeover, ok = true, !q.valued
		case serverMaxWindowBits:
			p.ServerMaxWindowBits, ok = readBits(q)
		case clientMaxWindowBits:
			if offer && !q.valued {
				p.ClientMaxWindowBits, ok = AnyBits, true
			} else {
				p.ClientMaxWindowBits, ok = readBits(q)
			}
		default:
			ok = false
		}
		if !ok {
			return Params{}, false
		}
	}
	return p, true
}

// readBits reads a window size: 8–15, in decimal without leading zeros (section 7.1.2).
func readBits(q param) (int, bool) {
	switch v := q.value; {
	case len(v) == 1 && (v[0] == '8' || v[0] == '9'):
		return int(v[0] - '0'), true
	case len(v) == 2 && v[0] == '1' && v[1] >= '0' && v[1] <= '5':
		return int(v[1]-'0') + 10, true
	}
	return 0, false
}
