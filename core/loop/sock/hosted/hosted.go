// Package hosted shows every file descriptor to somebody else's event loop.
//
// A loop that can watch one descriptor needs none of this: the driver's PollFd is
// that one. This is for loops whose interface is per descriptor, such as lws's
// struct lws_event_loop_ops: the host is told which descriptors to watch and for
// what, and has the driver turn, without waiting, when any of them is ready.
//
// What is ready is still asked of the system's own notifier, which watches the
// same descriptors. The host's word only starts a turn, so a host that reports
// too little, too much or something stale does no harm, everything that is ready
// is served as one batch, and a program that waits in the driver after all may
// do so.
package hosted

import (
	"errors"

	"github.com/golws/golws/core/loop/sock/notify"
)

// Host is told what to watch. Its methods are called from within the driver, so
// they must not call back into it.
type Host interface {
	Added(fd int, in notify.Interest)
	Changed(fd int, in notify.Interest)
	// Removed comes before the fd is closed.
	Removed(fd int)
}

// Notifier is a notify.Notifier with a host.
type Notifier struct {
	fds  notify.Notifier // all that the driver watches, and bell
	bell notify.Notifier // wakes and deadlines
	ring int             // bell's descriptor
	host Host
}

// tokBell is no driver's token: the generations in those would have to wrap.
const tokBell = ^notify.Token(0)

var _ notify.Notifier = (*Notifier)(nil)

// New makes a notifier of two of the system's, which are its own from then on.
func New(fds, bell notify.Notifier, h Host) (*Notifier, error) {
	n := &Notifier{fds: fds, bell: bell, ring: bell.PollFd(), host: h}
	if err := fds.Add(n.ring, notify.In, tokBell); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return n, nil
}

// Bell is the descriptor that is readable when somebody has called Wake or the
// deadline has passed. The host watches it beside those that it is told of.
func (n *Notifier) Bell() int { return n.ring }

// Add is notify.Notifier's.
func (n *Notifier) Add(fd int, in notify.Interest, tok notify.Token) error {
	if err := n.fds.Add(fd, in, tok); err != nil {
		return err
	}
	n.host.Added(fd, in)
	return nil
}

// Mod is notify.Notifier's.
func (n *Notifier) Mod(fd int, in notify.Interest, tok notify.Token) error {
	if err := n.fds.Mod(fd, in, tok); err != nil {
		return err
	}
	n.host.Changed(fd, in)
	return nil
}

// Del is notify.Notifier's.
func (n *Notifier) Del(fd int) error {
	n.host.Removed(fd)
	return n.fds.Del(fd)
}

// Wait is notify.Notifier's.
func (n *Notifier) Wait(limit notify.Micros) ([]notify.Event, error) {
	evs, err := n.fds.Wait(limit)
	if err != nil {
		return nil, err
	}
	for i := range evs {
		if evs[i].Token == tokBell {
			evs[i] = evs[len(evs)-1]
			evs = evs[:len(evs)-1]
			_, err = n.bell.Wait(0) // it has no events, only the wake to take back
			break
		}
	}
	return evs, err
}

// Wake is notify.Notifier's.
func (n *Notifier) Wake() { n.bell.Wake() }

// Deadline is notify.Notifier's.
func (n *Notifier) Deadline(after notify.Micros) error { return n.bell.Deadline(after) }

// PollFd is notify.Notifier's.
func (n *Notifier) PollFd() int { return n.fds.PollFd() }

// Close is notify.Notifier's.
func (n *Notifier) Close() error {
	err := n.fds.Close()
	if e := n.bell.Close(); err == nil {
		err = e
	}
	return err
}
