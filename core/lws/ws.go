package lws

import "github.com/golws/golws/core/role/ws"

// Deflate turns permessage-deflate (RFC 7692) on: a *Deflate is what
// VhostOptions.Extensions and ConnectInfo.Extensions hold. Its zero value will do.
type Deflate = ws.Deflate

// SetCloseReason says what w's close frame will hold when w is closed: a code of
// RFC 6455 section 7.4, and up to 123 bytes of UTF-8. A callback that returns
// nonzero, or w.Close, closes. It answers whether w is a WebSocket.
func SetCloseReason(w *Wsi, code uint16, reason string) bool {
	return ws.SetCloseReason(w, code, []byte(reason))
}

// ClosePayload is what w's peer said as it closed, to be asked in the CLOSED
// callback: a code of 2 bytes in network order and a reason; or, where it said
// nothing, what this end said. It is w's.
func ClosePayload(w *Wsi) []byte { return ws.ClosePayload(w) }
