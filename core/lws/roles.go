package lws

import (
	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/role/raw"
)

// roles are what a context knows. The first that can take connections is the
// default for vhosts that name none.
func roles() []engine.Role {
	return []engine.Role{&raw.Socket{}, &raw.File{}}
}
