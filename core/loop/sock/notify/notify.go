// Package notify is the seam below the socket driver: who tells it that file
// descriptors are ready. The system's own means are sock/epoll and
// sock/kqueue; somebody else's event loop can be a Notifier as well, by
// watching what it is asked to watch and answering Wait with what it has seen.
package notify

import "time"

// Micros is a duration in microseconds.
type Micros = int64

// Interest is what a file descriptor is watched for. Errors and hangups are
// always watched, with an empty interest too.
type Interest uint8

const (
	In  Interest = 1 << iota // there is something to read or to accept, or the end
	Out                      // there is space to write
	// Shared marks a socket that other notifiers watch too, where one of them
	// is enough to be woken. It is a hint, and the same in Add and each Mod.
	Shared
)

// Ready is what a file descriptor is ready for.
type Ready uint8

const (
	Readable Ready = 1 << iota
	Writable
	Hangup // both directions have ended, or there is an error
)

// Token is given back with each event. Tokens below FirstToken are the
// notifier's own to use.
type Token uint64

// FirstToken is the smallest token that Add may be given.
const FirstToken Token = 1 << 32

// Event tells that one file descriptor is ready.
type Event struct {
	Token Token
	Ready Ready
}

// Notifier watches file descriptors by level: what is not dealt with is
// reported again. All methods but Wake belong to one thread.
type Notifier interface {
	// Add begins to watch fd. An fd that cannot be watched because it is
	// always ready (a regular file) is refused with EPERM.
	Add(fd int, in Interest, tok Token) error
	// Mod changes the interest of an fd that was added with tok.
	Mod(fd int, in Interest, tok Token) error
	// Del stops watching fd. It is called before the fd is closed; events that
	// Wait has returned by then are told apart by their token.
	Del(fd int) error
	// Wait returns what is ready, at the latest after limit (negative:
	// whenever something is; 0: at once). It may return nothing early. The
	// slice is good until the next Wait.
	Wait(limit Micros) ([]Event, error)
	// Wake ends a Wait, or makes the next one end at once. Any thread.
	Wake()
	// Deadline makes PollFd readable after the given time, or never where it
	// is negative, and replaces what was set before. Setting it again is also
	// what makes PollFd unreadable once the time has passed.
	Deadline(after Micros) error
	// PollFd is readable when Wait would return at once or the deadline has
	// passed; -1 where there is no such fd.
	PollFd() int
	// Close frees what the notifier holds.
	Close() error
}

// Time is m for the standard library, saturated.
func Time(m Micros) time.Duration {
	if m > int64(1<<63-1)/1000 {
		return 1<<63 - 1
	}
	return time.Duration(m) * time.Microsecond
}
