package lws

import (
	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/role/h1"
	"github.com/golws/golws/core/role/raw"
	"github.com/golws/golws/core/role/ws"
)

// roles are what a context knows. The first that can take connections is the
// default for vhosts that name none.
func roles(c *Config) []engine.Role {
	return []engine.Role{&h1.Server{}, &h1.Client{}, &ws.Role{MaxMessage: c.MaxMessage}, &raw.Socket{}, &raw.File{}}
}
