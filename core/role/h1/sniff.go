package h1

import (
	"strings"

	"github.com/golws/golws/core/engine"
)

// A connection of a vhost with FallbackToRole may not be HTTP. It is where it
// begins with a method that lws knows.

type verdict uint8

const (
	isHTTP verdict = iota
	notHTTP
	unclear
)

// sniffFirst judges the first bytes of a connection; b that leaves it unclear
// is kept.
func (x *Exchange) sniffFirst(b []byte) verdict {
	var buf [9]byte
	k := copy(buf[:], x.sniff)
	k += copy(buf[k:], b)
	first := string(buf[:k])
	for i := range methods {
		name := methods[i].name + " "
		if strings.HasPrefix(first, name) {
			return isHTTP
		}
		if strings.HasPrefix(name, first) {
			x.sniff = append(x.sniff, b...)
			return unclear
		}
	}
	return notHTTP
}

// fallBack gives w to the vhost's ListenRole, with all that arrived, and
// answers how much of b is dealt with.
func (s *Server) fallBack(w *engine.Wsi, x *Exchange, b []byte) int {
	v := w.Vhost()
	name := v.Options().ListenRole
	if name == "" || name == s.Name() {
		name = "raw-skt"
	}
	role, ok := w.Context().Role(name).(engine.ServerRole)
	p := v.Protocol(v.Options().ListenProtocol)
	if !ok || p == nil {
		w.Logf(engine.LogErr, "what is not HTTP cannot fall back to role %q and protocol %q", name, v.Options().ListenProtocol)
		w.CloseNow()
		return len(b)
	}
	s.disarm(w)
	w.Redeliver(x.sniff)
	w.Redeliver(b)
	x.Release(w)
	if w.Bind(p) != 0 {
		w.Close()
		return len(b)
	}
	if w.Alive() {
		w.SetRole(role)
		if !role.Accepted(w) {
			w.Close()
		}
	}
	return len(b)
}
