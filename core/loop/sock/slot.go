//go:build linux || darwin || freebsd

package sock

import "github.com/golws/golws/core/loop/sock/notify"

// source is what events are for: a conn, a listener or a watch.
type source interface {
	ready(notify.Ready)
	// broke tells that the notifier has failed to watch it.
	broke(error)
}

// slots finds the source of an event. A token is the slot's index and its
// generation, so that the events of something closed are known as stale even
// when its fd and slot are in use again within one batch.
type slots struct {
	all  []slot
	free uint32 // index + 1 of the first free slot
}

type slot struct {
	src  source
	gen  uint32 // from 1 on, which keeps clear of the notifier's own tokens
	next uint32
}

func (s *slots) take(src source) notify.Token {
	i := s.free
	if i == 0 {
		s.all = append(s.all, slot{gen: 1})
		i = uint32(len(s.all))
	} else {
		s.free = s.all[i-1].next
	}
	p := &s.all[i-1]
	p.src = src
	return notify.Token(p.gen)<<32 | notify.Token(i-1)
}

func (s *slots) give(t notify.Token) {
	p := &s.all[uint32(t)]
	p.src = nil
	if p.gen++; p.gen == 0 {
		p.gen = 1
	}
	p.next, s.free = s.free, uint32(t)+1
}

func (s *slots) find(t notify.Token) source {
	i := uint32(t)
	if int(i) >= len(s.all) || s.all[i].gen != uint32(t>>32) {
		return nil
	}
	return s.all[i].src
}
