package ws

import (
	"fmt"
	"strings"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/role/h1"
	wireh1 "github.com/golws/golws/core/wire/h1"
	"github.com/golws/golws/core/wire/pmd"
	wire "github.com/golws/golws/core/wire/ws"
)

// dialing is a client connection until the server's answer was judged.
type dialing struct {
	ci      *engine.ConnectInfo
	key     string
	deflate *Deflate // offered, nil for none
}

// Prepare checks ci and makes the request's state.
func (*Role) Prepare(w *engine.Wsi, ci *engine.ConnectInfo) error {
	if ci.Protocols != "" {
		if _, err := wire.ParseProtocols(ci.Protocols); err != nil {
			return err
		}
	}
	if _, err := h1.Request(w, ci, "GET"); err != nil {
		return err
	}
	w.State = &dialing{ci: ci}
	return nil
}

// Opened sends the request (section 4.1).
func (r *Role) Opened(w *engine.Wsi) {
	s := w.State.(*dialing)
	x := h1.Of(w)
	s.deflate = deflateOf(w, s.ci.Extensions)
	if s.deflate != nil && w.Call(engine.ReasonClientConfirmExtensionSupported, engine.In{Bytes: []byte(pmd.Name)}) != 0 {
		s.deflate = nil
	}
	if !w.Alive() {
		return
	}
	var nonce [16]byte
	w.Context().Options().Random(nonce[:])
	s.key = wire.NewKey(nonce)

	b := x.AppendRequest(make([]byte, 0, 1024))
	b = append(b, "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: "...)
	b = append(append(b, s.key...), "\r\n"...)
	if s.ci.Protocols != "" {
		b = append(append(append(b, "Sec-WebSocket-Protocol: "...), s.ci.Protocols...), "\r\n"...)
	}
	if s.deflate != nil {
		b = append(append(append(b, "Sec-WebSocket-Extensions: "...), pmd.Offer(s.deflate.Offer)...), "\r\n"...)
	}
	b = append(b, "Sec-WebSocket-Version: "+wire.Version+"\r\n"...)
	b, err := x.AppendCustom(w, b)
	if !w.Alive() {
		return
	}
	if err != nil {
		w.Fail(err.Error())
		return
	}
	w.SendCopy(b)
	w.SetTimeout(engine.TimeoutServerResponse, w.Vhost().Options().Timeout)
}

// answer reads the head of the server's answer.
func (r *Role) answer(w *engine.Wsi, s *dialing, b []byte) int {
	x := h1.Of(w)
	for n := 0; ; {
		ev, k, err := x.Parser.Next(b[n:])
		n += k
		switch {
		case err != nil:
			w.Fail("read failed: " + err.(*wireh1.Error).Reason)
			return len(b)
		case ev.Kind == wireh1.NeedMore:
			return n
		case ev.Kind == wireh1.GotHead && !x.Head().Informational:
			if why := r.judge(w, s, x); why != "" && w.Alive() {
				w.Fail("HS: " + why)
			}
			return n
		}
	}
}

// judge holds the answer against section 4.1 and asks the user. It answers why
// the connection cannot be, "" where it can or w is dead already.
func (r *Role) judge(w *engine.Wsi, s *dialing, x *h1.Exchange) (why string) {
	if w.Call(engine.ReasonEstablishedClientHTTP, engine.In{}) != 0 {
		return "disallowed at ESTABLISHED"
	}
	if !w.Alive() {
		return ""
	}
	named, why := s.check(x.Head())
	if why != "" {
		return why
	}
	agreed, compressed, why := s.extension(x.Head())
	if why != "" {
		return why
	}
	if s.ci.LocalProtocol == "" && named != "" {
		if p := w.Vhost().Protocol(named); p != nil && p != w.Protocol() && w.Bind(p) != 0 {
			return "refused by CLIENT_HTTP_BIND_PROTOCOL"
		}
	}
	if !w.Alive() {
		return ""
	}
	if w.Call(engine.ReasonClientFilterPreEstablish, engine.In{}) != 0 {
		return "Rejected by filter cb"
	}
	if !w.Alive() {
		return ""
	}

	o := wire.Options{AllowUnknownOpcode: s.ci.AllowUnknownOpcode}
	if s.ci.AllowReservedBits {
		o.Reserved = wire.RSV1 | wire.RSV2 | wire.RSV3
	} else if compressed {
		o.Reserved = wire.RSV1
	}
	c := r.newConn(w, false, o)
	if compressed {
		s.deflate.begin(w, c, agreed)
	}
	w.State = c
	w.SetTimeout(engine.TimeoutNone, 0)
	if w.Call(engine.ReasonClientEstablished, engine.In{}) != 0 {
		return "Rejected at CLIENT_ESTABLISHED"
	}
	x.Release(w)
	if w.Alive() {
		w.SetEstablished()
		w.ValidityConfirmed()
	}
	return ""
}

// check judges the head but for extensions. named is the subprotocol that the
// server chose.
func (s *dialing) check(hd *wireh1.Head) (named, why string) {
	f := &hd.Fields
	if hd.Status != 101 {
		return "", fmt.Sprintf("ws upgrade response not 101: %d %.60s", hd.Status, hd.Reason)
	}
	if v, one := only(f, wireh1.TokenUpgrade); !one || !strings.EqualFold(string(v), "websocket") {
		return "", fmt.Sprintf("UPGRADE is not websocket: %.60q", v)
	}
	if !f.ListHas(wireh1.TokenConnection, "upgrade") {
		return "", fmt.Sprintf("CONNECTION is not upgrade: %.60q", f.Token(wireh1.TokenConnection))
	}
	if !f.Has(wireh1.TokenSecWebSocketAccept) {
		return "", "ACCEPT missing"
	}
	if v, one := only(f, wireh1.TokenSecWebSocketAccept); !one || string(v) != wire.AcceptKey(s.key) {
		return "", "Accept hash wrong"
	}
	v, one := only(f, wireh1.TokenSecWebSocketProtocol)
	if len(v) == 0 && (one || !f.Has(wireh1.TokenSecWebSocketProtocol)) {
		return "", "" // none chosen; lws too takes a header without a value for that
	}
	if !one || !wire.CheckProtocol(s.ci.Protocols, string(v)) {
		return "", fmt.Sprintf("PROTOCOL malformed: the server chose %.60q of %.60q", v, s.ci.Protocols)
	}
	return string(v), ""
}

// extension is what the server agreed to.
func (s *dialing) extension(hd *wireh1.Head) (agreed pmd.Params, compressed bool, why string) {
	v := string(hd.Fields.AppendJoined(nil, "sec-websocket-extensions", ", "))
	if v == "" {
		return agreed, false, ""
	}
	if s.deflate == nil {
		return agreed, false, fmt.Sprintf("EXT: the server uses %.60q, which was not offered", v)
	}
	agreed, compressed, err := pmd.CheckResponse(v, s.deflate.Offer)
	if err != nil {
		return agreed, false, fmt.Sprintf("EXT: %v", err)
	}
	return agreed, compressed, ""
}

// endedDialing fails the connection, whose server left too early.
func (r *Role) endedDialing(w *engine.Wsi, err error) {
	text := "read failed: the server closed the connection before its answer was complete"
	if err != nil {
		text = "read failed: " + err.Error()
	}
	w.Fail(text)
}
