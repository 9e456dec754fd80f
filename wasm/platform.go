//go:build wasip1

package main

import (
	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop/embedded"
	"github.com/golws/golws/core/role/h1"
	"github.com/golws/golws/core/role/platform"
	"github.com/golws/golws/core/role/ws"
)

// platformRole is what ws clients are in contexts with golws_platform_ws. One
// serves them all.
var platformRole = &platform.Role{Open: openPlatform}

// mixed is the role "ws" there: clients are the platform's, servers the wire's.
type mixed struct {
	*platform.Role
	server *ws.Role
}

// Upgrade makes a server's WebSocket.
func (m *mixed) Upgrade(w *engine.Wsi, x *h1.Exchange) bool { return m.server.Upgrade(w, x) }

// socket is a conn that is the platform's WebSocket. Its driver knows nothing
// of it.
type socket struct {
	k *conn
	w *engine.Wsi
}

// openPlatform has the embedder open one.
func openPlatform(w *engine.Wsi, url, protocols string) (platform.Socket, error) {
	r := record(w)
	if r == nil || r.cx.dead {
		return nil, engine.ErrDestroyed
	}
	cx := r.cx
	k := &conn{cx: cx, c: &embedded.Conn{}}
	h, err := handles.add(k)
	if err != nil {
		return nil, err
	}
	k.h = h
	k.ws = &socket{k: k, w: w}
	was := away()
	code := importWSOpen(h, ptrOfString(url), int32(len(url)), ptrOfString(protocols), int32(len(protocols)))
	inImport = was
	if code < 0 {
		handles.drop(h)
		return nil, errEmbedder
	}
	return k.ws, nil
}

// Send has the embedder send a message.
func (s *socket) Send(b []byte, binary bool) (full bool, err error) {
	if s.k.cx.dead {
		return false, engine.ErrDestroyed
	}
	sends++
	was := away()
	code := importWSSend(s.k.h, ptrOf(b), int32(len(b)), flag(binary))
	inImport = was
	if code < 0 {
		return false, errEmbedder
	}
	return code > 0, nil
}

// Close has the embedder begin to close.
func (s *socket) Close(code uint16, reason []byte) {
	if s.k.cx.dead {
		return
	}
	was := away()
	importWSClose(s.k.h, int32(code), ptrOf(reason), int32(len(reason)))
	inImport = was
}

// Release has the embedder forget it; the handle is stale from now on.
func (s *socket) Release() {
	if handles.get(s.k.h) == any(s.k) {
		handles.drop(s.k.h)
		s.k.shut()
	}
}

// Fd is the conn's handle.
func (s *socket) Fd() int { return int(s.k.h) }

// happening has tell say what happened to the platform's WebSocket that h stands for.
func happening(h int32, tell func(*socket) int32) int32 {
	return event(h, func(k *conn) int32 {
		if k.ws == nil {
			return fail(errHandle, "the connection is not the platform's WebSocket")
		}
		return k.ws.entered(tell)
	})
}

// entered has tell make callbacks in the context's thread.
func (s *socket) entered(tell func(*socket) int32) (ret int32) {
	s.k.cx.begin()
	defer s.k.cx.end(&ret)
	return tell(s)
}

// Bits of golws_ws_message's flags.
const (
	messageFirst  = 1
	messageFinal  = 2
	messageBinary = 4
)

//go:wasmexport golws_ws_opened
func golwsWSOpened(h, p, n int32) int32 {
	return happening(h, func(s *socket) int32 {
		named, ok := text(p, n)
		if !ok {
			return errBounds
		}
		platformRole.HasOpened(s.w, named)
		return 0
	})
}

//go:wasmexport golws_ws_message
func golwsWSMessage(h, p, n, flags int32) int32 {
	return happening(h, func(s *socket) int32 {
		b, ok := lent(p, n)
		if !ok {
			return errBounds
		}
		platformRole.HasMessage(s.w, b, flags&messageFirst != 0, flags&messageFinal != 0, flags&messageBinary != 0)
		return 0
	})
}

//go:wasmexport golws_ws_closed
func golwsWSClosed(h, status, p, n, clean int32) int32 {
	return happening(h, func(s *socket) int32 {
		reason, ok := lent(p, n)
		if !ok {
			return errBounds
		}
		platformRole.HasClosed(s.w, uint16(status), reason, clean != 0)
		return 0
	})
}

// setCloseReason is for either kind of WebSocket.
func setCloseReason(w *engine.Wsi, code uint16, reason []byte) bool {
	if platform.Is(w) {
		return platform.SetCloseReason(w, code, reason)
	}
	return ws.SetCloseReason(w, code, reason)
}

func closePayload(w *engine.Wsi) []byte {
	if platform.Is(w) {
		return platform.ClosePayload(w)
	}
	return ws.ClosePayload(w)
}

// peerClosed is for either kind of WebSocket.
func peerClosed(w *engine.Wsi) bool {
	if platform.Is(w) {
		return platform.PeerClosed(w)
	}
	return ws.PeerClosed(w)
}
