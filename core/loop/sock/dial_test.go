//go:build linux

package sock_test

import (
	"errors"
	"net"
	"net/netip"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/golws/golws/core/loop"
	"github.com/golws/golws/core/loop/sock"
)

func ip4(port uint16) loop.Addr {
	return loop.Addr{IP: netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), port)}
}

func connect(t *testing.T, l *loop.Loop, spec loop.DialSpec) *rec {
	t.Helper()
	r := newRec(l)
	var err error
	if r.c, err = l.Driver().Dial(spec, r); err != nil {
		t.Fatal(err)
	}
	if r.opened != 0 {
		t.Error("Opened came before Dial returned")
	}
	t.Cleanup(func() { r.c.Close() })
	return r
}

func TestDialTellsOpenedLater(t *testing.T) {
	l, _ := newLoop(t)
	for _, a := range []loop.Addr{ip("127.0.0.1:0"), ip("[::1]:0"), {Path: filepath.Join(t.TempDir(), "s")}} {
		ln, acc := listen(t, l, loop.ListenSpec{Addr: a})
		r := connect(t, l, loop.DialSpec{Addr: ln.Addr(), KeepAlive: loop.KeepAlive{Idle: 99}})
		if n, err := r.c.Write([]byte("too early")); n != 0 || err != nil {
			t.Errorf("a write before Opened answers %d, %v", n, err)
		}
		r.onWrite = func() {
			if r.opened != 1 {
				t.Error("Writable came before Opened")
			}
			if _, err := r.c.Write([]byte("now")); err != nil {
				t.Error(err)
			}
		}
		until(t, l, func() bool { return len(acc.conns) == 1 && string(acc.conns[0].got) == "now" })
		if r.opened != 1 || r.openErr != nil || r.writable != 1 {
			t.Errorf("%v: opened %d times with %v, writable %d times", a, r.opened, r.openErr, r.writable)
		}
		if r.c.Remote() != ln.Addr() {
			t.Errorf("remote is %v, dialled %v", r.c.Remote(), ln.Addr())
		}
		if !a.IsUnix() {
			if acc.conns[0].c.Remote() != r.c.Local() {
				t.Errorf("local %v, accepted from %v", r.c.Local(), acc.conns[0].c.Remote())
			}
			if v := option(t, r.c.Fd(), unix.IPPROTO_TCP, unix.TCP_NODELAY); v != 1 {
				t.Error("TCP_NODELAY is off")
			}
			if v := option(t, r.c.Fd(), unix.IPPROTO_TCP, unix.TCP_KEEPIDLE); v != 99 {
				t.Errorf("TCP_KEEPIDLE is %d", v)
			}
		}
	}
}

// closedPort is a port that nobody listens on.
func closedPort(t *testing.T) loop.Addr {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return loop.Addr{IP: netip.MustParseAddrPort(ln.Addr().String())}
}

func TestDialRefused(t *testing.T) {
	l, d := newLoop(t)
	r := connect(t, l, loop.DialSpec{Addr: closedPort(t)})
	until(t, l, func() bool { return r.opened == 1 })
	if !errors.Is(r.openErr, unix.ECONNREFUSED) {
		t.Errorf("opened with %v", r.openErr)
	}
	restful(t, l)
	if r.opened != 1 || r.ended != 0 || r.writable != 0 {
		t.Errorf("opened %d, ended %d, writable %d times", r.opened, r.ended, r.writable)
	}
	noLeaks(t)
	for addr, want := range map[loop.Addr]error{
		{Path: filepath.Join(t.TempDir(), "none")}: unix.ENOENT,
		{Path: "@golws-test-nobody"}:               unix.ECONNREFUSED,
		{}:                                         unix.EAFNOSUPPORT,
	} {
		if _, err := d.Dial(loop.DialSpec{Addr: addr}, newRec(l)); !errors.Is(err, want) {
			t.Errorf("dial %v answers %v, want %v", addr, err, want)
		}
	}
}

func TestDialClosedBeforeOpened(t *testing.T) {
	l, _ := newLoop(t)
	ln, acc := listen(t, l, loop.ListenSpec{Addr: ip("127.0.0.1:0")})
	r := connect(t, l, loop.DialSpec{Addr: ln.Addr()})
	r.c.Close()
	until(t, l, func() bool { return len(acc.conns) == 1 && acc.conns[0].ended == 1 })
	restful(t, l)
	if r.opened != 0 {
		t.Error("Opened came after Close")
	}
}

func TestDialFromASource(t *testing.T) {
	l, d := newLoop(t)
	ln, acc := listen(t, l, loop.ListenSpec{Addr: ip("127.0.0.1:0")})
	from := netip.MustParseAddr("127.0.0.9")
	connect(t, l, loop.DialSpec{Addr: ln.Addr(), Local: from})
	port := closedPort(t).IP.Port()
	connect(t, l, loop.DialSpec{Addr: ln.Addr(), LocalPort: port})
	until(t, l, func() bool { return len(acc.conns) == 2 })
	if got := acc.conns[0].c.Remote().IP.Addr(); got != from {
		t.Errorf("came from %v, want %v", got, from)
	}
	if got := acc.conns[1].c.Remote().IP.Port(); got != port {
		t.Errorf("came from port %d, want %d", got, port)
	}
	if _, err := d.Dial(loop.DialSpec{Addr: ln.Addr(), Local: netip.MustParseAddr("::1")}, newRec(l)); !errors.Is(err, unix.EAFNOSUPPORT) {
		t.Errorf("an IPv6 source for an IPv4 peer: %v", err)
	}
	if _, err := d.Dial(loop.DialSpec{Addr: ln.Addr(), Device: "nosuch0"}, newRec(l)); !errors.Is(err, unix.ENODEV) && !errors.Is(err, unix.EPERM) {
		t.Errorf("a device that is not there: %v", err)
	}
	r := connect(t, l, loop.DialSpec{Addr: ln.Addr(), Device: "lo"})
	until(t, l, func() bool { return r.opened == 1 })
	if r.openErr != nil {
		t.Errorf("over lo: %v", r.openErr)
	}
}

func TestAdoptTakesOnlyConnectedStreams(t *testing.T) {
	l, d := newLoop(t)
	noLeaks(t)
	datagram, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	idle, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	rd, wr := pipe(t)
	closeFd(t, wr)
	for fd, want := range map[int]error{
		datagram: unix.EPROTOTYPE, idle: unix.ENOTCONN, rd: unix.ENOTSOCK, 9999: unix.EBADF,
	} {
		if _, err := d.Adopt(fd, newRec(l)); !errors.Is(err, want) {
			t.Errorf("adopt answers %v, want %v", err, want)
		}
	}
	if _, err := d.Adopt(-1, newRec(l)); !errors.Is(err, unix.EBADF) {
		t.Errorf("adopt -1 answers %v", err)
	}
}

func TestAdoptedTCP(t *testing.T) {
	l, d := newLoop(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0) // it blocks
	if err != nil {
		t.Fatal(err)
	}
	port := ln.Addr().(*net.TCPAddr).Port
	if err := unix.Connect(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}, Port: port}); err != nil {
		t.Fatal(err)
	}
	peer, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	r := newRec(l)
	if r.c, err = d.Adopt(fd, r); err != nil {
		t.Fatal(err)
	}
	defer r.c.Close()
	if r.c.Remote().String() != ln.Addr().String() || r.c.Local().String() != peer.RemoteAddr().String() {
		t.Errorf("%v > %v", r.c.Local(), r.c.Remote())
	}
	restful(t, l)
	if _, err := peer.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	until(t, l, func() bool { return string(r.got) == "hello" })
}

func TestDialOptions(t *testing.T) {
	l, _ := newLoop(t)
	for _, a := range []string{"127.0.0.1:0", "[::1]:0"} {
		ln, _ := listen(t, l, loop.ListenSpec{Addr: ip(a)})
		made := -1
		spec := loop.DialSpec{Addr: ln.Addr(), TOS: 0x10, Priority: 3, ReuseAddr: true, PublicAddr: true}
		spec.Made = func(fd int) error {
			made = fd
			if _, err := unix.Getpeername(fd); err != unix.ENOTCONN {
				t.Errorf("connected before Made: %v", err)
			}
			if n := localPort(t, fd); n != 0 {
				t.Errorf("bound to port %d before Made", n)
			}
			return nil
		}
		r := connect(t, l, spec)
		until(t, l, func() bool { return r.opened == 1 })
		if made != r.c.Fd() {
			t.Errorf("Made was given %d, the socket is %d", made, r.c.Fd())
		}
		for _, o := range []struct{ level, name, want int }{
			{unix.SOL_SOCKET, unix.SO_PRIORITY, 3},
			{unix.SOL_SOCKET, unix.SO_REUSEADDR, 1},
		} {
			if v := option(t, r.c.Fd(), o.level, o.name); v != o.want {
				t.Errorf("%s: option %d is %d", a, o.name, v)
			}
		}
		level, name := unix.IPPROTO_IP, unix.IP_TOS
		if a[0] == '[' {
			level, name = unix.IPPROTO_IPV6, unix.IPV6_TCLASS
			if v := option(t, r.c.Fd(), level, unix.IPV6_ADDR_PREFERENCES); v&2 == 0 {
				t.Errorf("address preferences %#x", v)
			}
		}
		if v := option(t, r.c.Fd(), level, name); v != 0x10 {
			t.Errorf("%s: type of service %#x", a, v)
		}
	}
}

func localPort(t *testing.T, fd int) int {
	t.Helper()
	sa, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return sa.Port
	case *unix.SockaddrInet6:
		return sa.Port
	}
	return -1
}

func TestDialRefusedByMade(t *testing.T) {
	l, _ := newLoop(t)
	ln, acc := listen(t, l, loop.ListenSpec{Addr: ip("127.0.0.1:0")})
	no, fd := errors.New("no"), -1
	c, err := l.Driver().Dial(loop.DialSpec{Addr: ln.Addr(), Made: func(f int) error { fd = f; return no }}, newRec(l))
	if c != nil || !errors.Is(err, no) {
		t.Errorf("answers %v, %v", c, err)
	}
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != unix.EBADF {
		t.Errorf("the socket is left open: %v", err)
	}
	if len(acc.conns) != 0 {
		t.Error("connected")
	}
}

// With ReadAll whatever has arrived is delivered in one turn.
func TestDialReadAll(t *testing.T) {
	const size = 100_000
	for _, all := range []bool{false, true} {
		l, _ := newLoopWith(t, sock.Config{Buffer: make([]byte, 8<<10)})
		ln, acc := listen(t, l, loop.ListenSpec{Addr: ip("127.0.0.1:0")})
		r := connect(t, l, loop.DialSpec{Addr: ln.Addr(), ReadAll: all})
		until(t, l, func() bool { return r.opened == 1 && len(acc.conns) == 1 })
		r.c.SetReading(false)
		peer := acc.conns[0].c
		for sent := 0; sent < 10*size; {
			n, err := peer.Write(make([]byte, size))
			if err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				break
			}
			sent += n
		}
		n := 0
		r.onData = func([]byte) { n++ }
		r.c.SetReading(true)
		for n == 0 {
			if err := l.Turn(loop.Forever); err != nil {
				t.Fatal(err)
			}
		}
		if all != (n > 1) {
			t.Errorf("ReadAll %v: %d deliveries in a turn", all, n)
		}
	}
}
