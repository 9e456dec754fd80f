package embedded

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/golws/golws/core/loop"
)

// yard is a Backend that notes what it is asked for.
type yard struct {
	now   loop.Micros
	did   []string
	takes int // bytes that Send takes, -1 for all
	err   error
}

func (y *yard) note(format string, a ...any) { y.did = append(y.did, fmt.Sprintf(format, a...)) }

func (y *yard) Now() loop.Micros { return y.now }

func (y *yard) Deadline(at loop.Micros) {}

func (y *yard) Open(_ *Conn, spec *loop.DialSpec) error {
	y.note("open %s", spec.Addr)
	return y.err
}

func (y *yard) Adopt(fd int) (*Conn, error) { return nil, errors.New("no conn") }

func (y *yard) Send(_ *Conn, bufs [][]byte) (int, error) {
	n := 0
	for _, b := range bufs {
		n += len(b)
	}
	if y.takes >= 0 {
		n = min(n, y.takes)
	}
	y.note("send %d", n)
	return n, y.err
}

func (y *yard) Shutdown(*Conn)          { y.note("shutdown") }
func (y *yard) Reading(_ *Conn, o bool) { y.note("reading %v", o) }
func (y *yard) Close(*Conn)             { y.note("close") }

func (y *yard) Listen(_ *Listener, spec *loop.ListenSpec) (loop.Addr, error) { return spec.Addr, y.err }

func (y *yard) CloseListener(*Listener) { y.note("unlisten") }

// ear notes what it is told; do is called with each.
type ear struct {
	told []string
	do   func(s string)
}

func (e *ear) hear(format string, a ...any) {
	s := fmt.Sprintf(format, a...)
	e.told = append(e.told, s)
	if e.do != nil {
		e.do(s)
	}
}

func (e *ear) Opened(err error) { e.hear("opened %v", err) }
func (e *ear) Data(b []byte)    { e.hear("data %s", b) }
func (e *ear) Writable()        { e.hear("writable") }
func (e *ear) Ended(err error)  { e.hear("ended %v", err) }

func (e *ear) Accepted(loop.Conn) loop.Handler { return e }
func (e *ear) AcceptFailed(err error)          { e.hear("failed %v", err) }

func dialled(t *testing.T) (*yard, *Driver, *loop.Loop, *ear, *Conn) {
	t.Helper()
	y := &yard{now: 1, takes: -1}
	d := New(y)
	l := loop.New(d)
	e := &ear{}
	k, err := d.Dial(loop.DialSpec{Addr: loop.Addr{IP: netip.MustParseAddrPort("192.0.2.1:80")}}, e)
	if err != nil {
		t.Fatal(err)
	}
	return y, d, l, e, k.(*Conn)
}

func turn(t *testing.T, l *loop.Loop) {
	t.Helper()
	if err := l.Turn(0); err != nil {
		t.Fatal(err)
	}
}

func same(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestEventsComeInTheirOrderAndInTheTurn(t *testing.T) {
	y, d, l, e, c := dialled(t)
	if _, err := c.Write([]byte("early")); err == nil {
		t.Error("a write before it is open")
	}
	c.Opened(nil)
	c.Data([]byte("a"))
	c.Data(nil)
	c.Data([]byte("b"))
	c.Ended(nil)
	c.Data([]byte("late"))
	c.Ended(nil)
	c.Writable() // not owed
	if len(e.told) != 0 || !d.Pending() {
		t.Errorf("told before the turn: %q", e.told)
	}
	turn(t, l)
	same(t, "told", e.told, "opened <nil>", "data a", "data b", "ended <nil>")
	if d.Pending() {
		t.Error("something is pending")
	}
	same(t, "did", y.did, "open 192.0.2.1:80")
	c.Close()
	c.Close()
	same(t, "did", y.did, "open 192.0.2.1:80", "close")
	if d.Conns() != 0 {
		t.Error("a conn is left")
	}
}

func TestNothingIsToldBehindClose(t *testing.T) {
	_, _, l, e, c := dialled(t)
	c.Opened(nil)
	c.Data([]byte("a"))
	c.Data([]byte("b"))
	e.do = func(s string) {
		if s == "data a" {
			c.Close()
		}
	}
	turn(t, l)
	c.Data([]byte("c"))
	turn(t, l)
	same(t, "told", e.told, "opened <nil>", "data a")
	if _, err := c.Write([]byte("x")); !errors.Is(err, loop.ErrClosed) {
		t.Errorf("a write behind the end: %v", err)
	}
	if err := c.CloseWrite(); !errors.Is(err, loop.ErrClosed) {
		t.Errorf("a shutdown behind the end: %v", err)
	}
}

func TestWhatComesWhileReadingIsOffIsKept(t *testing.T) {
	y, d, l, e, c := dialled(t)
	c.Opened(nil)
	turn(t, l)
	c.SetReading(false)
	c.SetReading(false)
	c.Data([]byte("a"))
	turn(t, l)
	c.Data([]byte("b"))
	c.Ended(errors.New("reset"))
	turn(t, l)
	same(t, "told", e.told, "opened <nil>")
	c.SetReading(true)
	if !d.Pending() {
		t.Error("no turn is asked for")
	}
	e.do = func(s string) { // and off again with the first of it
		if s == "data ab" {
			c.SetReading(false)
		}
	}
	turn(t, l)
	same(t, "told", e.told, "opened <nil>", "data ab")
	c.SetReading(true)
	turn(t, l)
	same(t, "told", e.told, "opened <nil>", "data ab", "ended reset")
	same(t, "did", y.did[1:], "reading false", "reading true", "reading false", "reading true")
}

func TestWritableIsToldOnceForEachShortage(t *testing.T) {
	y, _, l, e, c := dialled(t)
	c.Opened(nil)
	turn(t, l)
	y.takes = 3
	if n, err := c.Writev([][]byte{[]byte("ab"), []byte("cd")}); n != 3 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := c.Write([]byte("x")); n != 0 || err != nil {
		t.Errorf("while there is no space: %d, %v", n, err)
	}
	c.Writable()
	c.Writable()
	turn(t, l)
	c.Writable()
	turn(t, l)
	same(t, "told", e.told[1:], "writable")
	y.err = errors.New("broken")
	if _, err := c.Write([]byte("x")); err == nil {
		t.Error("a broken connection took bytes")
	}
	same(t, "did", y.did[1:], "send 3", "send 1")
}

func TestListening(t *testing.T) {
	y := &yard{now: 1, takes: -1}
	d := New(y)
	e := &ear{}
	at := loop.Addr{IP: netip.MustParseAddrPort("0.0.0.0:80")}
	x, err := d.Listen(loop.ListenSpec{Addr: at}, e)
	if err != nil || x.Addr() != at {
		t.Fatalf("%v at %v", err, x.Addr())
	}
	l := x.(*Listener)
	c := d.NewConn(at, at)
	if !l.Accepted(c) || !c.Handled() {
		t.Error("refused")
	}
	l.Failed(errors.New("too many"))
	same(t, "told", e.told, "failed too many")
	l.SetAccepting(false)
	if c := d.NewConn(at, at); l.Accepted(c) || !c.Closed() {
		t.Error("accepted while that is off")
	}
	if err := errors.Join(l.Close(), l.Close()); err != nil {
		t.Error(err)
	}
	l.Failed(errors.New("late"))
	same(t, "told", e.told, "failed too many")
	same(t, "did", y.did, "close", "unlisten")
	for _, spec := range []loop.ListenSpec{{Fd: 3}, {Device: "eth0"}, {FastOpen: 5}} {
		if _, err := d.Listen(spec, e); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%+v: %v", spec, err)
		}
	}
	if _, err := d.Watch(0, nil); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("watch: %v", err)
	}
	if _, err := d.Dial(loop.DialSpec{Device: "eth0"}, e); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("a device: %v", err)
	}
	y.err = errors.New("no")
	if _, err := d.Dial(loop.DialSpec{Addr: at}, e); err == nil {
		t.Error("dialled")
	}
	if d.Conns() != 1 {
		t.Errorf("%d conns", d.Conns())
	}
}
