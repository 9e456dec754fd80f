package h1

import "github.com/golws/golws/core/engine"

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
