package main

// #include "table.h"
import "C"

import (
	"unsafe"

	"github.com/golws/golws/core/engine"
)

// golws_connect is lws_client_connect_via_info. The wsi lives on t.
//
//export golws_connect
func golws_connect(i *C.struct_lws_client_connect_info, ct *C.struct_golws_thread) (ret *C.struct_lws) {
	t := threadOf(ct)
	if t == nil {
		return nil
	}
	defer guard(ct.cx)
	ci := &engine.ConnectInfo{
		Thread: t.e, Address: goString(i.address), Port: int(i.port), Path: goString(i.path),
		Host: goString(i.host), Origin: goString(i.origin), Protocols: goString(i.protocol),
		LocalProtocol: goString(i.local_protocol_name), Method: goString(i.method), SSL: uint(i.ssl_connection),
		Iface: goString(i.iface), LocalPort: int(i.local_port), Retry: retryPolicy(i.retry_and_idle_policy),
		AllowReservedBits: i.allow_reserved_bits != 0, AllowUnknownOpcode: i.allow_unknown_opcode != 0,
		AuthUser: goString(i.auth_username), AuthPass: goString(i.auth_password),
	}
	if i.vhost != nil {
		v := vhostOf(i.vhost)
		if v == nil {
			return nil
		}
		ci.Vhost = v.e
	}
	if i.userdata != nil {
		ci.User = i.userdata
	}
	if i.opaque_user_data != nil {
		ci.Opaque = i.opaque_user_data
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
		if u, ok := w.User.(unsafe.Pointer); ok {
			s.user = u
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
