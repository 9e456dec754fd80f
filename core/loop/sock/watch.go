//go:build linux || darwin || freebsd

package sock

import (
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/golws/golws/core/loop"
	"github.com/golws/golws/core/loop/sock/notify"
)

// watch tells of the readiness of a foreign fd.
type watch struct {
	reg
	w      loop.Watcher
	always bool // a regular file: never watched, always ready
	hung   bool // Hangup was told
	closed bool
}

// Watch is loop.Driver's. An fd that the system does not watch because it is
// always ready, such as a regular file, is reported in every turn: its end is
// a read of nothing. Hangup is told once, and after what can be read: while
// there is something to read only Readable is called.
func (d *Driver) Watch(fd int, w loop.Watcher) (loop.Watch, error) {
	x := &watch{w: w}
	x.d, x.fd = d, int32(fd)
	x.want = notify.In
	err := x.begin(x)
	if errors.Is(err, unix.EPERM) && slices.ContainsFunc(d.eager, func(y *watch) bool { return x.fd == y.fd }) {
		err = unix.EEXIST
	}
	if errors.Is(err, unix.EPERM) {
		x.always = true
		d.eager = append(d.eager, x)
		d.Deadline(d.due)
		return x, nil
	}
	if err != nil {
		return nil, fmt.Errorf("watch fd %d: %w", fd, err)
	}
	return x, nil
}

func (x *watch) ready(r notify.Ready) {
	asked := x.want
	if r&notify.Readable != 0 && asked&notify.In != 0 {
		x.w.Readable()
	}
	if r&(notify.Writable|notify.Hangup) != 0 && x.want&notify.Out != 0 && !x.closed {
		x.change(x.want &^ notify.Out)
		x.w.Writable()
	}
	if r&notify.Hangup == 0 || x.closed {
		return
	}
	switch {
	case asked == 0 && x.want == 0:
		x.park() // it would be reported for ever, and nobody wants to know
	case r&notify.Readable == 0:
		x.broke(nil)
	}
}

// broke ends the watching for whatever reason: a Watcher knows only Hangup.
func (x *watch) broke(error) {
	if x.hung {
		return
	}
	x.hung = true
	x.change(0)
	x.park()
	x.w.Hangup()
}

func (x *watch) change(want notify.Interest) {
	if x.always {
		x.want = want
		x.d.Deadline(x.d.due)
		return
	}
	x.set(want)
}

func (x *watch) turn(bit notify.Interest, on bool) {
	if x.closed || x.hung {
		return
	}
	if on {
		x.change(x.want | bit)
	} else {
		x.change(x.want &^ bit)
	}
}

// SetReading is loop.Watch's.
func (x *watch) SetReading(on bool) { x.turn(notify.In, on) }

// SetWriting is loop.Watch's.
func (x *watch) SetWriting(on bool) { x.turn(notify.Out, on) }

// Close is loop.Watch's. It comes before the fd is closed.
func (x *watch) Close() {
	if x.closed {
		return
	}
	x.closed = true
	if x.always {
		x.want = 0
		x.d.eager = slices.DeleteFunc(x.d.eager, func(y *watch) bool { return x == y })
		x.d.Deadline(x.d.due)
		return
	}
	x.end()
}

// eagerWants says whether a file that is always ready is waited for.
func (d *Driver) eagerWants() bool {
	for _, x := range d.eager {
		if x.want != 0 {
			return true
		}
	}
	return false
}

func (d *Driver) serveEager() {
	if len(d.eager) == 0 {
		return
	}
	for _, x := range slices.Clone(d.eager) {
		if !x.closed {
			x.ready(notify.Readable | notify.Writable)
		}
	}
}
