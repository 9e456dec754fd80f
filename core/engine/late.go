package engine

import (
	"errors"
	"syscall"

	"github.com/golws/golws/core/loop"
)

// errNoInterface is for an interface that is not there, or has no address.
type errNoInterface struct{ error }

func (e errNoInterface) Unwrap() error { return e.error }

// mayCome says that what could not be listened on may be there later: an
// interface, or an address of this machine. A port that is another's is not
// waited for.
func mayCome(err error) bool {
	return errors.As(err, &errNoInterface{}) || errors.Is(err, syscall.EADDRNOTAVAIL)
}

// lateEvery is how often it is looked for.
const lateEvery loop.Micros = 1e6

// lateListen listens for a vhost when its interface or address has come.
type lateListen struct {
	t     *Thread
	v     *Vhost
	timer loop.Timer
}

func (v *Vhost) listenLater(t *Thread) {
	l := &lateListen{t: t, v: v}
	l.timer.Owner = l
	t.loop.Arm(&l.timer, t.loop.Now()+lateEvery)
}

// Expired tries again.
func (l *lateListen) Expired(*loop.Timer) {
	c := l.v.ctx
	if l.v.Closing() || c.destroying.Load() || c.deprecated.Load() {
		return
	}
	switch err := c.listen(l.t, l.v); {
	case err == nil:
		if l.v.ready.Load() {
			l.v.Port().open(l.t)
		}
		l.v.Logf(LogNotice, "listening on %s now", l.v.Port().Addr())
	case mayCome(err):
		l.t.loop.Arm(&l.timer, l.t.loop.Now()+lateEvery)
	case !l.v.Closing():
		l.v.Logf(LogErr, "%v", err)
	}
}
