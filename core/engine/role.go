package engine

import "github.com/golws/golws/core/loop"

// Role joins one wire to the engine's callbacks, for one kind of connection.
// A role is shared by all its wsi; what it knows of one is in Wsi.State.
type Role interface {
	// Name is the role's name in logs and for lookup, such as "ws".
	Name() string
	// Reasons are the callbacks of this role on w.
	Reasons(w *Wsi) *Reasons
	// Opened begins a client connection whose carrier is ready.
	Opened(w *Wsi)
	// Data takes bytes that arrived, which it may overwrite, and answers how
	// many it is done with. Less than all is for a role that has put w on hold
	// (Wsi.Hold) or has changed w's role: the rest is given again.
	Data(w *Wsi, b []byte) int
	// Ended is told that nothing more will arrive, or that the carrier broke.
	Ended(w *Wsi, err error)
	// Writable answers the request for a WRITEABLE callback, when there is
	// space. Most roles call w.CallWriteable.
	Writable(w *Wsi)
	// Drained is told that the out queue became empty after it was not, for
	// roles that have more to send by themselves.
	Drained(w *Wsi)
	// Write frames p and sends it by w.Send… ; p is the caller's and is not
	// changed or kept.
	Write(w *Wsi, p []byte, wp WriteProtocol) error
	// Closing is asked when a close begins that need not be at once. The role
	// may send its farewell; true keeps the connection for the peer's answer,
	// until the role or the timeout that it set calls CloseNow.
	Closing(w *Wsi) bool
	// Closed calls back that the connection is over (CLOSED and its kin).
	Closed(w *Wsi)
	// Probe sends something that a living peer answers, for validity checks,
	// where the role has something of the kind.
	Probe(w *Wsi)
}

// InPlacer is a Role that can frame payload where it lies, in memory with room
// in front. Faces use it to batch small writes.
type InPlacer interface {
	// HeadRoom is how many bytes a frame of n payload bytes needs in front of
	// them, and whether w can frame such a write in place now.
	HeadRoom(w *Wsi, n int, wp WriteProtocol) (room int, ok bool)
	// FrameInPlace completes the frame in b, whose payload begins at room and
	// may be changed (masked).
	FrameInPlace(w *Wsi, b []byte, room int, wp WriteProtocol)
}

// Reasons are a role's callbacks. ReasonNone stands for "not called".
type Reasons struct {
	Writeable Reason
	Bind      Reason
	Drop      Reason
	Made      Reason // for a client, behind Bind in the connect call
}

// ReasonNone is no callback.
const ReasonNone Reason = -1

// Carrier takes a wsi's bytes to the peer: a socket, TLS over one, or a stream
// of a multiplexed connection. loop.Conn is one.
type Carrier interface {
	Write(b []byte) (int, error)
	Writev(bufs [][]byte) (int, error)
	SetReading(on bool)
	CloseWrite() error
	Close()
	Local() loop.Addr
	Remote() loop.Addr
	Fd() int
}

// ClientRole is a Role that can be dialled.
type ClientRole interface {
	Role
	// Prepare gives w the state of a connection to be made, before any
	// callback. The error refuses the connect info.
	Prepare(w *Wsi, ci *ConnectInfo) error
}

// ServerRole is a Role that can take accepted and adopted connections.
type ServerRole interface {
	Role
	// Accepted begins w on a new carrier; false closes it.
	Accepted(w *Wsi) bool
}

// VhostRole is a Role that prepares something from a vhost's options before
// the vhost listens (Vhost.Data); the error refuses the vhost.
type VhostRole interface {
	PrepareVhost(v *Vhost) error
}

// WriteProtocol says what a write is: the values are lws's
// (lws-write.h, enum lws_write_protocol).
type WriteProtocol int

// The kinds of write, and the flags above WriteKind.
const (
	WriteText            WriteProtocol = 0
	WriteBinary          WriteProtocol = 1
	WriteContinuation    WriteProtocol = 2
	WriteHTTP            WriteProtocol = 3
	WritePing            WriteProtocol = 5
	WritePong            WriteProtocol = 6
	WriteHTTPFinal       WriteProtocol = 7
	WriteHTTPHeaders     WriteProtocol = 8
	WriteHTTPHeadersCont WriteProtocol = 9
	WriteKind            WriteProtocol = 0x1f
	WriteBuflist         WriteProtocol = 0x20
	WriteNoFin           WriteProtocol = 0x40
	WriteH2StreamEnd     WriteProtocol = 0x80

	WriteClientIgnoreXorMask WriteProtocol = 0x80
)

// BaseRole answers what most roles do not care for.
type BaseRole struct{}

// Opened does nothing.
func (BaseRole) Opened(*Wsi) {}

// Writable calls the role's WRITEABLE reason.
func (BaseRole) Writable(w *Wsi) { w.CallWriteable() }

// Drained does nothing.
func (BaseRole) Drained(*Wsi) {}

// Closing waits for nothing.
func (BaseRole) Closing(*Wsi) bool { return false }

// Probe has nothing to send.
func (BaseRole) Probe(*Wsi) {}
