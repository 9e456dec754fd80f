package main

// #include <unistd.h>
// #include "table.h"
import "C"

import (
	"unsafe"

	"github.com/golws/golws/core/engine"
)

// golws_adopt is lws_adopt_descriptor_vhost_via_info and its kin. The
// descriptor is closed where it fails.
//
//export golws_adopt
func golws_adopt(ct *C.struct_golws_thread, d *C.struct_lws_adopt_desc, read unsafe.Pointer, n C.size_t) (ret *C.struct_lws) {
	fd := int(*(*C.int)(unsafe.Pointer(&d.fd)))
	defer guard(ct.cx)
	on, v := threadOf(ct), vhostOf(d.vh)
	parent := wsiOf(d.parent)
	if on == nil || v == nil || d.parent != nil && parent == nil {
		C.close(C.int(fd))
		return nil
	}
	t := on.e
	var opaque any
	if a := addressAt(&d.opaque); a != 0 {
		opaque = a
	}
	protocol := goString(d.vh_prot_name)
	var w *engine.Wsi
	var err error
	if d._type&(C.LWS_ADOPT_HTTP|C.LWS_ADOPT_SOCKET) == 0 {
		w, err = t.AdoptFile(v.e, fd, protocol, parent, opaque)
	} else {
		role := "raw-skt"
		if d._type&C.LWS_ADOPT_HTTP != 0 {
			role = ""
		}
		if o := v.e.Options(); o.AdoptListenRole && o.ListenRole != "" {
			role = o.ListenRole
			if protocol == "" {
				protocol = o.ListenProtocol
			}
		}
		if protocol == "" && role == "raw-skt" {
			protocol = v.e.First().Name
		}
		w, err = t.AdoptSocket(v.e, fd, role, protocol, parent, opaque, bytesAt(read, int(n)))
	}
	if err != nil {
		logFailed(nil, v, "adopting a descriptor: "+err.Error())
		return nil
	}
	return stub(w)
}
