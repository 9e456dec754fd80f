package loop

// Timer is one entry of a loop's heap. It is embedded where it is needed, so
// that arming allocates nothing; it must not be copied while armed.
type Timer struct {
	Owner Expirer // told when the time has come
	Kind  uint8   // the owner's, to tell its timers apart

	armed bool
	index int32
	at    Micros
}

// Expirer owns timers.
type Expirer interface {
	// Expired is called once for each arming, when the time has come. The
	// timer is disarmed by then, so it may be armed again.
	Expired(t *Timer)
}

// Armed says whether the timer is waiting.
func (t *Timer) Armed() bool { return t.armed }

// At is the time for which the timer is armed.
func (t *Timer) At() Micros { return t.at }

// Arm sets t to expire at the given time, replacing an earlier setting.
func (l *Loop) Arm(t *Timer, at Micros) {
	if t.armed {
		old := t.at
		t.at = at
		if at < old {
			l.timers.up(int(t.index))
		} else {
			l.timers.down(int(t.index))
		}
	} else {
		t.at, t.armed, t.index = at, true, int32(len(l.timers))
		l.timers = append(l.timers, t)
		l.timers.up(int(t.index))
	}
	if !l.running {
		l.tell()
	}
}

// Disarm takes t out of the heap; it is harmless where t is not armed.
func (l *Loop) Disarm(t *Timer) {
	if !t.armed {
		return
	}
	i, last := int(t.index), len(l.timers)-1
	if i != last {
		l.timers.swap(i, last)
	}
	l.timers[last] = nil
	l.timers = l.timers[:last]
	if i != last {
		l.timers.down(i)
		l.timers.up(i)
	}
	t.armed = false
	if !l.running {
		l.tell()
	}
}

// runTimers expires what is due at Now, at most as many as there were: a timer
// that arms itself for the past waits for the next turn.
func (l *Loop) runTimers() {
	for n := len(l.timers); n > 0 && len(l.timers) > 0 && l.timers[0].at <= l.now; n-- {
		t := l.timers[0]
		l.Disarm(t)
		t.Owner.Expired(t)
	}
}

type timerHeap []*Timer

func (h timerHeap) swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = int32(i), int32(j)
}

func (h timerHeap) up(i int) {
	for i > 0 {
		p := (i - 1) / 2
		if h[p].at <= h[i].at {
			return
		}
		h.swap(i, p)
		i = p
	}
}

func (h timerHeap) down(i int) {
	for {
		c := 2*i + 1
		if c >= len(h) {
			return
		}
		if c+1 < len(h) && h[c+1].at < h[c].at {
			c++
		}
		if h[i].at <= h[c].at {
			return
		}
		h.swap(i, c)
		i = c
	}
}
