package engine

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/golws/golws/core/loop"
)

// AdoptSocket makes a server connection of a connected stream socket, which is
// the engine's from then on, also on error. role "" is the vhost's default.
// read is what was read from it already. A socket that t has already goes on
// there, and the error is fs.ErrExist.
func (t *Thread) AdoptSocket(v *Vhost, fd int, role, protocol string, parent *Wsi, opaque any, read []byte) (*Wsi, error) {
	sr := t.ctx.serverRole(role)
	var p *Protocol
	var err error
	switch {
	case t.ctx.destroying.Load():
		err = ErrDestroyed
	case sr == nil:
		err = fmt.Errorf("no role %q that can adopt", role)
	case protocol != "":
		if p = v.Protocol(protocol); p == nil {
			err = fmt.Errorf("vhost %s has no protocol %q", v.opt.Name, protocol)
		}
	}
	if err != nil {
		t.refuse(fd)
		return nil, err
	}
	t.enter()
	defer t.leave()
	w := t.newWsi(v, sr)
	if w == nil {
		t.refuse(fd)
		return nil, ErrNoMemory
	}
	w.Opaque = opaque
	if parent != nil {
		w.SetParent(parent)
	}
	c, err := t.loop.Driver().Adopt(fd, (*link)(w))
	if err != nil {
		w.abandon()
		return nil, err
	}
	w.carrier = c
	w.state = stateOpen
	w.created()
	if p != nil && w.Alive() && w.Bind(p) != 0 {
		w.CloseNow()
	}
	if w.Alive() && !sr.Accepted(w) {
		w.CloseNow()
	}
	if !w.Alive() {
		return nil, errors.New("a callback refused the adopted socket")
	}
	if len(read) > 0 {
		w.held = append([]byte(nil), read...)
		w.Resume()
	}
	return w, nil
}

// refuse closes a socket that was to be adopted.
func (t *Thread) refuse(fd int) {
	if c, err := t.loop.Driver().Adopt(fd, unwanted{}); err == nil {
		c.Close()
	}
}

// unwanted is the handler of a socket that is closed at once.
type unwanted struct{}

func (unwanted) Opened(error) {}
func (unwanted) Data([]byte)  {}
func (unwanted) Writable()    {}
func (unwanted) Ended(error)  {}

// FileRole is a Role for watched files.
type FileRole interface {
	Role
	Readable(w *Wsi)
	FileWritable(w *Wsi)
	Hangup(w *Wsi)
}

// AdoptFile watches a file: the protocol reads and writes the fd by itself. It
// stays the caller's, whom Face.FileEnded tells that it is not watched any more,
// also where this fails. But a file that t watches already goes on there, and the
// error is fs.ErrExist.
func (t *Thread) AdoptFile(v *Vhost, fd int, protocol string, parent *Wsi, opaque any) (*Wsi, error) {
	fr, ok := t.ctx.roles["raw-file"].(FileRole)
	var err error
	switch {
	case t.ctx.destroying.Load():
		err = ErrDestroyed
	case !ok:
		err = errors.New("no role raw-file")
	}
	if err != nil {
		t.ctx.opt.Face.FileEnded(fd)
		return nil, err
	}
	t.enter()
	defer t.leave()
	w := t.newWsi(v, fr)
	if w == nil {
		t.ctx.opt.Face.FileEnded(fd)
		return nil, ErrNoMemory
	}
	w.Opaque = opaque
	if parent != nil {
		w.SetParent(parent)
	}
	p := v.Protocol(protocol)
	watch, err := t.loop.Driver().Watch(fd, (*fileLink)(w))
	if err == nil && p == nil {
		watch.Close()
		err = fmt.Errorf("vhost %s has no protocol %q", v.opt.Name, protocol)
	}
	if err != nil {
		if !errors.Is(err, fs.ErrExist) {
			t.ctx.opt.Face.FileEnded(fd)
		}
		w.abandon()
		return nil, err
	}
	w.watch = &watchedFile{watch, fd}
	w.state = stateOpen
	w.created()
	if w.Alive() && w.Bind(p) != 0 {
		w.CloseNow()
	}
	if w.Alive() && w.Call(ReasonRawAdoptFile, In{}) != 0 {
		w.CloseNow()
	}
	if !w.Alive() {
		return nil, errors.New("a callback refused the adopted file")
	}
	return w, nil
}

// watchedFile is the watching of an fd, which it remembers.
type watchedFile struct {
	loop.Watch
	fd int
}

// File is the fd that w watches; not known where it has ended.
func (w *Wsi) File() (fd int, ok bool) {
	f, ok := w.watch.(*watchedFile)
	if !ok {
		return -1, false
	}
	return f.fd, true
}

// fileLink is a watched file's Wsi as its driver sees it.
type fileLink Wsi

func (l *fileLink) on(f func(FileRole, *Wsi)) {
	w := (*Wsi)(l)
	w.t.enter()
	if w.state == stateOpen {
		f(w.role.(FileRole), w)
	}
	w.t.leave()
}

func (l *fileLink) Readable() { l.on(FileRole.Readable) }
func (l *fileLink) Writable() { l.on(FileRole.FileWritable) }
func (l *fileLink) Hangup()   { l.on(FileRole.Hangup) }
