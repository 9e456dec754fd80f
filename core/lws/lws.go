// Package lws is golws for Go programs: it assembles the engine, its roles and
// a driver for each service thread. The C library and the wasm module stand on
// it too.
//
// A program makes a Context with New, adds vhosts to it with CreateVhost, and
// runs it with Run, or with Thread.Service from a loop of its own. A protocol's
// Handler gets what lws users know as callbacks: engine.Reason and
// include/libwebsockets/lws-callbacks.h say what each brings and what its return
// value does.
//
// # Threads
//
// A Wsi belongs to one Thread for life, and its callbacks come there: with Run, on
// the goroutine that called it. What is not said to be for any thread is called
// there only, in callbacks or by w.Thread().Loop().Post from another goroutine.
// Memory in callbacks is lent until they return.
//
// # Where the rest is
//
// The types here are core/engine's, and have their methods there: go doc
// github.com/golws/golws/core/engine Wsi. Headers and url arguments of a request
// or answer are read from HTTP(w), an Exchange of core/role/h1.
package lws

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop"
	"github.com/golws/golws/core/loop/sock"
)

// What a program needs of core/engine, where each is described.
type (
	Context         = engine.Context
	Thread          = engine.Thread
	Vhost           = engine.Vhost
	VhostOptions    = engine.VhostOptions
	Mount           = engine.Mount
	PVO             = engine.PVO
	Protocol        = engine.Protocol
	Handler         = engine.Handler
	HandlerFunc     = engine.HandlerFunc
	FragmentHandler = engine.FragmentHandler
	Fragment        = engine.Fragment
	Wsi             = engine.Wsi
	Reason          = engine.Reason
	In              = engine.In
	HeaderBuffer    = engine.HeaderBuffer
	ConnectInfo     = engine.ConnectInfo
	RetryPolicy     = engine.RetryPolicy
	WriteProtocol   = engine.WriteProtocol
	Level           = engine.Level
	Logger          = engine.Logger
)

// Config says what New makes. Its zero value is usable.
type Config struct {
	Threads int    // service threads, 0 for 1
	Logger  Logger // nil: nothing is logged
	User    any

	HeadBytes int // limit of a request's or response's head, 0 for 4096
	PieceSize int // largest piece of data in a callback, 0 for 4096
	// MaxMessage limits the bytes of a WebSocket message that comes, over all its
	// frames; a longer one is answered with 1009. 0 is no limit, as pieces cost no
	// memory. Compressed messages have Deflate.MaxMessage.
	MaxMessage uint64

	TokenLimits  []int  // see engine.Options
	RejectAgents []*PVO // see engine.Options
	RawOrigin    bool   // see engine.Options
	// Connections of a service thread beyond which it stops accepting until
	// one is gone, 0 for any number.
	Connections int

	// Buffer gives each service thread its receive buffer; nil makes them.
	Buffer func(thread int) []byte
	// Face shows wsi to users that are not Go; nil for Go programs.
	Face engine.Face
	// Drivers replaces the sockets; nil for sockets.
	Drivers []loop.Driver
	// NameServers are asked for names, instead of those that the system is set
	// up to ask.
	NameServers []netip.Addr
	// Resolver replaces the system's.
	Resolver engine.Resolver
}

// New makes a context without vhosts.
func New(c Config) (*Context, error) {
	ds := c.Drivers
	if ds == nil {
		for i := range max(c.Threads, 1) {
			var sc sock.Config
			if c.Buffer != nil {
				sc.Buffer = c.Buffer(i)
			}
			d, err := sock.New(sc)
			if err != nil {
				for _, d := range ds {
					err = errors.Join(err, d.Close())
				}
				return nil, fmt.Errorf("service thread %d: %w", i, err)
			}
			ds = append(ds, d)
		}
	}
	r := c.Resolver
	if r == nil {
		r = systemResolver{c.NameServers}
	}
	return engine.NewContext(engine.Options{
		Drivers: ds, Roles: roles(&c), Face: c.Face, Logger: c.Logger, Resolver: r,
		Interfaces: interfaceAddrs,
		Random:     func(b []byte) { rand.Read(b) }, // never fails: crypto/rand ends the program instead
		WallClock:  func() int64 { return time.Now().Unix() },
		User:       c.User, PieceSize: c.PieceSize, HeadBytes: c.HeadBytes,
		TokenLimits: c.TokenLimits, RejectAgents: c.RejectAgents, RawOrigin: c.RawOrigin, Connections: c.Connections,
	})
}

// Run serves the context's first thread until it is destroyed, which is no
// error, or the driver fails. Contexts of more threads run each in a goroutine
// locked to a thread of its own: RunThread.
func Run(c *Context) error { return RunThread(c.Thread(0)) }

// RunThread serves one thread until the context is destroyed.
func RunThread(t *Thread) error {
	for {
		if err := t.Service(loop.Forever); err != nil {
			if errors.Is(err, engine.ErrDestroyed) {
				return nil
			}
			return err
		}
	}
}

// CreateVhost adds a vhost to c and starts its protocols. A ListenFD of 0 means
// none. It is called before the context runs, or on its first thread.
func CreateVhost(c *Context, o VhostOptions) (*Vhost, error) {
	if o.ListenFD == 0 {
		o.ListenFD = -1
	}
	t := c.Thread(0)
	v, err := c.CreateVhost(t, o)
	if err != nil {
		return nil, err
	}
	if err := v.InitProtocols(t); err != nil {
		v.Destroy(t)
		return nil, err
	}
	return v, nil
}

// Stop destroys c from any goroutine; Run returns when it is done.
func Stop(c *Context) { c.Thread(0).Loop().Post(c.Destroy) }
