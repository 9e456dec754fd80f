// Package platform has the role of WebSocket clients that ride on a WebSocket of
// the platform's, such as a browser's: the platform speaks the protocol, and the
// role makes lws's callbacks of its events.
//
// What such a WebSocket has not is refused or missing: pings, headers of one's
// own, fragments (a message is gathered until its end, and then sent), a stop
// of receiving (what arrives meanwhile is kept, up to a limit).
package platform

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"unicode/utf8"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop"
	wire "github.com/golws/golws/core/wire/ws"
)

// Socket is a WebSocket of the platform's.
type Socket interface {
	// Send sends a message; full says that the platform has enough for now, and
	// that engine's Writable is owed. b is lent until it returns.
	Send(b []byte, binary bool) (full bool, err error)
	// Close begins to close; Role.HasClosed tells the end. Code 0 is none.
	Close(code uint16, reason []byte)
	// Release says that nothing is wanted of it any more.
	Release()
	// Fd is a number for it.
	Fd() int
}

// Role is the role, by the name "ws".
type Role struct {
	engine.BaseRole
	// Open opens a WebSocket. Role.HasOpened or Role.HasClosed tells the
	// outcome, never before it has returned.
	Open func(w *engine.Wsi, url, protocols string) (Socket, error)
}

// conn is a connection from Prepare on; it is its own carrier.
type conn struct {
	ci     *engine.ConnectInfo
	sock   Socket // nil before Dial and behind the end
	named  string // the subprotocol that was agreed on
	open   bool
	closes bool // Close was called on sock
	ended  bool // it has closed

	out    []byte // of a message begun with NO_FIN
	begun  bool
	binary bool

	in      []piece // kept while receiving is off
	inBytes int
	own     *bye // what our close says
	peer    []byte
	clean   bool // the platform closed with both close frames
}

// piece is one that waits for receiving to be turned on, or the close behind
// them.
type piece struct {
	f   engine.Fragment
	end *bye
}

type bye struct {
	code   uint16
	reason []byte
	clean  bool
}

// closeTimeout is for the platform to close, in microseconds.
const closeTimeout = 5e6

// maxKept limits what is kept while receiving is off; pieceCost is what a piece
// counts beside its bytes.
const (
	maxKept   = engine.QueueCap
	pieceCost = 64
)

var (
	dialReasons = engine.Reasons{
		Writeable: engine.ReasonNone,
		Bind:      engine.ReasonClientHTTPBindProtocol,
		Drop:      engine.ReasonClientHTTPDropProtocol,
		Made:      engine.ReasonServerNewClientInstantiated,
	}
	openReasons = engine.Reasons{
		Writeable: engine.ReasonClientWriteable,
		Bind:      engine.ReasonWSClientBindProtocol,
		Drop:      engine.ReasonWSClientDropProtocol,
		Made:      engine.ReasonNone,
	}
)

// What Write refuses.
var (
	ErrKind       = errors.New("the platform's WebSocket sends whole messages only, and no pings")
	ErrNoMessage  = errors.New("a continuation without a message begun with NO_FIN")
	ErrUnfinished = errors.New("a new message while one begun with NO_FIN has not ended")
)

func of(w *engine.Wsi) *conn {
	c, _ := w.State.(*conn)
	return c
}

// Is says that w is one of this role's.
func Is(w *engine.Wsi) bool { return of(w) != nil }

// Name is "ws".
func (*Role) Name() string { return "ws" }

// Reasons are those of a WebSocket client.
func (*Role) Reasons(w *engine.Wsi) *engine.Reasons {
	if c := of(w); c != nil && c.open {
		return &openReasons
	}
	return &dialReasons
}

// Prepare checks ci.
func (*Role) Prepare(w *engine.Wsi, ci *engine.ConnectInfo) error {
	if ci.Protocols != "" {
		if _, err := wire.ParseProtocols(ci.Protocols); err != nil {
			return err
		}
	}
	if strings.HasPrefix(ci.Address, "+") || strings.ContainsAny(ci.Address, "/?#@ ") {
		return fmt.Errorf("%q is no host", ci.Address)
	}
	w.State = &conn{ci: ci}
	return nil
}

// URL is what is opened for ci.
func URL(ci *engine.ConnectInfo) string {
	scheme := "ws://"
	if ci.SSL != 0 {
		scheme = "wss://"
	}
	host := ci.Address
	if a, err := netip.ParseAddr(host); err == nil && a.Is6() {
		host = "[" + host + "]"
	}
	path := ci.Path
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return fmt.Sprintf("%s%s:%d%s", scheme, host, ci.Port, path)
}

// Dial has the platform open.
func (r *Role) Dial(w *engine.Wsi) (engine.Carrier, error) {
	c := of(w)
	var err error
	if c.sock, err = r.Open(w, URL(c.ci), c.ci.Protocols); err != nil {
		return nil, err
	}
	return c, nil
}

// HasOpened tells that the platform's WebSocket is open.
func (r *Role) HasOpened(w *engine.Wsi, protocol string) {
	if c := of(w); c != nil && !c.open {
		c.named = protocol
		w.Dialled(nil)
	}
}

// Opened makes the callbacks up to CLIENT_ESTABLISHED.
func (*Role) Opened(w *engine.Wsi) {
	c := of(w)
	if w.Call(engine.ReasonEstablishedClientHTTP, engine.In{}) != 0 {
		w.Fail("HS: disallowed at ESTABLISHED")
		return
	}
	if !w.Alive() {
		return
	}
	if c.ci.LocalProtocol == "" && c.named != "" {
		if p := w.Vhost().Protocol(c.named); p != nil && p != w.Protocol() && w.Bind(p) != 0 {
			w.Fail("HS: refused by CLIENT_HTTP_BIND_PROTOCOL")
			return
		}
	}
	if !w.Alive() {
		return
	}
	if w.Call(engine.ReasonClientFilterPreEstablish, engine.In{}) != 0 {
		w.Fail("HS: Rejected by filter cb")
		return
	}
	if !w.Alive() {
		return
	}
	c.open = true
	if w.Call(engine.ReasonClientEstablished, engine.In{}) != 0 {
		w.Fail("HS: Rejected at CLIENT_ESTABLISHED")
		return
	}
	if w.Alive() {
		w.SetEstablished()
		w.ValidityConfirmed()
	}
}

// Data is never called: the platform has messages.
func (*Role) Data(_ *engine.Wsi, b []byte) int { return len(b) }

// Ended is never called: HasClosed is.
func (*Role) Ended(w *engine.Wsi, _ error) { w.CloseNow() }

// Write sends a message, or gathers it.
func (*Role) Write(w *engine.Wsi, p []byte, wp engine.WriteProtocol) error {
	c := of(w)
	if c == nil || !c.open || c.sock == nil {
		return engine.ErrClosed
	}
	final := wp&engine.WriteNoFin == 0
	switch kind := wp & engine.WriteKind; kind {
	case engine.WriteText, engine.WriteBinary:
		if c.begun {
			return ErrUnfinished
		}
		if final {
			return c.send(w, p, kind == engine.WriteBinary)
		}
		c.begun, c.binary = true, kind == engine.WriteBinary
	case engine.WriteContinuation:
		if !c.begun {
			return ErrNoMessage
		}
	default:
		return ErrKind
	}
	if len(c.out)+len(p) > engine.QueueCap {
		return engine.ErrQueueFull
	}
	c.out = append(c.out, p...)
	if !final {
		return nil
	}
	b := c.out
	c.out, c.begun = nil, false
	return c.send(w, b, c.binary)
}

func (c *conn) send(w *engine.Wsi, b []byte, binary bool) error {
	full, err := c.sock.Send(b, binary)
	if err != nil {
		w.Logf(engine.LogInfo, "sending failed: %v", err)
		return engine.ErrClosed
	}
	if full {
		w.Shared.Blocked = 1
	}
	return nil
}

// Sending says that a message was begun with NO_FIN and not ended.
func Sending(w *engine.Wsi) bool {
	c := of(w)
	return c != nil && c.begun
}

// SetCloseReason says what a close tells the peer; false where w is none of
// this role's, or was never open.
func SetCloseReason(w *engine.Wsi, code uint16, reason []byte) bool {
	c := of(w)
	if c == nil || !c.open {
		return false
	}
	if code != 0 && !wire.ValidCloseCode(code) {
		w.Logf(engine.LogWarn, "close code %d must not be sent: the close will have none", code)
		code = 0
	}
	if !utf8.Valid(reason) {
		w.Logf(engine.LogWarn, "a close reason that is not UTF-8 is left out")
		reason = nil
	}
	if n := wire.MaxCloseReason; len(reason) > n {
		for n > 0 && !utf8.RuneStart(reason[n]) {
			n--
		}
		reason = reason[:n]
	}
	c.own = &bye{code: code, reason: append([]byte(nil), reason...)}
	return true
}

// ClosePayload is the peer's code and reason, or ours.
func ClosePayload(w *engine.Wsi) []byte {
	c := of(w)
	switch {
	case c == nil:
		return nil
	case c.peer != nil || c.own == nil || c.own.code == 0:
		return c.peer
	}
	return wire.AppendClose(nil, c.own.code, string(c.own.reason))
}

// PeerClosed says whether the platform has told that w was closed cleanly.
func PeerClosed(w *engine.Wsi) bool {
	c := of(w)
	return c != nil && c.clean
}

// Closing has the platform close, and waits for it.
func (*Role) Closing(w *engine.Wsi) bool {
	c := of(w)
	if c == nil || c.sock == nil || c.ended || !c.open {
		return false
	}
	w.SetEstablished()
	c.close()
	w.SetTimeout(engine.TimeoutCloseAck, closeTimeout)
	return true
}

func (c *conn) close() {
	if c.closes || c.sock == nil {
		return
	}
	c.closes = true
	if c.own != nil {
		c.sock.Close(c.own.code, c.own.reason)
		return
	}
	c.sock.Close(0, nil)
}

// Closed calls CLIENT_CLOSED.
func (*Role) Closed(w *engine.Wsi) { w.Call(engine.ReasonClientClosed, engine.In{}) }

// Carrier, as far as there is one.

// Write is never called: the role sends messages.
func (*conn) Write([]byte) (int, error) { return 0, loop.ErrClosed }

// Writev is never called either.
func (*conn) Writev([][]byte) (int, error) { return 0, loop.ErrClosed }

// SetReading cannot stop the platform.
func (*conn) SetReading(bool) {}

// CloseWrite has nothing to do.
func (*conn) CloseWrite() error { return nil }

// Close lets go of the platform's WebSocket.
func (c *conn) Close() {
	if c.sock != nil {
		if !c.ended {
			c.close()
		}
		c.sock.Release()
		c.sock = nil
	}
	c.in, c.out = nil, nil
}

// Local is not known.
func (*conn) Local() loop.Addr { return loop.Addr{} }

// Remote is not known.
func (*conn) Remote() loop.Addr { return loop.Addr{} }

// Fd is the socket's number.
func (c *conn) Fd() int {
	if c.sock == nil {
		return -1
	}
	return c.sock.Fd()
}
