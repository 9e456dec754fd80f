package h1

import (
	"strings"

	wire "github.com/golws/golws/core/wire/h1"
)

// Token is a header, or another part of a head, by lws's number for it
// (lws-http.h, enum lws_token_indexes). Those that are field names are
// wire.Token's values.
type Token int

// The tokens that are not field names.
const (
	TokenGetURI              Token = 0
	TokenPostURI             Token = 1
	TokenOptionsURI          Token = 2
	TokenHTTP                Token = 15 // the version; on a client "200 OK"
	TokenPatchURI            Token = 73
	TokenPutURI              Token = 74
	TokenDeleteURI           Token = 75
	TokenURIArgs             Token = 76
	TokenHTTP10              Token = 79 // there is one on HTTP/1.0 requests
	TokenConnect             Token = 81
	TokenHeadURI             Token = 82
	TokenClientSentProtocols Token = 88
	TokenClientPeerAddress   Token = 89
	TokenClientURI           Token = 90
	TokenClientHost          Token = 91
	TokenClientOrigin        Token = 92
	TokenClientMethod        Token = 93
)

// Method is lws's number of a request method (LWSHUMETH_…), -1 for others.
type Method int

var methods = []struct {
	name  string
	token Token
}{ // in the order of LWSHUMETH_…
	{"GET", TokenGetURI}, {"POST", TokenPostURI}, {"OPTIONS", TokenOptionsURI}, {"PUT", TokenPutURI},
	{"PATCH", TokenPatchURI}, {"DELETE", TokenDeleteURI}, {"CONNECT", TokenConnect}, {"HEAD", TokenHeadURI},
}

// URI is the request's method by lws's number and its path: decoded,
// normalised and without arguments. The method is -1 where there is no request.
func (x *Exchange) URI() (Method, []byte) {
	m := methodOf(x.Head().Method)
	if m < 0 {
		return -1, nil
	}
	return m, x.path()
}

// methodOf is -1 for methods that lws has no number for.
func methodOf(name string) Method {
	for i := range methods {
		if methods[i].name == name {
			return Method(i)
		}
	}
	return -1
}

// path is the request's, the authority for CONNECT.
func (x *Exchange) path() []byte {
	h := x.Head()
	if h.Form == wire.FormAuthority {
		return h.Authority
	}
	return h.Path
}

// Fragments is how many values t has: one for each line of a header, one for
// each URL argument.
func (x *Exchange) Fragments(t Token) int {
	n := 0
	switch {
	case t == TokenURIArgs:
		return x.Head().Args()
	case fieldToken(t):
		f := &x.Head().Fields
		for i := f.Next(wire.Token(t), -1); i >= 0; i = f.Next(wire.Token(t), i) {
			n++
		}
	default:
		if x.part(t) != nil {
			n = 1
		}
	}
	return n
}

// Fragment is value n of t, nil where there is none. It holds as long as the
// head does.
func (x *Exchange) Fragment(t Token, n int) []byte {
	if n < 0 {
		return nil
	}
	switch {
	case t == TokenURIArgs:
		if n < x.Head().Args() {
			return x.Head().ArgAt(n)
		}
	case fieldToken(t):
		f := &x.Head().Fields
		for i := f.Next(wire.Token(t), -1); i >= 0; i = f.Next(wire.Token(t), i) {
			if n == 0 {
				_, v := f.At(i)
				return v
			}
			n--
		}
	case n == 0:
		return x.part(t)
	}
	return nil
}

// AppendToken appends all values of t joined to one, as lws_hdr_copy gives
// them: "&" stands between URL arguments, "; " between cookies and ", " between
// the lines of other headers.
func (x *Exchange) AppendToken(dst []byte, t Token) []byte {
	for i, n := 0, x.Fragments(t); i < n; i++ {
		if i > 0 {
			dst = append(dst, separator(t)...)
		}
		dst = append(dst, x.Fragment(t, i)...)
	}
	return dst
}

// TokenLen is the length of what AppendToken appends.
func (x *Exchange) TokenLen(t Token) int {
	sum := 0
	for i, n := 0, x.Fragments(t); i < n; i++ {
		if i > 0 {
			sum += len(separator(t))
		}
		sum += len(x.Fragment(t, i))
	}
	return sum
}

func separator(t Token) string {
	switch t {
	case TokenURIArgs:
		return "&"
	case Token(wire.TokenCookie):
		return "; "
	}
	return ", "
}

// part is a token that is not a field.
func (x *Exchange) part(t Token) []byte {
	h := x.Head()
	if t == TokenHTTP {
		switch {
		case h.Status != 0:
			b := append(make([]byte, 0, 4+len(h.Reason)), byte('0'+h.Status/100), byte('0'+h.Status/10%10), byte('0'+h.Status%10), ' ')
			return append(b, h.Reason...)
		case h.Method != "":
			return []byte("HTTP/1." + string(rune('0'+h.Minor)))
		}
		return nil
	}
	if t == TokenHTTP10 && h.Method != "" && h.Minor == 0 {
		return []byte("HTTP/1.0")
	}
	for i := range methods {
		if methods[i].token == t {
			if h.Method != methods[i].name {
				return nil
			}
			return x.path()
		}
	}
	if x.client == nil {
		return nil
	}
	s := ""
	switch t {
	case TokenClientSentProtocols:
		s = x.client.Protocols
	case TokenClientPeerAddress:
		s = x.client.Address
	case TokenClientURI:
		s = x.client.Path
	case TokenClientHost:
		s = x.client.Host
	case TokenClientOrigin:
		s = x.client.Origin
	case TokenClientMethod:
		s = x.client.Method
	}
	if s == "" {
		return nil
	}
	return []byte(s)
}

func fieldToken(t Token) bool { return t > 0 && t < 256 && wire.Token(t).String() != "" }

// Custom is the first value of a header by its name, in any case, with or
// without the colon behind it; nil where there is none.
func (x *Exchange) Custom(name string) []byte {
	return x.Head().Fields.Get(strings.TrimSuffix(name, ":"))
}

// Arg is the decoded value of the first URL argument of that name, with or
// without a "=" behind it.
func (x *Exchange) Arg(name string) (value []byte, ok bool) {
	return x.Head().Arg(strings.TrimSuffix(name, "="))
}
