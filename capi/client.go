package main

// #include "table.h"
import "C"

import (
	"github.com/golws/golws/core/engine"
)

// golws_connect is lws_client_connect_via_info. The wsi lives on t.
//
//export golws_connect
func golws_connect(ct *C.struct_golws_thread, i *C.struct_lws_client_connect_info) (ret *C.struct_lws) {
	defer guard(ct.cx)
	t := threadOf(ct)
	if t == nil {
		return nil
	}
	ci := &engine.ConnectInfo{
		Thread: t.e, Address: goString(i.address), Port: int(i.port), Path: goString(i.path),
		Host: goString(i.host), Origin: goString(i.origin), Protocols: goString(i.protocol),
		LocalProtocol: goString(i.local_protocol_name), Method: goString(i.method), SSL: uint(i.ssl_connection),
		Iface: goString(i.iface), LocalPort: int(i.local_port), Retry: retryPolicy(i.retry_and_idle_policy),
		AllowReservedBits: i.allow_reserved_bits != 0, AllowUnknownOpcode: i.allow_unknown_opcode != 0,
		AuthUser: goString(i.auth_username), AuthPass: goString(i.auth_password), Priority: int(i.priority),
	}
	if i.vhost != nil {
		v := vhostOf(i.vhost)
		if v == nil {
			return nil
		}
		ci.Vhost = v.e
	}
	if a := addressAt(&i.userdata); a != 0 {
		ci.User = a
	}
	if a := addressAt(&i.opaque_user_data); a != 0 {
		ci.Opaque = a
	}
	if i.parent_wsi != nil {
		if ci.Parent = wsiOf(i.parent_wsi); ci.Parent == nil {
			return nil
		}
	}
	pwsi := i.pwsi
	ci.Made = func(w *engine.Wsi) {
		s := stub(w)
		s.client = 1
		C.golws_wsi_logs_to(s, i.log_cx)
		if u, ok := w.User.(address); ok {
			u.put(&s.user)
			s.user_given = 1
		}
		if pwsi != nil {
			*pwsi = s
		}
	}
	w, err := t.cx.e.Connect(ci)
	if err != nil {
		logFailed(t.cx, nil, "lws_client_connect_via_info: "+err.Error())
		if pwsi != nil {
			*pwsi = nil
		}
		return nil
	}
	s := stub(w) // nil where a callback destroyed the context
	if s == nil && pwsi != nil {
		*pwsi = nil
	}
	return s
}
