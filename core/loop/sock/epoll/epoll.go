//go:build linux

// Package epoll watches file descriptors with Linux's epoll, level-triggered.
//
// A Wait that finds events costs one system call and allocates nothing. A wake
// costs one write and one read of an eventfd, however many are pending. The
// timerfd is left alone until PollFd was asked for.
package epoll

import (
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/golws/golws/core/loop/sock/notify"
)

// batch is the number of events that one Wait returns at most.
const batch = 256

const (
	tokWake notify.Token = iota
	tokTimer
)

// Block, where it is set before the first Wait, waits in place of the system
// calls: for at most limit, or Forever. It answers the number of events that it
// wrote to events, which has room for n.
//
// A host in C sets it to have a thread wait on its own stack instead of on a
// goroutine's.
var Block func(fd int, events unsafe.Pointer, n int, limit notify.Micros) (int, unix.Errno)

// Notifier is one epoll instance with an eventfd for wakes and a timerfd for
// deadlines inside.
type Notifier struct {
	fd    int
	timer int

	polled bool // PollFd was asked for: deadlines matter
	millis bool // the kernel has no epoll_pwait2

	woken atomic.Bool // the eventfd has been written to and not been read
	mu    sync.Mutex  // held to write to wake and to close it
	wake  int         // eventfd

	raw [batch]unix.EpollEvent
	evs [batch]notify.Event
}

var _ notify.Notifier = (*Notifier)(nil)

// New makes a notifier.
func New() (*Notifier, error) {
	n := &Notifier{fd: -1, wake: -1, timer: -1}
	if err := n.open(); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return n, nil
}

func (n *Notifier) open() (err error) {
	if n.fd, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return os.NewSyscallError("epoll_create1", err)
	}
	if n.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return os.NewSyscallError("eventfd", err)
	}
	n.timer, err = unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_CLOEXEC|unix.TFD_NONBLOCK)
	if err != nil {
		return os.NewSyscallError("timerfd_create", err)
	}
	if err = n.Add(n.wake, notify.In, tokWake); err != nil {
		return err
	}
	return n.Add(n.timer, notify.In, tokTimer)
}

// Add is notify.Notifier's.
func (n *Notifier) Add(fd int, in notify.Interest, tok notify.Token) error {
	return n.ctl("epoll_ctl add", unix.EPOLL_CTL_ADD, fd, in, tok)
}

// Mod is notify.Notifier's.
func (n *Notifier) Mod(fd int, in notify.Interest, tok notify.Token) error {
	if in&notify.Shared != 0 { // EPOLLEXCLUSIVE cannot be modified
		if err := n.Del(fd); err != nil {
			return err
		}
		return n.Add(fd, in, tok)
	}
	return n.ctl("epoll_ctl mod", unix.EPOLL_CTL_MOD, fd, in, tok)
}

// Del is notify.Notifier's.
func (n *Notifier) Del(fd int) error {
	return n.ctl("epoll_ctl del", unix.EPOLL_CTL_DEL, fd, 0, 0)
}

func (n *Notifier) ctl(name string, op, fd int, in notify.Interest, tok notify.Token) error {
	ev := unix.EpollEvent{Fd: int32(uint32(tok)), Pad: int32(uint32(tok >> 32))}
	if in&notify.In != 0 {
		ev.Events |= unix.EPOLLIN
	}
	if in&notify.Out != 0 {
		ev.Events |= unix.EPOLLOUT
	}
	if in&notify.Shared != 0 {
		ev.Events |= unix.EPOLLEXCLUSIVE
	}
	_, _, e := unix.RawSyscall6(unix.SYS_EPOLL_CTL, uintptr(n.fd), uintptr(op), uintptr(fd),
		uintptr(unsafe.Pointer(&ev)), 0, 0)
	if e != 0 {
		return os.NewSyscallError(name, e)
	}
	return nil
}

// Wait is notify.Notifier's. Only a wait that may block goes through the Go
// scheduler.
func (n *Notifier) Wait(limit notify.Micros) ([]notify.Event, error) {
	got, e := n.wait(limit)
	if e != 0 && e != unix.EINTR {
		return nil, os.NewSyscallError("epoll_wait", e)
	}
	out := n.evs[:0]
	for i := 0; i < got; i++ {
		ev := &n.raw[i]
		tok := notify.Token(uint32(ev.Fd)) | notify.Token(uint32(ev.Pad))<<32
		if tok < notify.FirstToken {
			if tok == tokWake {
				n.unwake()
			}
			continue // a deadline that has passed is cleared by the next Deadline
		}
		var r notify.Ready
		if ev.Events&unix.EPOLLIN != 0 {
			r = notify.Readable
		}
		if ev.Events&unix.EPOLLOUT != 0 {
			r |= notify.Writable
		}
		if ev.Events&(unix.EPOLLHUP|unix.EPOLLERR) != 0 {
			r |= notify.Hangup
		}
		out = append(out, notify.Event{Token: tok, Ready: r})
	}
	return out, nil
}

func (n *Notifier) wait(limit notify.Micros) (int, unix.Errno) {
	buf := uintptr(unsafe.Pointer(&n.raw))
	if limit == 0 {
		r, _, e := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(n.fd), buf, batch, 0, 0, 0)
		return count(r, e)
	}
	if Block != nil {
		return Block(n.fd, unsafe.Pointer(&n.raw), batch, limit)
	}
	if limit > 0 && !n.millis {
		ts := unix.NsecToTimespec(int64(notify.Time(limit)))
		r, _, e := unix.Syscall6(unix.SYS_EPOLL_PWAIT2, uintptr(n.fd), buf, batch,
			uintptr(unsafe.Pointer(&ts)), 0, 0)
		// A sandbox that does not know the call may refuse it with EPERM.
		if e != unix.ENOSYS && e != unix.EPERM {
			return count(r, e)
		}
		n.millis = true
	}
	ms := -1
	if limit > 0 {
		ms = int(min((limit+999)/1000, 1<<31-1)) // up: a timer never fires early
	}
	r, _, e := unix.Syscall6(unix.SYS_EPOLL_PWAIT, uintptr(n.fd), buf, batch, uintptr(ms), 0, 0)
	return count(r, e)
}

func count(r uintptr, e unix.Errno) (int, unix.Errno) {
	if e != 0 {
		return 0, e
	}
	return int(r), 0
}

// Wake is notify.Notifier's. It ends in one write however often it is called
// before the Wait that notices, and does nothing after Close.
func (n *Notifier) Wake() {
	if n.woken.Swap(true) {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	one := uint64(1)
	// It cannot fail but by EINTR: the counter is 0 or 1.
	for n.wake >= 0 {
		_, _, e := unix.RawSyscall(unix.SYS_WRITE, uintptr(n.wake), uintptr(unsafe.Pointer(&one)), 8)
		if e != unix.EINTR {
			return
		}
	}
}

// WakeFd is the eventfd: writing to it ends a Wait, also where Go code cannot
// run.
func (n *Notifier) WakeFd() int { return n.wake }

// unwake reads before it clears the flag: the other way round a wake in
// between would be read away and leave the flag set for good.
func (n *Notifier) unwake() {
	var count uint64
	for {
		_, _, e := unix.RawSyscall(unix.SYS_READ, uintptr(n.wake), uintptr(unsafe.Pointer(&count)), 8)
		if e != unix.EINTR {
			break
		}
	}
	n.woken.Store(false)
}

// Deadline is notify.Notifier's. The timerfd is never read: it stays readable
// until it is set again.
func (n *Notifier) Deadline(after notify.Micros) error {
	if !n.polled {
		return nil
	}
	var spec unix.ItimerSpec
	if after >= 0 {
		spec.Value = unix.NsecToTimespec(max(1, int64(notify.Time(after))))
	}
	return os.NewSyscallError("timerfd_settime", unix.TimerfdSettime(n.timer, 0, &spec, nil))
}

// PollFd is notify.Notifier's: the epoll instance itself.
func (n *Notifier) PollFd() int {
	n.polled = true
	return n.fd
}

// Close is notify.Notifier's.
func (n *Notifier) Close() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	var first error
	for _, fd := range []*int{&n.timer, &n.wake, &n.fd} {
		if *fd < 0 {
			continue
		}
		if err := unix.Close(*fd); err != nil && first == nil {
			first = os.NewSyscallError("close", err)
		}
		*fd = -1
	}
	return first
}
