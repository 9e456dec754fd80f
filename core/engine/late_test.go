package engine_test

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop/sim"
)

// interfaces knows "eth9" once it is up.
type interfaces struct{ up bool }

func (i *interfaces) addrs(name string) ([]netip.Addr, error) {
	if name != "eth9" || !i.up {
		return nil, errors.New("no such network interface")
	}
	return []netip.Addr{netip.MustParseAddr("10.0.0.1")}, nil
}

// late is a context on 10.0.0.1 whose interface comes later, and a client.
func late(t *testing.T) (ifs *interfaces, server, client *side) {
	n := sim.Test(t)
	a, b := n.Host("a"), n.Host("b")
	ifs = &interfaces{}
	server = newSideWith(t, n, a, 2, nil, func(o *engine.Options) { o.Interfaces = ifs.addrs })
	return ifs, server, newSide(t, n, b, 1, nil)
}

func (s *side) onEth9(more func(*engine.VhostOptions)) (*engine.Vhost, error) {
	o := engine.VhostOptions{
		Name: "late", Port: port, ListenFD: -1, Iface: "eth9", ListenRole: "raw-skt", Protocols: []*engine.Protocol{{Name: "p", Handler: s}},
		AwaitInterface: true, SkipInit: true,
	}
	if more != nil {
		more(&o)
	}
	v, err := s.ctx.CreateVhost(s.ctx.Thread(0), o)
	if err == nil {
		err = v.InitProtocols(s.ctx.Thread(0))
	}
	return v, err
}

func (s *side) wantLogged(part string) {
	s.t.Helper()
	if !slices.ContainsFunc(s.logs, func(l string) bool { return strings.Contains(l, part) }) {
		s.t.Errorf("no log line says %q: %q", part, s.logs)
	}
}

// A vhost on an interface that is not there listens when it comes, on every
// thread, and with those that joined it meanwhile.
func TestListensWhenInterfaceComes(t *testing.T) {
	ifs, server, client := late(t)
	v, err := server.onEth9(nil)
	if err != nil {
		t.Fatal(err)
	}
	second, err := server.onEth9(nil)
	if err != nil {
		t.Fatal(err)
	}
	server.wantLogged(`interface "eth9": no such network interface; looking for it every second`)
	server.run(10e6)
	if v.Port() != nil || v.ListenPort() != port {
		t.Errorf("%v, %d", v.Port(), v.ListenPort())
	}
	client.dial("10.0.0.1")
	client.run(1e6)
	if len(client.errs) != 1 || !strings.Contains(client.errs[0], "refused") {
		t.Errorf("%q", client.errs)
	}
	if n := len(server.logs); n != 2 {
		t.Errorf("%d lines while waiting: %q", n, server.logs)
	}
	ifs.up = true
	server.run(2e6)
	server.wantLogged("listening on 10.0.0.1:7 now")
	if v.Port() == nil || v.Port() != second.Port() {
		t.Errorf("%v, %v", v.Port(), second.Port())
	}
	for _, th := range server.ctx.Threads() {
		if v.Port().Listener(th) == nil {
			t.Errorf("thread %d does not listen", th.Index())
		}
	}
	w := client.dial("10.0.0.1")
	client.run(1e6)
	if !w.Established() {
		t.Errorf("not connected: %q", client.errs)
	}
	client.end()
	server.end()
}

func TestNoWaitWhereNotAsked(t *testing.T) {
	_, server, client := late(t)
	if v, err := server.onEth9(func(o *engine.VhostOptions) { o.AwaitInterface = false }); err == nil {
		t.Errorf("made: %v", v)
	}
	client.end()
	server.end()
}

// Whoever waits for an interface can be destroyed, and does not listen when its
// context was deprecated.
func TestEndsWhileWaiting(t *testing.T) {
	ifs, server, client := late(t)
	gone := 0
	count := func(o *engine.VhostOptions) { o.Finalize = func(*engine.Vhost) { gone++ } }
	v, err := server.onEth9(count)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := server.onEth9(count); err != nil {
		t.Fatal(err)
	}
	v.Destroy(server.ctx.Thread(0))
	server.run(2e6)
	if gone != 1 {
		t.Errorf("%d vhosts are gone", gone)
	}
	server.ctx.Deprecate(server.ctx.Thread(0), func() {}, func() {})
	ifs.up = true
	server.run(3e6)
	if v.Port() != nil || slices.ContainsFunc(server.ctx.Vhosts(), func(v *engine.Vhost) bool { return v.Port() != nil }) {
		t.Error("listens all the same")
	}
	server.end()
	if gone != 2 {
		t.Errorf("%d vhosts are gone", gone)
	}
	client.end()
}
