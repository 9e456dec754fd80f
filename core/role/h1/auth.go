package h1

import (
	"bytes"
	"crypto/subtle"
	"encoding/base64"
	"os"

	"github.com/golws/golws/core/engine"
	wire "github.com/golws/golws/core/wire/h1"
)

// The mode of a mount's authorization is in the top bits of its AuthMask
// (lws-context-vhost.h, AUTH_MODE_MASK).
const (
	authModeMask  = 0xf0000000
	authBasicCall = 1 << 28 // LWSAUTHM_BASIC_AUTH_CALLBACK
)

// authorized asks for basic authorization (RFC 7617) where the mount does: its
// file of "user:password" lines decides, or VERIFY_BASIC_AUTHORIZATION.
func (s *Server) authorized(w *engine.Wsi, x *Exchange, m *engine.Mount) bool {
	byCall := m.AuthMask&authModeMask == authBasicCall
	if !byCall && m.BasicAuth == "" {
		return true
	}
	serial := x.serial
	pair, ok := credentials(x.Head().Fields.Token(wire.TokenAuthorization))
	switch {
	case ok && byCall:
		ok = w.Call(engine.ReasonVerifyBasicAuthorization, engine.In{Bytes: pair}) != 0
		if !s.goesOn(w, x, serial) {
			return false
		}
	case ok:
		logins, err := os.ReadFile(m.BasicAuth)
		if err != nil {
			w.Logf(engine.LogErr, "cannot read the logins of mount %s: %v", m.Mountpoint, err)
			s.status(w, 500)
			return false
		}
		ok = known(logins, pair)
	}
	if ok {
		return true
	}
	s.unauthorized(w, x)
	return false
}

// credentials decodes an Authorization header.
func credentials(value []byte) ([]byte, bool) {
	const scheme = "basic "
	if len(value) < len(scheme) || !wire.EqualFold(value[:len(scheme)], scheme) {
		return nil, false
	}
	pair, err := base64.StdEncoding.AppendDecode(nil, bytes.TrimSpace(value[len(scheme):]))
	return pair, err == nil && bytes.IndexByte(pair, ':') >= 0
}

// known compares with every line, in a time that tells nothing of them.
func known(logins, pair []byte) bool {
	found := 0
	for line := range bytes.SplitSeq(logins, []byte{'\n'}) {
		line = bytes.TrimSuffix(line, []byte{'\r'})
		if bytes.IndexByte(line, ':') > 0 {
			found |= subtle.ConstantTimeCompare(line, pair)
		}
	}
	return found == 1
}

func (s *Server) unauthorized(w *engine.Wsi, x *Exchange) {
	b, err := AppendStatus(w, x.room(), 401)
	if err == nil {
		b, err = AppendHeaderByName(w, b, "www-authenticate", `Basic realm="lwsws", charset="UTF-8"`)
	}
	if err == nil {
		b, err = AppendContentLength(w, b, 0)
	}
	if err == nil {
		b, err = AppendFinalize(w, b)
	}
	s.answered(w, b, err)
}
