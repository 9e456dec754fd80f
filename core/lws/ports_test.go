package lws_test

import (
	"fmt"
	"net"
	"path/filepath"
	"testing"

	"github.com/golws/golws/core/lws"
)

func quiet(*lws.Wsi, lws.Reason, lws.In) int { return 0 }

// Vhosts that name the same place share a listening socket; others have one of
// their own.
func TestVhostsShareWhatTheyName(t *testing.T) {
	cx, err := lws.New(lws.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer cx.Destroy()
	vhost := func(name string, o lws.VhostOptions) *lws.Vhost {
		t.Helper()
		o.Name, o.ListenRole = name, "raw-skt"
		o.Protocols = []*lws.Protocol{{Name: "p", Handler: lws.HandlerFunc(quiet)}}
		v, err := lws.CreateVhost(cx, o)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	path := filepath.Join(t.TempDir(), "s")
	a := vhost("a", lws.VhostOptions{UnixSocket: true, Iface: path})
	b := vhost("b", lws.VhostOptions{UnixSocket: true, Iface: path, Port: 1}) // a number that means nothing
	if a.Port() != b.Port() {
		t.Error("a path is listened on twice")
	}
	c := vhost("c", lws.VhostOptions{Iface: "127.0.0.1"})
	d := vhost("d", lws.VhostOptions{Iface: "127.0.0.1"})
	if c.Port() == d.Port() || c.ListenPort() == d.ListenPort() {
		t.Error("any port is the same port")
	}
	e := vhost("e", lws.VhostOptions{Iface: "127.0.0.1", Port: c.ListenPort()})
	if e.Port() != c.Port() {
		t.Error("a port is listened on twice")
	}
	if _, err := lws.CreateVhost(cx, lws.VhostOptions{Iface: "127.0.0.2", Port: -5}); err == nil {
		t.Error("port -5")
	}
	c.Destroy(cx.Thread(0))
	if _, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", e.ListenPort())); err != nil {
		t.Error("the port is gone with one of its vhosts: ", err)
	}
	e.Destroy(cx.Thread(0))
	if _, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", d.ListenPort())); err != nil {
		t.Error(err)
	}
	if n, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", e.ListenPort())); err == nil {
		t.Error("the port is there behind its last vhost")
		n.Close()
	}
}

// A thread that serves for the first time behind Deprecate does not listen.
func TestDeprecatedBeforeAThreadListens(t *testing.T) {
	cx, err := lws.New(lws.Config{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer cx.Destroy()
	v, err := lws.CreateVhost(cx, lws.VhostOptions{Iface: "127.0.0.1", Protocols: []*lws.Protocol{{Name: "p", Handler: lws.HandlerFunc(quiet)}}})
	if err != nil {
		t.Fatal(err)
	}
	free, empty := 0, 0
	cx.Deprecate(cx.Thread(0), func() { free++ }, func() { empty++ })
	if free+empty != 0 {
		t.Error("told before the other thread has stopped")
	}
	for range 3 {
		for _, th := range cx.Threads() {
			if err := th.Service(0); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, th := range cx.Threads() {
		if v.Port().Listener(th) != nil {
			t.Errorf("thread %d listens", th.Index())
		}
	}
	if free != 1 || empty != 1 {
		t.Errorf("told %d times that the ports are free, %d times that it is empty", free, empty)
	}
}
