//go:build wasip1

package main

import (
	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/wasm/info"
)

// onVhost finds a vhost for a call.
func onVhost(h int32) (*vhost, int32) {
	if !mayCall() {
		return nil, errReentered
	}
	return find[*vhost](h)
}

//go:wasmexport lws_create_vhost
func lwsCreateVhost(h, p, n int32) (ret int32) {
	cx, code := usable(h)
	if cx == nil {
		return code
	}
	b, ok := lent(p, n)
	if !ok {
		return errBounds
	}
	in, err := info.Vhost(b)
	if err != nil {
		return refusal(err)
	}
	cx.begin()
	defer cx.end(&ret)
	vh, err := cx.createVhost(in)
	if err != nil {
		return refusal(err)
	}
	return vh
}

//go:wasmexport lws_vhost_destroy
func lwsVhostDestroy(h int32) (ret int32) {
	v, code := onVhost(h)
	if v == nil {
		return code
	}
	v.cx.begin()
	defer v.cx.end(&ret)
	v.e.Destroy(v.cx.thread)
	return 0
}

//go:wasmexport lws_get_vhost_by_name
func lwsGetVhostByName(h, p, n int32) int32 {
	cx, code := usable(h)
	if cx == nil {
		return code
	}
	name, ok := text(p, n)
	if !ok {
		return errBounds
	}
	if e := cx.e.VhostByName(name); e != nil {
		if v, ok := e.Face.(*vhost); ok {
			return v.h
		}
	}
	return 0
}

//go:wasmexport lws_get_vhost_listen_port
func lwsGetVhostListenPort(h int32) int32 {
	v, code := onVhost(h)
	if v == nil {
		return code
	}
	return int32(v.e.ListenPort())
}

//go:wasmexport lws_client_connect_via_info
func lwsClientConnectViaInfo(h, p, n int32) (ret int32) {
	cx, code := usable(h)
	if cx == nil {
		return code
	}
	b, ok := lent(p, n)
	if !ok {
		return errBounds
	}
	in, err := info.Connect(b)
	if err != nil {
		return refusal(err)
	}
	ci := in.ConnectInfo
	if in.VhostHandle != 0 {
		v, code := find[*vhost](in.VhostHandle)
		if v == nil {
			return code
		}
		if v.cx != cx {
			return fail(errHandle, "the vhost is of another context")
		}
		ci.Vhost = v.e
	}
	if in.ParentHandle != 0 {
		w, code := find[*wsi](in.ParentHandle)
		if w == nil {
			return code
		}
		if w.cx != cx {
			return fail(errHandle, "the parent is of another context")
		}
		ci.Parent = w.e
	}
	if ci.SSL != 0 && !cx.platform {
		return fail(errField, "lws_client_connect_info.ssl_connection: TLS is the embedder's here")
	}
	enterOn(cx)
	defer leave(cx, &ret)
	var r *wsi
	ci.Made = func(w *engine.Wsi) {
		if r = record(w); r != nil {
			r.user, r.opaque, r.keep = in.UserNumber, in.OpaqueNumber, in.HasUser
		}
	}
	if _, err = cx.e.Connect(&ci); err != nil {
		return refusal(err)
	}
	if r == nil {
		return refusal(errNoHandle)
	}
	return r.h
}

//go:wasmexport lws_adopt_descriptor_vhost_via_info
func lwsAdoptDescriptorVhostViaInfo(h, p, n int32) (ret int32) {
	v, code := onVhost(h)
	if v == nil {
		return code
	}
	b, ok := lent(p, n)
	if !ok {
		return errBounds
	}
	in, err := info.Adopt(b)
	if err != nil {
		return refusal(err)
	}
	k, code := find[*conn](in.Conn)
	if k == nil {
		return code
	}
	if k.ws != nil || k.cx != v.cx || k.c.Handled() {
		return fail(errRefused, "the connection is of another context, or was accepted before")
	}
	var parent *engine.Wsi
	if in.Parent != 0 {
		w, code := find[*wsi](in.Parent)
		if w == nil {
			return code
		}
		if w.cx != v.cx {
			return fail(errHandle, "the parent is of another context")
		}
		parent = w.e
	}
	enterOn(v.cx)
	defer leave(v.cx, &ret)
	role := "raw-skt"
	if in.HTTP {
		role = ""
	}
	protocol := in.Protocol
	if o := v.e.Options(); o.AdoptListenRole && o.ListenRole != "" {
		role = o.ListenRole
		if protocol == "" {
			protocol = o.ListenProtocol
		}
	}
	if protocol == "" && role == "raw-skt" {
		protocol = v.e.First().Name
	}
	w, err := v.cx.thread.AdoptSocket(v.e, int(in.Conn), role, protocol, parent, nil, nil)
	if err != nil {
		k.c.Close()
		return refusal(err)
	}
	r := record(w)
	if r == nil {
		return refusal(errNoHandle)
	}
	r.opaque = in.Opaque
	return r.h
}
