//go:build wasip1

package main

import "errors"

// A handle is a slot's number with the generation of its use above it. The sign
// bit stays clear and the generation is never 0, so that a handle is positive.
const (
	slotBits  = 20
	slotMask  = 1<<slotBits - 1
	genMask   = 1<<11 - 1
	reserveOf = 1024 // free slots that wait before the first of them is used again
)

var errNoHandle = errors.New("no handle is left")

// table holds what handles stand for.
type table struct {
	slots []slot
	free  []int32 // in the order of becoming free; a ring
	head  int
	count int
	kinds [kinds]int
}

type slot struct {
	obj any
	gen int32
}

// Kinds of what is counted.
const (
	kindContext = iota
	kindVhost
	kindWsi
	kindConn
	kindListener
	kindQuery
	kinds
)

var handles table

// object is what a handle may stand for.
type object interface{ kind() int }

// add gives o a handle.
func (t *table) add(o object) (int32, error) {
	var i int32
	switch {
	case t.count > reserveOf || t.count > 0 && len(t.slots) > slotMask:
		i = t.free[t.head]
		if t.head++; t.head == len(t.free) {
			t.head = 0
		}
		t.count--
	case len(t.slots) > slotMask:
		return 0, errNoHandle
	default:
		i = int32(len(t.slots))
		t.slots = append(t.slots, slot{})
	}
	s := &t.slots[i]
	if s.gen = (s.gen + 1) & genMask; s.gen == 0 {
		s.gen = 1
	}
	s.obj = o
	t.kinds[o.kind()]++
	return s.gen<<slotBits | i, nil
}

// get is what h stands for, nil where that is gone.
func (t *table) get(h int32) any {
	i := h & slotMask
	if h <= 0 || int(i) >= len(t.slots) {
		return nil
	}
	if s := &t.slots[i]; s.gen == h>>slotBits {
		return s.obj
	}
	return nil
}

// drop makes h stale.
func (t *table) drop(h int32) {
	o, ok := t.get(h).(object)
	if !ok {
		return
	}
	t.kinds[o.kind()]--
	i := h & slotMask
	t.slots[i].obj = nil
	if t.count == len(t.free) {
		t.grow()
	}
	at := t.head + t.count
	if at >= len(t.free) {
		at -= len(t.free)
	}
	t.free[at] = i
	t.count++
}

func (t *table) grow() {
	free := make([]int32, max(2*len(t.free), 2*reserveOf))
	n := copy(free, t.free[t.head:])
	copy(free[n:], t.free[:t.head])
	t.free, t.head = free, 0
}

// died stands in for what belonged to a dead context.
type died struct{ of int }

func (d died) kind() int { return d.of }

// bury has the handle answered with errDead from now on.
func (t *table) bury(h int32) {
	if o, ok := t.get(h).(object); ok {
		t.slots[h&slotMask].obj = died{o.kind()}
	}
}

// find looks h up as a T; code is 0, or why there is none.
func find[T any](h int32) (o T, code int32) {
	v := handles.get(h)
	if o, ok := v.(T); ok {
		return o, 0
	}
	if _, ok := v.(died); ok {
		return o, failed(errDead)
	}
	return o, failed(errHandle)
}
