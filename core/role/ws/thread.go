package ws

import (
	"sync"

	"github.com/golws/golws/core/engine"
)

// threads finds what the connections of one service thread share.
type threads struct {
	mu sync.Mutex
	m  map[*engine.Thread]*scratch
}

// of is for the making of connections only: they keep the answer.
func (ts *threads) of(t *engine.Thread) *scratch {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	s := ts.m[t]
	if s == nil {
		s = &scratch{random: t.Context().Options().Random}
		if ts.m == nil {
			ts.m = map[*engine.Thread]*scratch{}
		}
		ts.m[t] = s
	}
	return s
}

// scratch is memory that the connections of a service thread use in turn.
type scratch struct {
	batches []*batch
	head    [16]byte // of a frame that is sent beside its payload
	packed  []byte   // a compressed frame

	random func([]byte)
	keys   [1024]byte
	left   int // of keys
}

// batch collects the pieces of one delivery.
type batch struct {
	fs   []engine.Fragment
	buf  []byte // inflated data that fs points to
	used int    // of buf
}

const (
	maxBatch    = 64       // pieces in one delivery
	inflateSize = 64 << 10 // memory of a batch for inflated data
	maxPacked   = 1 << 20  // the most that packed keeps
)

// borrow lends a batch: not always the same one, as a callback may run the loop
// while its batch is being delivered.
func (s *scratch) borrow() *batch {
	if n := len(s.batches); n > 0 {
		b := s.batches[n-1]
		s.batches = s.batches[:n-1]
		return b
	}
	return &batch{fs: make([]engine.Fragment, 0, maxBatch)}
}

func (s *scratch) giveBack(b *batch) {
	b.clear()
	s.batches = append(s.batches, b)
}

func (b *batch) clear() {
	b.fs = b.fs[:0]
	b.used = 0
}

// key is a fresh masking key (section 5.3).
func (s *scratch) key() (k [4]byte) {
	if s.left == 0 {
		s.random(s.keys[:])
		s.left = len(s.keys)
	}
	s.left -= 4
	copy(k[:], s.keys[s.left:])
	return k
}
