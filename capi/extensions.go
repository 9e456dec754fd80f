package main

// #include "table.h"
import "C"

import (
	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/role/ws"
	"github.com/golws/golws/core/wire/pmd"
)

// extensions converts a list that a zero entry ends. permessage-deflate is the
// one that golws has, known by its callback, or by its name where a program has
// put a callback of its own before that one. An offer that cannot be read is
// logged and taken as the plain one.
func extensions(x *C.struct_lws_extension) any {
	for ; x != nil && x.callback != nil; x = next(x) {
		if C.golws_is_pm_deflate(x) == 0 {
			if goString(x.name) != pmd.Name {
				logLine(nil, nil, nil, engine.LogWarn, "no extension "+goString(x.name)+" here; only permessage-deflate")
				continue
			}
			logLine(nil, nil, nil, engine.LogNotice, "permessage-deflate is built in: the program's callback for it is not called")
		}
		d, err := ws.ParseDeflate(goString(x.client_offer))
		if err != nil {
			logLine(nil, nil, nil, engine.LogWarn, err.Error())
			d = &ws.Deflate{}
		}
		return d
	}
	return nil
}
