package loop

import (
	"errors"
	"net/netip"
)

// Driver delivers data, not readiness: a socket driver reads first and then
// calls the handler with the bytes. All methods but Wake and Now belong to the
// loop's thread. A driver that cannot do a thing answers errors.ErrUnsupported.
type Driver interface {
	// Listen accepts connections and gives each to a. Listeners of several
	// drivers share one socket through ListenSpec.Fd. The error need not say where.
	Listen(spec ListenSpec, a Acceptor) (Listener, error)
	// Dial begins to connect to one address; h.Opened tells the outcome, never
	// before Dial has returned.
	Dial(spec DialSpec, h Handler) (Conn, error)
	// Adopt takes over a connected stream socket. The driver owns the fd from
	// then on, also where it answers an error. fs.ErrExist is for one that it
	// has already, which goes on.
	Adopt(fd int, h Handler) (Conn, error)
	// Watch reports the readiness of a foreign fd (raw files: pipes, ttys) and
	// reads or writes nothing. The fd stays the caller's: Watch.Close only
	// stops watching. fs.ErrExist is for one that the driver has already.
	Watch(fd int, w Watcher) (Watch, error)

	// Poll waits at most limit (Forever, or 0 for not at all), calls
	// l.Polled once, and delivers. EINTR ends the wait and is no error.
	Poll(limit Micros, l *Loop) error
	// Wake ends a wait, or makes the next one end at once. Any thread.
	Wake()
	// Now is the driver's monotonic clock. Any thread.
	Now() Micros
	// Deadline tells when the earliest timer is due, 0 for none, so that a
	// driver whose PollFd is watched by somebody else becomes readable then.
	Deadline(at Micros)
	// PollFd is the one fd that is readable when a Turn has work to do,
	// deadlines and wakes included; -1 where the driver has none.
	PollFd() int
	// Close frees what the driver holds. Conns and listeners are closed by
	// their owners before.
	Close() error
}

// Handler is told what happens to one connection. Every call comes on the
// loop's thread and may do anything to the Conn, closing it included; after
// Conn.Close no call follows.
type Handler interface {
	// Opened tells how a Dial ended. After an error nothing follows, and the
	// Conn is still to be closed.
	Opened(err error)
	// Data lends bytes that have arrived; they are the callee's to overwrite
	// until it returns, and gone then.
	Data(b []byte)
	// Writable tells that a Conn which took less than it was given has space
	// again. It is called once for each such shortage.
	Writable()
	// Ended tells that the peer will send no more: err is nil after an orderly
	// end (writing may still work), else the connection is broken.
	Ended(err error)
}

// Conn is one stream connection.
type Conn interface {
	// Write hands b to the network without blocking and returns how much it
	// took. Less than all is no error: Writable follows when there is space.
	Write(b []byte) (int, error)
	// Writev is Write for several pieces in one gathered call.
	Writev(bufs [][]byte) (int, error)
	// SetReading turns the delivery of Data off and on; on at first. While it
	// is off, the peer's end is not noticed either.
	SetReading(on bool)
	// CloseWrite tells the peer that no more will be sent (TCP FIN).
	CloseWrite() error
	// Close ends the connection at once. Idempotent.
	Close()
	// Local and Remote are the two ends.
	Local() Addr
	Remote() Addr
	// Fd is the socket, -1 where there is none.
	Fd() int
}

// Acceptor receives a listener's connections.
type Acceptor interface {
	// Accepted is given a new connection and answers who handles it; nil
	// closes it.
	Accepted(c Conn) Handler
	// AcceptFailed tells of an error that is not one connection's own, such as
	// EMFILE. The driver keeps listening, after a pause of its own choosing.
	AcceptFailed(err error)
}

// Listener is one listening socket on one driver.
type Listener interface {
	// Addr is where it listens, with the port that the system chose for 0.
	Addr() Addr
	// Fd is the socket, -1 where there is none.
	Fd() int
	// SetAccepting turns accepting off and on; on at first.
	SetAccepting(on bool)
	// Close stops listening. A shared socket closes with its last listener.
	Close() error
}

// Watcher is told of the readiness of a foreign fd.
type Watcher interface {
	Readable()
	Writable()
	// Hangup tells that the other side is gone or the fd is in error.
	Hangup()
}

// Watch is the watching of one foreign fd. It begins with reading on and
// writing off.
type Watch interface {
	SetReading(on bool)
	SetWriting(on bool) // Writable is called once for each time it is turned on
	Close()
}

// Addr is an end of a connection: an IP address and port, or the path of a
// unix socket (a leading "@" stands for the abstract namespace).
type Addr struct {
	IP   netip.AddrPort
	Path string
}

// IsUnix says whether a is a unix socket's.
func (a Addr) IsUnix() bool { return a.Path != "" }

// String is "1.2.3.4:80", "[::1]:80", or the path.
func (a Addr) String() string {
	if a.IsUnix() {
		return a.Path
	}
	return a.IP.String()
}

// KeepAlive holds TCP keep-alive settings in seconds; Idle 0 turns it off.
type KeepAlive struct{ Idle, Interval, Probes int }

// ListenSpec says where and how to listen.
type ListenSpec struct {
	Addr      Addr
	Fd        int       // > 0: an existing listening socket; it is duplicated, not taken
	V6Only    bool      // an IPv6 address accepts no IPv4
	ReusePort bool      // other processes may listen on the same address
	Spread    bool      // others will share it by Fd, and connections are to be spread over them all
	Device    string    // bind to this network interface as well (SO_BINDTODEVICE)
	FastOpen  int       // TCP Fast Open queue length, 0 for off
	UnixMode  uint32    // permissions of a unix socket's path, 0 to leave them
	UnixUID   int       // owner of the path where > 0
	UnixGID   int       // group of the path where > 0
	KeepAlive KeepAlive // of accepted connections
}

// DialSpec says where and how to connect.
type DialSpec struct {
	Addr      Addr
	Local     netip.Addr // source address, the zero Addr for any
	LocalPort uint16
	Device    string // bind to this network interface
	KeepAlive KeepAlive

	TOS        int  // type of service (IPv6: traffic class), 0 to leave it
	Priority   int  // of the socket's queueing, 0 to leave it
	ReuseAddr  bool // the local address may be in use by connections that are over
	PublicAddr bool // prefer a public source address to a temporary one (RFC 5014)
	ReadAll    bool // deliver all that has arrived before others have a turn

	// Made is called within Dial with the socket before it connects, -1 where
	// there is none; nil for nobody. Its error is Dial's.
	Made func(fd int) error
}

// ErrClosed is answered by operations on something closed.
var ErrClosed = errors.New("closed")
