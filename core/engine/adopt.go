package engine

import (
	"errors"
	"fmt"
)

// AdoptSocket makes a server connection of a connected stream socket, which is
// the engine's from then on, also on error. role "" is the vhost's default.
// read is what was read from it already.
func (t *Thread) AdoptSocket(v *Vhost, fd int, role, protocol string, parent *Wsi, opaque any, read []byte) (*Wsi, error) {
	if t.ctx.destroying.Load() {
		return nil, ErrDestroyed
	}
	sr := t.ctx.serverRole(role)
	if sr == nil {
		return nil, fmt.Errorf("no role %q that can adopt", role)
	}
	var p *Protocol
	if protocol != "" {
		if p = v.Protocol(protocol); p == nil {
			return nil, fmt.Errorf("vhost %s has no protocol %q", v.opt.Name, protocol)
		}
	}
	t.enter()
	defer t.leave()
	w := t.newWsi(v, sr)
	w.Opaque = opaque
	if parent != nil {
		w.SetParent(parent)
	}
	c, err := t.loop.Driver().Adopt(fd, (*link)(w))
	if err != nil {
		w.state = stateDead
		w.leaveParent()
		t.loop.Defer(w.freed)
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

// FileRole is a Role for watched files.
type FileRole interface {
	Role
	Readable(w *Wsi)
	FileWritable(w *Wsi)
	Hangup(w *Wsi)
}

// AdoptFile watches a file: the protocol reads and writes the fd by itself.
// own has it closed with the wsi.
func (t *Thread) AdoptFile(v *Vhost, fd int, protocol string, parent *Wsi, opaque any) (*Wsi, error) {
	if t.ctx.destroying.Load() {
		return nil, ErrDestroyed
	}
	fr, ok := t.ctx.roles["raw-file"].(FileRole)
	if !ok {
		return nil, errors.New("no role raw-file")
	}
	p := v.Protocol(protocol)
	if p == nil {
		return nil, fmt.Errorf("vhost %s has no protocol %q", v.opt.Name, protocol)
	}
	t.enter()
	defer t.leave()
	w := t.newWsi(v, fr)
	w.Opaque = opaque
	if parent != nil {
		w.SetParent(parent)
	}
	watch, err := t.loop.Driver().Watch(fd, (*fileLink)(w))
	if err != nil {
		w.state = stateDead
		w.leaveParent()
		t.loop.Defer(w.freed)
		return nil, err
	}
	w.watch = watch
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
