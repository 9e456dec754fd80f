//go:build darwin || freebsd

// Package kqueue watches file descriptors with the BSDs' kqueue,
// level-triggered. Wakes are an EVFILT_USER, deadlines an EVFILT_TIMER.
package kqueue

import (
	"errors"
	"os"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"github.com/golws/golws/core/loop/sock/notify"
)

// batch is the number of events that one Wait returns at most.
const batch = 256

// Notifier is one kqueue.
type Notifier struct {
	mu    sync.Mutex // held by Wake and Close
	fd    int
	woken atomic.Bool // triggered and not seen yet

	polled bool // PollFd was asked for: deadlines matter
	timed  bool // the timer is set

	fds []entry // by fd: user data is a pointer in Go's Kevent_t, which a token is not
	raw [batch]unix.Kevent_t
	evs [batch]notify.Event
}

type entry struct {
	tok  notify.Token
	have notify.Interest
}

var _ notify.Notifier = (*Notifier)(nil)

// New makes a notifier.
func New() (*Notifier, error) {
	fd, err := unix.Kqueue()
	if err != nil {
		return nil, os.NewSyscallError("kqueue", err)
	}
	unix.CloseOnExec(fd)
	n := &Notifier{fd: fd}
	if err := n.change(0, unix.EVFILT_USER, unix.EV_ADD|unix.EV_CLEAR, 0, 0); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return n, nil
}

func (n *Notifier) change(ident, filter, flags int, fflags uint32, data int64) error {
	var ev [1]unix.Kevent_t
	unix.SetKevent(&ev[0], ident, filter, flags)
	ev[0].Fflags = fflags
	ev[0].Data = data
	for {
		_, err := unix.Kevent(n.fd, ev[:], nil, nil)
		if err != unix.EINTR {
			return os.NewSyscallError("kevent", err)
		}
	}
}

// Add is notify.Notifier's.
func (n *Notifier) Add(fd int, in notify.Interest, tok notify.Token) error {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return os.NewSyscallError("fstat", err)
	}
	if st.Mode&unix.S_IFMT == unix.S_IFREG {
		return os.NewSyscallError("kevent", unix.EPERM)
	}
	for len(n.fds) <= fd {
		n.fds = append(n.fds, entry{})
	}
	n.fds[fd] = entry{tok: tok}
	return n.Mod(fd, in, tok)
}

// Mod is notify.Notifier's.
func (n *Notifier) Mod(fd int, in notify.Interest, _ notify.Token) error {
	e := &n.fds[fd]
	for _, f := range [...]struct {
		bit    notify.Interest
		filter int
	}{{notify.In, unix.EVFILT_READ}, {notify.Out, unix.EVFILT_WRITE}} {
		if (in^e.have)&f.bit == 0 {
			continue
		}
		flags := unix.EV_DELETE
		if in&f.bit != 0 {
			flags = unix.EV_ADD
		}
		if err := n.change(fd, f.filter, flags, 0, 0); err != nil {
			return err
		}
		e.have ^= f.bit
	}
	return nil
}

// Del is notify.Notifier's.
func (n *Notifier) Del(fd int) error {
	err := n.Mod(fd, 0, 0)
	n.fds[fd] = entry{}
	return err
}

// Wait is notify.Notifier's. An fd that is ready both ways comes twice.
func (n *Notifier) Wait(limit notify.Micros) ([]notify.Event, error) {
	var timeout *unix.Timespec
	if limit >= 0 {
		ts := unix.NsecToTimespec(int64(notify.Time(limit)))
		timeout = &ts
	}
	got, err := unix.Kevent(n.fd, nil, n.raw[:], timeout)
	if err != nil && err != unix.EINTR {
		return nil, os.NewSyscallError("kevent", err)
	}
	out := n.evs[:0]
	for i := 0; i < got; i++ {
		ev := &n.raw[i]
		var r notify.Ready
		switch ev.Filter {
		case unix.EVFILT_USER:
			n.woken.Store(false)
			continue
		case unix.EVFILT_TIMER:
			// PollFd stays readable until the next Deadline.
			n.timed = false
			if err := n.Deadline(0); err != nil {
				return nil, err
			}
			continue
		case unix.EVFILT_READ:
			if r = notify.Readable; ev.Flags&unix.EV_EOF != 0 && ev.Data == 0 {
				r = notify.Hangup
			}
		case unix.EVFILT_WRITE:
			if r = notify.Writable; ev.Flags&unix.EV_EOF != 0 {
				r |= notify.Hangup
			}
		}
		out = append(out, notify.Event{Token: n.fds[ev.Ident].tok, Ready: r})
	}
	return out, nil
}

// Wake is notify.Notifier's. It does nothing after Close.
func (n *Notifier) Wake() {
	if n.woken.Swap(true) {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.fd >= 0 {
		// Triggering an event that is there does not fail.
		_ = n.change(0, unix.EVFILT_USER, 0, unix.NOTE_TRIGGER, 0)
	}
}

// Deadline is notify.Notifier's.
func (n *Notifier) Deadline(after notify.Micros) error {
	if !n.polled {
		return nil
	}
	if n.timed {
		n.timed = false
		if err := n.change(0, unix.EVFILT_TIMER, unix.EV_DELETE, 0, 0); err != nil {
			return err
		}
	}
	if after < 0 {
		return nil
	}
	n.timed = true
	return n.change(0, unix.EVFILT_TIMER, unix.EV_ADD|unix.EV_ONESHOT, unix.NOTE_USECONDS, max(1, after))
}

// PollFd is notify.Notifier's: the kqueue itself.
func (n *Notifier) PollFd() int {
	n.polled = true
	return n.fd
}

// Close is notify.Notifier's.
func (n *Notifier) Close() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.fd < 0 {
		return nil
	}
	err := unix.Close(n.fd)
	n.fd = -1
	return os.NewSyscallError("close", err)
}
