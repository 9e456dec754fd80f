//go:build wasip1

package main

import (
	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/role/h1"
)

// wsi is the face's record of an engine's wsi.
type wsi struct {
	cx     *context
	e      *engine.Wsi
	lines  *engine.HeaderBuffer // of the callback that adds headers, else nil
	head   []byte               // an answer's head that is being built
	h      int32
	user   int32
	opaque int32
	keep   bool // user was given by the connect info
}

func (*wsi) kind() int { return kindWsi }

// vhost is the face's record of a vhost.
type vhost struct {
	cx *context
	e  *engine.Vhost
	h  int32
}

func (*vhost) kind() int { return kindVhost }

func record(w *engine.Wsi) *wsi {
	r, _ := w.Face.(*wsi)
	return r
}

// face shows the engine's wsi to the embedder, by handles.
type face context

// WsiCreated gives w a handle; without one nobody can be told of it.
func (f *face) WsiCreated(w *engine.Wsi) bool {
	r := &wsi{cx: (*context)(f), e: w}
	h, err := handles.add(r)
	if err != nil {
		log(engine.LogErr, r.cx, 0, "a connection without a handle: "+err.Error())
		return false
	}
	r.h = h
	w.Face = r
	return true
}

// WsiBound begins a new session.
func (f *face) WsiBound(w *engine.Wsi) bool {
	if r := record(w); r != nil && !r.keep {
		r.user = 0
	}
	return true
}

// WsiDropped ends it.
func (f *face) WsiDropped(w *engine.Wsi) {}

// FileEnded never comes: there are no files to watch.
func (f *face) FileEnded(int) {}

// WsiFreed makes the handle stale.
func (f *face) WsiFreed(w *engine.Wsi) {
	if r := record(w); r != nil {
		handles.drop(r.h)
		w.Face = nil
		freed++
	}
}

// VhostFreed makes the handle stale.
func (f *face) VhostFreed(v *engine.Vhost) {
	if x, ok := v.Face.(*vhost); ok {
		handles.drop(x.h)
	}
}

// ContextFreed tells the embedder.
func (f *face) ContextFreed(*engine.Context) {
	cx := (*context)(f)
	cx.gone = true
	handles.drop(cx.h)
	cx.ended(false)
}

// Collect has nothing: writes are not gathered outside.
func (f *face) Collect(*engine.Thread) {}

// Flushed has nothing to free.
func (f *face) Flushed(*engine.Thread) {}

// protocol is one of the embedder's as the engine's Handler. Counts: one
// crossing for each callback or piece of a message, no copy, no allocation.
type protocol struct {
	cx    *context
	token int32
}

// callbacks counts the callback imports.
var callbacks uint64

// emptyList is an empty CBOR array.
var emptyList = []byte{0x80}

// Callback calls the embedder.
func (p *protocol) Callback(w *engine.Wsi, r engine.Reason, in engine.In) int {
	s := record(w)
	if s == nil || p.cx.dead {
		return -1
	}
	switch r {
	case engine.ReasonReceive, engine.ReasonClientReceive:
		f := w.Fragment()
		return p.lend(s, r, in.Bytes, fragmentFlags(f), float64(f.Remaining))
	case engine.ReasonProtocolInit:
		b := emptyList
		if o, ok := in.Value.(*engine.PVO); ok {
			if below, ok := o.Face.([]byte); ok && below != nil {
				b = below
			}
		}
		return p.lend(s, r, b, 0, 0)
	}
	switch v := in.Value.(type) {
	case nil:
	case *engine.HeaderBuffer:
		was := s.lines
		s.lines = v
		ret := p.call(s, r, 0, int32(max(v.Max-len(v.B), 0)), 0, 0)
		s.lines = was
		return ret
	case *h1.Access:
		return p.lend(s, r, v.Path, int32(uint32(v.Mask)), 0)
	case *engine.Wsi:
		if o := record(v); o != nil {
			return p.call(s, r, o.h, 0, 0, 0)
		}
	}
	if in.Bytes == nil {
		return p.call(s, r, int32(in.Num), 0, 0, 0)
	}
	return p.lend(s, r, in.Bytes, 0, 0)
}

// lend calls with bytes, which the embedder may use until it returns.
func (p *protocol) lend(s *wsi, r engine.Reason, b []byte, flags int32, remaining float64) int {
	if len(b) == 0 {
		return p.call(s, r, 0, 0, flags, remaining)
	}
	shown = append(shown, b)
	ret := p.call(s, r, int32(start(b)), int32(len(b)), flags, remaining)
	n := len(shown) - 1
	shown[n] = nil
	shown = shown[:n]
	return ret
}

func (p *protocol) call(s *wsi, r engine.Reason, in, n, flags int32, remaining float64) int {
	callbacks++
	was := inImport
	inImport = inCallback
	ret := importCallback(p.token, s.h, s.user, int32(r), in, n, flags, remaining)
	inImport = was
	if p.cx.dead {
		return -1
	}
	return int(ret)
}

// Bits of callback's flags.
const (
	flagFirst  = 1
	flagFinal  = 2
	flagBinary = 4
)

func fragmentFlags(f *engine.Fragment) int32 {
	flags := int32(f.Opcode&15)<<8 | int32(f.Rsv&7)<<12
	if f.First {
		flags |= flagFirst
	}
	if f.Final {
		flags |= flagFinal
	}
	if f.Opcode == 2 {
		flags |= flagBinary
	}
	return flags
}
