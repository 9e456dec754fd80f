package h1

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/golws/golws/core/engine"
	wire "github.com/golws/golws/core/wire/h1"
)

// Upgrader is a Role that takes connections over from HTTP.
type Upgrader interface {
	engine.Role
	// Upgrade is offered a request whose Upgrade header names the role, after
	// HTTP_CONFIRM_UPGRADE and without any body. It answers the request itself
	// and has changed w's role where it answers true; bytes that follow the
	// request come to the new role's Data. False, with w still open, has the
	// request go on as plain HTTP. It may also refuse, with x.Refuse, and
	// answer true.
	Upgrade(w *engine.Wsi, x *Exchange) bool
}

// upgrade offers the request to the first role that its Upgrade header names.
// False has it go on as HTTP, as one that names none (RFC 9110 section 7.8).
func (s *Server) upgrade(w *engine.Wsi, x *Exchange, v *engine.Vhost) bool {
	fs := &x.Head().Fields
	for i := fs.Next(wire.TokenUpgrade, -1); i >= 0; i = fs.Next(wire.TokenUpgrade, i) {
		_, list := fs.At(i)
		for name, rest := wire.NextElement(list); name != nil; name, rest = wire.NextElement(rest) {
			role := strings.ToLower(string(name))
			if role == "websocket" {
				role = "ws"
			}
			if u, ok := w.Context().Role(role).(Upgrader); ok {
				return s.upgradeTo(w, x, v, u, name)
			}
		}
	}
	return false
}

func (s *Server) upgradeTo(w *engine.Wsi, x *Exchange, v *engine.Vhost, u Upgrader, name []byte) bool {
	if v.Options().StrictHost && !isHost(x.Head().Host(), v) {
		x.Refuse(w, 421, fmt.Sprintf("an upgrade for host %q, which is not the vhost's name and port", x.Head().Host()))
		return true
	}
	if v != w.Vhost() {
		w.SetVhost(v)
	}
	serial := x.serial
	r := w.Call(engine.ReasonHTTPConfirmUpgrade, engine.In{Bytes: name})
	switch {
	case !w.Open() || !x.same(w, serial):
		return true
	case r < 0:
		x.muted = true
		w.CloseNow()
		return true
	case r > 0: // refused with an answer of the program's own
		x.Parser.Resume()
		s.complete(w)
		return true
	}
	return u.Upgrade(w, x) || !w.Open()
}

// isHost says whether a Host header is v's name and port; without a port it
// means 80. Where v has no port, as on a unix socket, any will do.
func isHost(host []byte, v *engine.Vhost) bool {
	name, port := string(host), "80"
	if i := strings.LastIndexByte(name, ':'); i >= 0 && !strings.HasSuffix(name, "]") {
		name, port = name[:i], name[i+1:]
	}
	p := v.Port()
	return strings.EqualFold(name, v.Options().Name) && (p == nil || p.Addr().IsUnix() || port == strconv.Itoa(v.ListenPort()))
}
