package engine_test

import (
	"bytes"
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop"
	"github.com/golws/golws/core/loop/sim"
	"github.com/golws/golws/core/role/raw"
)

// side is one context on a simulated host, with a protocol that records.
type side struct {
	t    *testing.T
	net  *sim.Network
	ctx  *engine.Context
	vh   *engine.Vhost
	d    []*sim.Driver
	seq  []string // callbacks, in order
	logs []string
	got  bytes.Buffer // RAW_RX data
	on   func(w *engine.Wsi, r engine.Reason, in engine.In) int
	errs []string // texts of CLIENT_CONNECTION_ERROR
}

func (s *side) Enabled(engine.Level) bool { return true }

func (s *side) Log(l engine.Level, _ *engine.Context, _ *engine.Vhost, _ *engine.Wsi, line string) {
	s.logs = append(s.logs, line)
}

func (s *side) Callback(w *engine.Wsi, r engine.Reason, in engine.In) int {
	s.seq = append(s.seq, r.String())
	switch r {
	case engine.ReasonRawRX:
		s.got.Write(in.Bytes)
	case engine.ReasonClientConnectionError:
		s.errs = append(s.errs, string(in.Bytes))
	}
	if s.on != nil {
		return s.on(w, r, in)
	}
	return 0
}

func newSide(t *testing.T, n *sim.Network, h *sim.Host, threads int, edit func(*engine.VhostOptions)) *side {
	t.Helper()
	return newSideWith(t, n, h, threads, edit, func(*engine.Options) {})
}

func newSideWith(t *testing.T, n *sim.Network, h *sim.Host, threads int, edit func(*engine.VhostOptions), more func(*engine.Options)) *side {
	t.Helper()
	s := &side{t: t, net: n}
	var ds []loop.Driver
	for range threads {
		d := h.Driver()
		s.d = append(s.d, d)
		ds = append(ds, d)
	}
	eo := engine.Options{
		Drivers: ds, Roles: []engine.Role{&raw.Socket{}, &raw.File{}}, Logger: s, Resolver: fakeNames{},
		Random: func([]byte) {}, WallClock: func() int64 { return 0 },
	}
	more(&eo)
	ctx, err := engine.NewContext(eo)
	if err != nil {
		t.Fatal(err)
	}
	s.ctx = ctx
	for i, d := range s.d {
		th := ctx.Thread(i)
		d.Drive(func() error {
			err := th.Service(0)
			if errors.Is(err, engine.ErrDestroyed) {
				return nil
			}
			return err
		})
	}
	o := engine.VhostOptions{Port: engine.NoListen, ListenFD: -1, Protocols: []*engine.Protocol{{Name: "p", Handler: s}}}
	if edit != nil {
		edit(&o)
	}
	if s.vh, err = ctx.CreateVhost(ctx.Thread(0), o); err != nil {
		t.Fatal(err)
	}
	if err := s.vh.InitProtocols(ctx.Thread(0)); err != nil {
		t.Fatal(err)
	}
	return s
}

// end destroys the context and looks for what is left.
func (s *side) end() {
	s.t.Helper()
	s.ctx.Destroy()
	s.net.Run(s.net.Now() + 10e6)
	if n := s.ctx.Live(); n != 0 {
		s.t.Errorf("%d wsi live after the context was destroyed", n)
	}
	for _, d := range s.d {
		if n := d.Open(); n != 0 {
			s.t.Errorf("%d connections or listeners open after the context was destroyed", n)
		}
	}
}

func (s *side) want(seq ...string) {
	s.t.Helper()
	if !slices.Equal(s.seq, seq) {
		s.t.Errorf("callbacks\n got %v\nwant %v", s.seq, seq)
	}
}

// fakeNames knows two names: "two" has a dead and a living address.
type fakeNames struct{}

func (fakeNames) Resolve(host string, done func([]netip.Addr, error)) func() {
	switch host {
	case "two":
		done([]netip.Addr{netip.MustParseAddr("10.0.0.77"), netip.MustParseAddr("10.0.0.1")}, nil)
	case "b":
		done([]netip.Addr{netip.MustParseAddr("10.0.0.1")}, nil)
	default:
		done(nil, errors.New("no such host"))
	}
	return func() {}
}

const port = 7

func listening(o *engine.VhostOptions) { o.Port, o.ListenRole = port, "raw-skt" }

// pair is a listening server and a client, on two hosts.
func pair(t *testing.T, link sim.Link, threads int) (n *sim.Network, server, client *side) {
	n = sim.Test(t)
	n.SetLink(link)
	a, b := n.Host("a"), n.Host("b")
	server = newSide(t, n, a, threads, listening)
	client = newSide(t, n, b, 1, nil)
	return n, server, client
}

func (s *side) dial(address string) *engine.Wsi {
	s.t.Helper()
	w, err := s.ctx.Connect(&engine.ConnectInfo{Address: address, Port: port, Method: "RAW"})
	if err != nil {
		s.t.Fatal(err)
	}
	return w
}

func (s *side) run(us loop.Micros) { s.net.Run(s.net.Now() + us) }

func write(w *engine.Wsi, p []byte) error {
	w.Thread().Enter()
	defer w.Thread().Leave()
	return w.Write(p, engine.WriteHTTP)
}
