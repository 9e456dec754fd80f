package sim

// Link is how two hosts are connected, or a host with itself. Probabilities
// are from 0 to 1 and are drawn anew for each event. The zero Link is fast and
// has no faults.
type Link struct {
	Latency   Micros // one way
	Jitter    Micros // up to this much more; order is kept
	Bandwidth int64  // bytes per second in each direction of each connection, 0 for no limit
	Window    int    // bytes that a connection holds on their way to a reader, 0 for 64 KiB
	Segment   int    // bytes that arrive at once at most, 0 for 16 KiB

	ShortRead  float64 // what has arrived is delivered in pieces
	ShortWrite float64 // Write takes less than there is space for, or nothing
	Delay      float64 // a segment comes DelayBy late
	DelayBy    Micros
	Reset      float64 // a segment breaks the connection instead of arriving
	Refuse     float64 // a connect is refused
	// Unreachable loses everything. Connects are never answered; what is under
	// way arrives when a later SetLink ends it, as retransmission has it.
	Unreachable bool
}

const (
	defaultWindow  = 64 << 10
	defaultSegment = 16 << 10
)

// SetLink sets how hosts are connected that SetLinkBetween does not name.
func (n *Network) SetLink(l Link) {
	n.link = l
	n.release()
}

// SetLinkBetween sets how a is connected to b, both ways. It counts for
// connections that exist, too.
func (n *Network) SetLinkBetween(a, b *Host, l Link) {
	n.links[[2]*Host{a, b}] = l
	n.links[[2]*Host{b, a}] = l
	n.release()
}

func (n *Network) linkOf(a, b *Host) Link {
	l, ok := n.links[[2]*Host{a, b}]
	if !ok {
		l = n.link
	}
	if l.Window <= 0 {
		l.Window = defaultWindow
	}
	if l.Segment <= 0 {
		l.Segment = defaultSegment
	}
	return l
}

// release tries again what an unreachable link held back.
func (n *Network) release() {
	held := n.held
	n.held = nil
	for _, send := range held {
		send()
	}
}

// chance draws a fault.
func (n *Network) chance(p float64) bool { return p > 0 && n.rng.Float64() < p }

// travel is how long a packet takes that is not part of a stream.
func (n *Network) travel(l Link) Micros {
	t := l.Latency
	if l.Jitter > 0 {
		t += n.rng.Int64N(l.Jitter + 1)
	}
	return t
}
