package ws

import (
	"fmt"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/role/h1"
	wireh1 "github.com/golws/golws/core/wire/h1"
	"github.com/golws/golws/core/wire/pmd"
	wire "github.com/golws/golws/core/wire/ws"
)

// Upgrade answers a request that asks for WebSocket (section 4.2).
//
// The protocol is the first of the client's list that the vhost has, or, where
// the client has no list, the vhost's default. A list without a value counts as
// none, there and among extensions, as in lws. The head can be read until
// ESTABLISHED has returned.
func (r *Role) Upgrade(w *engine.Wsi, x *h1.Exchange) bool {
	hd := x.Head()
	f := &hd.Fields
	if hd.Method != "GET" || hd.Minor != 1 || !hd.Upgrade {
		return r.refuse(w, x, "a WebSocket begins with GET, HTTP/1.1 and Connection: Upgrade")
	}
	if v, one := only(f, wireh1.TokenSecWebSocketVersion); !one || string(v) != wire.Version {
		return r.refuseVersion(w, x, v)
	}
	key, one := only(f, wireh1.TokenSecWebSocketKey)
	if !one || !wire.ValidKey(key) {
		return r.refuse(w, x, "Sec-WebSocket-Key is not base64 of 16 bytes, or not there once")
	}
	list := x.AppendToken(nil, h1.Token(wireh1.TokenSecWebSocketProtocol))
	p, named, err := choose(w.Vhost(), string(list))
	if err != nil {
		return r.refuse(w, x, err.Error())
	}
	var offers []pmd.Params
	if v := x.AppendToken(nil, h1.Token(wireh1.TokenSecWebSocketExtensions)); len(v) > 0 {
		if offers, err = pmd.ParseOffers(string(v)); err != nil {
			return r.refuse(w, x, err.Error())
		}
	}

	if w.Bind(p) != 0 {
		return r.refuseBound(w, x, "HTTP_BIND_PROTOCOL")
	}
	if !w.Alive() {
		return true
	}
	if w.Call(engine.ReasonFilterProtocolConnection, engine.In{Bytes: list}) != 0 {
		return r.refuseBound(w, x, "FILTER_PROTOCOL_CONNECTION")
	}
	if !w.Alive() {
		return true
	}
	deflate, agreed := agree(w, offers)
	if !w.Alive() {
		return true
	}

	b := append(make([]byte, 0, 256), "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "...)
	b = append(wire.AppendAccept(b, key), "\r\n"...)
	if named != "" {
		b = append(append(append(b, "Sec-WebSocket-Protocol: "...), named...), "\r\n"...)
	}
	if deflate != nil {
		b = append(append(append(b, "Sec-WebSocket-Extensions: "...), agreed.String()...), "\r\n"...)
	}
	if b, err = addHeaders(w, b); err != nil {
		if w.Alive() {
			w.Logf(engine.LogErr, "%v", err)
			r.refuseBound(w, x, "ADD_HEADERS")
		}
		return true
	}
	b = append(b, "\r\n"...)

	o := wire.Options{}
	if deflate != nil {
		o.Reserved = wire.RSV1
	}
	c := r.newConn(w, true, o)
	if deflate != nil {
		deflate.begin(w, c, agreed)
	}
	r.takeOver(w, c)
	w.SendCopy(b)
	w.SetTimeout(engine.TimeoutNone, 0)
	w.SetEstablished()
	if w.Call(engine.ReasonEstablished, engine.In{}) != 0 {
		w.Close()
	}
	x.Release(w)
	w.ValidityConfirmed()
	return true
}

// choose is the vhost's protocol for a request with that list of subprotocols, and
// its name where the answer is to have one.
func choose(v *engine.Vhost, list string) (p *engine.Protocol, named string, err error) {
	if list == "" {
		return v.Default(), "", nil
	}
	if _, err := wire.ParseProtocols(list); err != nil {
		return nil, "", err
	}
	named, ok := wire.SelectProtocol(list, func(name string) bool {
		p := v.Protocol(name)
		return p != nil && p.Handler != nil
	})
	if !ok {
		return nil, "", fmt.Errorf("the vhost has none of the subprotocols %q", list)
	}
	return v.Protocol(named), named, nil
}

// agree takes one of the offers of permessage-deflate, where the vhost and the
// protocol want it; nil where not. The callback may end w.
func agree(w *engine.Wsi, offers []pmd.Params) (d *Deflate, agreed pmd.Params) {
	if d = deflateOf(w, nil); d == nil {
		return nil, agreed
	}
	agreed, ok := pmd.Accept(offers, d.Accept)
	if !ok || w.Call(engine.ReasonConfirmExtensionOkay, engine.In{Bytes: []byte(pmd.Name)}) != 0 {
		return nil, agreed
	}
	return d, agreed
}

// takeOver makes w one of this role's; c nil is for one that is refused.
func (r *Role) takeOver(w *engine.Wsi, c *conn) {
	w.SetRole(r)
	w.State = nil
	if c != nil {
		w.State = c
	}
}

// only is the value of a header and whether it is there exactly once.
func only(f *wireh1.Fields, t wireh1.Token) (value []byte, one bool) {
	i := f.Next(t, -1)
	if i < 0 {
		return nil, false
	}
	_, value = f.At(i)
	return value, f.Next(t, i) < 0
}

// refuse answers 400 before w was bound to a protocol of its own.
func (r *Role) refuse(w *engine.Wsi, x *h1.Exchange, why string) bool {
	if w.Protocol() == nil {
		r.takeOver(w, nil) // lws calls CLOSED_HTTP of none that asked for an upgrade
	}
	x.Refuse(w, 400, why)
	x.Release(w)
	return true
}

// refuseVersion answers as section 4.4 has it.
func (r *Role) refuseVersion(w *engine.Wsi, x *h1.Exchange, version []byte) bool {
	w.Logf(engine.LogNotice, "refusing a request with 426: Sec-WebSocket-Version %.20q, spoken is 13", version)
	w.SendCopy([]byte("HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nConnection: close\r\n" +
		"Sec-WebSocket-Version: " + wire.Version + "\r\nContent-Length: 0\r\n\r\n"))
	if w.Protocol() == nil {
		r.takeOver(w, nil)
	}
	w.CloseLingering()
	x.Release(w)
	return true
}

// refuseBound refuses what a callback of its protocol did not want. lws tells
// the protocol that the WebSocket closed, which never was.
func (r *Role) refuseBound(w *engine.Wsi, x *h1.Exchange, callback string) bool {
	if w.Alive() {
		r.takeOver(w, r.newConn(w, true, wire.Options{}))
		x.Refuse(w, 403, "by "+callback)
	}
	x.Release(w)
	return true
}
