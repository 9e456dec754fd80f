package h1

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/golws/golws/core/engine"
	wire "github.com/golws/golws/core/wire/h1"
)

// Flags of engine.ConnectInfo.SSL that are this role's (lws-client.h,
// LCCSCF_…).
const (
	flagFormURLEncoded = 1 << 11
	flagNoCacheControl = 1 << 13
)

// Request begins w's client exchange with what ci asks for; method "" is GET.
// The error is of ci itself. Client roles call it in Prepare.
func Request(w *engine.Wsi, ci *engine.ConnectInfo, method string) (*Exchange, error) {
	if method == "" {
		method = "GET"
	}
	host := ci.Host
	if host == "" {
		host = ci.Address
	}
	switch {
	case !wire.IsToken(method):
		return nil, fmt.Errorf("method %q is not a token", method)
	case !wire.IsFieldValue(host):
		return nil, fmt.Errorf("host %q cannot be sent", host)
	case !wire.IsFieldValue(ci.Origin):
		return nil, fmt.Errorf("origin %q cannot be sent", ci.Origin)
	case strings.Contains(ci.AuthUser, ":"):
		return nil, errors.New("a user name for basic authorization has no colon in it (RFC 7617 2)")
	}
	x := begin(w, wire.Response)
	x.client = ci
	line, err := wire.AppendRequestLine(x.scratch[:0], method, target(ci.Path))
	if err != nil {
		x.Release(w)
		return nil, err
	}
	x.Parser.SetRequestMethod(method)
	x.scratch = line[:0]
	x.ask.method = method
	x.rawOrigin = w.Context().Options().RawOrigin
	return x, nil
}

// target is a request target of a path as users write it. A whole URL stays: it
// is what a proxy is asked for (RFC 9112 section 3.2.2).
func target(path string) string {
	if path == "*" || strings.HasPrefix(path, "/") {
		return path
	}
	if scheme, _, ok := strings.Cut(path, "://"); ok && wire.IsScheme(scheme) {
		return path
	}
	return "/" + path
}

// AppendRequest appends the head that every request begins with: the request
// line, Pragma and Cache-Control, Host and Origin.
func (x *Exchange) AppendRequest(dst []byte) []byte {
	ci := x.client
	// Request has checked all of it: nothing here can fail.
	dst, _ = wire.AppendRequestLine(dst, x.ask.method, target(ci.Path))
	if ci.SSL&flagNoCacheControl == 0 {
		dst = append(dst, "Pragma: no-cache\r\nCache-Control: no-cache\r\n"...)
	}
	host := ci.Host
	if host == "" {
		host = ci.Address
		if strings.HasPrefix(host, "+") {
			host = "localhost" // a unix socket has no name to ask for
		}
	}
	dst, _ = wire.AppendField(dst, "Host", host)
	if ci.Origin != "" {
		origin := ci.Origin
		if !x.rawOrigin && !strings.Contains(origin, "://") && origin != "null" {
			origin = "http://" + origin
		}
		dst, _ = wire.AppendField(dst, "Origin", origin)
	}
	return dst
}

// AppendCustom appends authorization, the lines of the user's
// CLIENT_APPEND_HANDSHAKE_HEADER callback and the empty line. On error the
// connection is to be given up, with the error as its text.
func (x *Exchange) AppendCustom(w *engine.Wsi, dst []byte) ([]byte, error) {
	ci := x.client
	if ci.AuthUser != "" {
		auth := base64.StdEncoding.EncodeToString([]byte(ci.AuthUser + ":" + ci.AuthPass))
		dst, _ = wire.AppendField(dst, "Authorization", "Basic "+auth)
	}
	start := len(dst)
	hb := engine.HeaderBuffer{B: dst[start:start:cap(dst)], Max: w.Context().Options().HeadBytes}
	if w.Call(engine.ReasonClientAppendHandshakeHeader, engine.In{Value: &hb}) != 0 {
		return nil, errors.New("sending the request: refused by CLIENT_APPEND_HANDSHAKE_HEADER")
	}
	if len(hb.B) > hb.Max {
		return nil, errors.New("sending the request: CLIENT_APPEND_HANDSHAKE_HEADER added more than there is room for")
	}
	if err := CheckLines(hb.B); err != nil {
		return nil, fmt.Errorf("sending the request: CLIENT_APPEND_HANDSHAKE_HEADER added %w", err)
	}
	dst = append(dst[:start], hb.B...)
	return wire.AppendHeadEnd(dst), nil
}

// CheckLines refuses what is not whole header lines, as it would end the head
// early or begin another message. Roles that take lines from users call it.
func CheckLines(b []byte) error {
	for rest := string(b); rest != ""; {
		line, more, ok := strings.Cut(rest, "\r\n")
		name, value, colon := strings.Cut(line, ":")
		if !ok || !colon || !wire.IsToken(name) || !wire.IsFieldValue(value) {
			return fmt.Errorf("something that is no header line: %.40q", line)
		}
		rest = more
	}
	return nil
}
