package lws_test

import (
	"net"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/lws"
)

// A vhost that binds its sockets to a network interface binds those of its
// clients, as lws does.
func TestClientsOfAVhostOnADevice(t *testing.T) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	dial := func(device string) (bound, failed string) {
		ctx, err := lws.New(lws.Config{})
		if err != nil {
			t.Fatal(err)
		}
		defer ctx.Destroy()
		done := false
		h := func(w *lws.Wsi, r lws.Reason, in lws.In) int {
			switch r {
			case engine.ReasonRawConnected:
				if bound, err = unix.GetsockoptString(w.Carrier().Fd(), unix.SOL_SOCKET, unix.SO_BINDTODEVICE); err != nil {
					t.Error(err)
				}
				done = true
				return -1
			case engine.ReasonClientConnectionError:
				failed, done = string(in.Bytes), true
			}
			return 0
		}
		v, err := lws.CreateVhost(ctx, lws.VhostOptions{
			Port: lws.NoListen, Iface: device, BindDevice: true,
			Protocols: []*lws.Protocol{{Name: "p", Handler: lws.HandlerFunc(h)}},
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = ctx.Connect(&lws.ConnectInfo{Vhost: v, Address: "127.0.0.1", Port: ln.Addr().(*net.TCPAddr).Port, Method: "RAW"})
		if err != nil {
			t.Fatal(err)
		}
		for !done {
			if err := ctx.Thread(0).Service(1e6); err != nil {
				t.Fatal(err)
			}
		}
		return bound, failed
	}
	bound, failed := dial("lo")
	if strings.Contains(failed, unix.EPERM.Error()) {
		t.Skip("the system lets nobody but root bind to a device")
	}
	if bound != "lo" {
		t.Errorf("bound to %q: %s", bound, failed)
	}
	if _, failed = dial("nosuch0"); !strings.Contains(failed, unix.ENODEV.Error()) {
		t.Errorf("on an interface that is not there: %q", failed)
	}
}
