//go:build linux

package sock_test

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/golws/golws/core/loop"
)

func listen(t *testing.T, l *loop.Loop, spec loop.ListenSpec) (loop.Listener, *acceptor) {
	t.Helper()
	a := &acceptor{l: l}
	ln, err := l.Driver().Listen(spec, a)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, r := range a.conns {
			r.c.Close()
		}
		if err := ln.Close(); err != nil {
			t.Error(err)
		}
	})
	return ln, a
}

func dial(t *testing.T, a loop.Addr) net.Conn {
	t.Helper()
	network, addr := netAddr(a)
	c, err := net.Dial(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func option(t *testing.T, fd, level, name int) int {
	t.Helper()
	v, err := unix.GetsockoptInt(fd, level, name)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAcceptedSockets(t *testing.T) {
	l, _ := newLoop(t)
	ln, a := listen(t, l, loop.ListenSpec{
		Addr: ip("127.0.0.1:0"), KeepAlive: loop.KeepAlive{Idle: 77, Interval: 7, Probes: 3}, FastOpen: 5,
	})
	c := dial(t, ln.Addr())
	until(t, l, func() bool { return len(a.conns) == 1 })
	got := a.conns[0].c
	if got.Remote().String() != c.LocalAddr().String() || got.Local().String() != c.RemoteAddr().String() {
		t.Errorf("accepted %v > %v, dialled %v > %v", got.Remote(), got.Local(), c.LocalAddr(), c.RemoteAddr())
	}
	fd := got.Fd()
	for _, o := range []struct {
		name              string
		level, what, want int
	}{
		{"TCP_NODELAY", unix.IPPROTO_TCP, unix.TCP_NODELAY, 1},
		{"SO_KEEPALIVE", unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
		{"TCP_KEEPIDLE", unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 77},
		{"TCP_KEEPINTVL", unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 7},
		{"TCP_KEEPCNT", unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 3},
	} {
		if v := option(t, fd, o.level, o.what); v != o.want {
			t.Errorf("%s is %d, want %d", o.name, v, o.want)
		}
	}
	if fl, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != nil || fl&unix.FD_CLOEXEC == 0 {
		t.Errorf("an accepted socket would be inherited: %v", err)
	}
	if fl, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0); err != nil || fl&unix.O_NONBLOCK == 0 {
		t.Errorf("an accepted socket blocks: %v", err)
	}
}

func TestNobodyToHandleIsClosed(t *testing.T) {
	l, _ := newLoop(t)
	ln, a := listen(t, l, loop.ListenSpec{Addr: ip("127.0.0.1:0")})
	a.none = true
	c := dial(t, ln.Addr())
	ended := make(chan error, 1)
	go func() {
		_, err := c.Read(make([]byte, 1))
		ended <- err
	}()
	until(t, l, func() bool { return len(ended) == 1 })
}

type closer struct{ c loop.Conn }

func (k *closer) Accepted(c loop.Conn) loop.Handler {
	k.c = c
	c.Close()
	return newRec(nil)
}
func (k *closer) AcceptFailed(error) {}

func TestCloseFromWithinAccepted(t *testing.T) {
	l, d := newLoop(t)
	k := &closer{}
	ln, err := d.Listen(loop.ListenSpec{Addr: ip("127.0.0.1:0")}, k)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	c := dial(t, ln.Addr())
	if _, err := c.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	until(t, l, func() bool { return k.c != nil })
	restful(t, l)
}

func TestDualStackAndV6Only(t *testing.T) {
	l, _ := newLoop(t)
	both, a := listen(t, l, loop.ListenSpec{Addr: ip("[::]:0")})
	port := both.Addr().IP.Port()
	dial(t, ip4(port))
	until(t, l, func() bool { return len(a.conns) == 1 })
	if got := a.conns[0].c.Remote().IP.Addr(); !got.Is4() {
		t.Errorf("an IPv4 peer is shown as %v", got)
	}
	only, _ := listen(t, l, loop.ListenSpec{Addr: ip("[::]:0"), V6Only: true})
	if c, err := net.Dial("tcp", ip4(only.Addr().IP.Port()).String()); err == nil {
		c.Close()
		t.Error("an IPv6-only listener took an IPv4 connection")
	}
}

func TestAddressInUse(t *testing.T) {
	l, d := newLoop(t)
	first, _ := listen(t, l, loop.ListenSpec{Addr: ip("127.0.0.1:0")})
	if _, err := d.Listen(loop.ListenSpec{Addr: first.Addr()}, &acceptor{}); !errors.Is(err, unix.EADDRINUSE) {
		t.Errorf("listening twice answers %v", err)
	}
	port, _ := listen(t, l, loop.ListenSpec{Addr: ip("127.0.0.1:0"), ReusePort: true})
	listen(t, l, loop.ListenSpec{Addr: port.Addr(), ReusePort: true})
	if _, err := d.Listen(loop.ListenSpec{}, &acceptor{}); !errors.Is(err, unix.EAFNOSUPPORT) {
		t.Errorf("listening nowhere answers %v", err)
	}
}

func TestUnixPaths(t *testing.T) {
	l, d := newLoop(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "s")
	spec := loop.ListenSpec{Addr: loop.Addr{Path: path}, UnixMode: 0o640}
	ln, err := d.Listen(spec, &acceptor{l: l})
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if ln.Addr().Path != path {
		t.Errorf("listens on %v", ln.Addr())
	}
	if _, err := d.Listen(spec, &acceptor{}); !errors.Is(err, unix.EADDRINUSE) {
		t.Errorf("a path that is listened on: %v", err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the path of the first is gone: %v", err)
	}
	if err := ln.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the path is left: %v", err)
	}

	// What a crash has left behind is replaced.
	stale, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	stale.SetUnlinkOnClose(false)
	stale.Close()
	ln, err = d.Listen(spec, &acceptor{l: l})
	if err != nil {
		t.Fatal(err)
	}
	// A path that somebody has replaced is not ours to remove.
	if err := os.Rename(path, path+".old"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := ln.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error("somebody else's file was removed")
	}
	if _, err := d.Listen(spec, &acceptor{}); !errors.Is(err, unix.EADDRINUSE) {
		t.Errorf("a path that is a file: %v", err)
	}
}

func TestSetAcceptingHoldsConnectionsBack(t *testing.T) {
	l, _ := newLoop(t)
	own, a := listen(t, l, loop.ListenSpec{Addr: ip("127.0.0.1:0")})
	shared, b := listen(t, l, loop.ListenSpec{Fd: own.Fd()})
	accepted := func() int { return len(a.conns) + len(b.conns) }
	for _, x := range []struct {
		on, off loop.Listener
		a       *acceptor
	}{{own, shared, a}, {shared, own, b}} {
		own.SetAccepting(false)
		shared.SetAccepting(false)
		before, mine := accepted(), len(x.a.conns)
		dial(t, own.Addr())
		restful(t, l)
		if accepted() != before {
			t.Fatal("accepted while off")
		}
		x.on.SetAccepting(true)
		until(t, l, func() bool { return len(x.a.conns) == mine+1 })
		restful(t, l)
	}
	if len(a.errs)+len(b.errs) > 0 {
		t.Errorf("failures: %v %v", a.errs, b.errs)
	}
}

func TestListenersShareOneSocketOnTwoThreads(t *testing.T) {
	one, two := newService(t), newService(t)
	s1, s2 := &echoServer{}, &echoServer{}
	ln1, err := one.d.Listen(loop.ListenSpec{Addr: ip("127.0.0.1:0")}, s1)
	if err != nil {
		t.Fatal(err)
	}
	ln2, err := two.d.Listen(loop.ListenSpec{Fd: ln1.Fd()}, s2)
	if err != nil {
		t.Fatal(err)
	}
	if ln2.Addr() != ln1.Addr() || ln2.Fd() == ln1.Fd() {
		t.Errorf("shares %v with fd %d, listens on %v with fd %d", ln1.Addr(), ln1.Fd(), ln2.Addr(), ln2.Fd())
	}
	one.start(t)
	two.start(t)
	echoed := func() {
		c := dial(t, ln1.Addr())
		if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
	}
	for range 200 {
		echoed()
	}
	var n1, n2 int
	one.call(func() { n1 = s1.count })
	two.call(func() { n2 = s2.count })
	if n1+n2 != 200 {
		t.Errorf("%d and %d accepted of 200", n1, n2)
	}
	t.Logf("the threads took %d and %d", n1, n2)

	// While one thread is busy the other takes what comes.
	busy, release := make(chan struct{}), make(chan struct{})
	two.Post(func() { close(busy); <-release })
	<-busy
	for range 10 {
		echoed()
	}
	close(release)
	one.call(func() {
		if s1.count != n1+10 {
			t.Errorf("the idle thread took %d of 10", s1.count-n1)
		}
	})

	// The socket closes with its last listener.
	one.call(func() { ln1.Close() })
	echoed()
	two.call(func() { ln2.Close() })
	if c, err := net.Dial("tcp", ln1.Addr().String()); err == nil {
		c.Close()
		t.Error("still listening after both have closed")
	}
	one.end(t)
	two.end(t)
}

func TestSharingWhatDoesNotListenIsAnError(t *testing.T) {
	l, d := newLoop(t)
	r, fd := pair(t, l)
	defer closeFd(t, fd)
	if _, err := d.Listen(loop.ListenSpec{Fd: r.c.Fd()}, &acceptor{}); !errors.Is(err, unix.EINVAL) {
		t.Errorf("sharing a connection answers %v", err)
	}
	if _, err := d.Listen(loop.ListenSpec{Fd: 9999}, &acceptor{}); !errors.Is(err, unix.EBADF) {
		t.Errorf("sharing nothing answers %v", err)
	}
}

const emfileChild = "GOLWS_TEST_EMFILE"

// Running out of fds is told, does not spin, and passes. A child lowers its
// limit, so that nobody else's fds fail.
func TestOutOfFds(t *testing.T) {
	if os.Getenv(emfileChild) == "" {
		for _, listener := range []string{"own", "shared"} {
			cmd := exec.Command(os.Args[0], "-test.run=^TestOutOfFds$", "-test.v")
			cmd.Env = append(os.Environ(), emfileChild+"="+listener)
			out, err := cmd.CombinedOutput()
			if err != nil || !strings.Contains(string(out), "all accepted in the end") {
				t.Errorf("%s listener: %v\n%s", listener, err, out)
			}
		}
		return
	}
	l, _ := newLoop(t)
	ln, a := listen(t, l, loop.ListenSpec{Addr: ip("127.0.0.1:0")})
	if os.Getenv(emfileChild) == "shared" {
		ln.SetAccepting(false)
		ln, a = listen(t, l, loop.ListenSpec{Fd: ln.Fd()})
	}
	for range 5 {
		dial(t, ln.Addr())
	}
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	top, err := unix.Dup(0)
	if err != nil {
		t.Fatal(err)
	}
	closeFd(t, top)
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: uint64(top) + 2, Max: old.Max}); err != nil {
		t.Fatal(err)
	}
	turns := 0
	begin := time.Now()
	until(t, l, func() bool { turns++; return len(a.errs) >= 4 })
	// A busy machine may be late for what comes every tenth of a second, but not early.
	if took := time.Since(begin); len(a.conns) != 2 || len(a.errs) > 4 || took < 300*time.Millisecond {
		t.Fatalf("%d accepted with 2 fds left, %d failures told in %v", len(a.conns), len(a.errs), took)
	}
	if most := 20 + int(time.Since(begin)/(5*time.Millisecond)); turns > most { // until's turns wait for 10 ms
		t.Fatalf("%d turns, at most %d are meant", turns, most)
	}
	for _, err := range a.errs {
		if !errors.Is(err, unix.EMFILE) {
			t.Errorf("told %v", err)
		}
	}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	until(t, l, func() bool { return len(a.conns) == 5 })
	t.Log("all accepted in the end")
}
