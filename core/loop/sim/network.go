// Package sim is a simulated network for tests: hosts with addresses, loops
// whose drivers deliver over it, a virtual clock, and faults that follow from
// one seed. The same seed and the same program give the same run.
//
//	n := sim.Test(t)                      // tells its seed when the test fails
//	n.SetLink(sim.Link{Latency: 1000, ShortRead: 0.3, ShortWrite: 0.3})
//	a, b := n.Host("a").Loop(), n.Host("b").Loop()
//	…
//	n.Run(n.Now() + 1_000_000)            // turns both loops for a second
//
// A network and its loops belong to one goroutine: Run turns every loop, and a
// Poll that waits turns the others meanwhile. Only Wake, Post and what Hold
// returns may come from elsewhere. Data is lent as a real driver lends it, and
// is spoiled when the callee returns. Nothing here is tuned for speed.
package sim

import (
	"container/heap"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"sync"

	"github.com/golws/golws/core/loop"
)

// Micros is loop.Micros.
type Micros = loop.Micros

// start is the virtual time at which a network begins; 0 means "none" in many
// places.
const start Micros = 1_000_000

// maxStill is how many steps may pass without the clock moving: more is a loop
// that never comes to rest.
const maxStill = 1_000_000

// Network is one simulated network.
type Network struct {
	seed  uint64
	rng   *rand.Rand
	now   Micros
	still int

	events  events
	seq     uint64
	hosts   []*Host
	drivers []*Driver
	link    Link
	links   map[[2]*Host]Link
	held    []func() // what waits for a link to be reachable
	port    uint16
	fd      int
	pairs   map[int]*conn // ends of a Pair that are not adopted
	shared  map[int]*port // by listener fd

	trace io.Writer

	mu    sync.Mutex
	cond  *sync.Cond // a wake, or a hold that ended
	holds int
	woken bool
}

// New makes a network whose faults follow from seed.
func New(seed uint64) *Network {
	n := &Network{
		seed:   seed,
		rng:    rand.New(rand.NewPCG(seed, 0x676f6c7773)),
		now:    start,
		links:  make(map[[2]*Host]Link),
		pairs:  make(map[int]*conn),
		shared: make(map[int]*port),
		port:   49151,
		fd:     1 << 20,
	}
	n.cond = sync.NewCond(&n.mu)
	return n
}

// Seed is what New was given.
func (n *Network) Seed() uint64 { return n.seed }

// Now is the virtual time.
func (n *Network) Now() Micros { return n.now }

// Trace has every event written to w, one a line.
func (n *Network) Trace(w io.Writer) { n.trace = w }

func (n *Network) tracef(format string, args ...any) {
	if n.trace != nil {
		fmt.Fprintf(n.trace, "%d "+format+"\n", append([]any{n.now - start}, args...)...)
	}
}

// Host is one machine of a network. It also has the loopback addresses and its
// own unix socket paths.
type Host struct {
	n     *Network
	name  string
	addrs []netip.Addr
	ports []*port

	acceptErr   error
	acceptFails int
}

// Host adds a machine. Where no addresses are given it has 10.0.0.k and
// fd00::k, for the k-th host.
func (n *Network) Host(name string, addrs ...netip.Addr) *Host {
	h := &Host{n: n, name: name, addrs: addrs}
	n.hosts = append(n.hosts, h)
	if len(addrs) == 0 {
		k := byte(len(n.hosts))
		h.addrs = []netip.Addr{
			netip.AddrFrom4([4]byte{10, 0, 0, k}),
			netip.AddrFrom16([16]byte{0: 0xfd, 15: k}),
		}
	}
	return h
}

// Addr is the host's first address.
func (h *Host) Addr() netip.Addr { return h.addrs[0] }

// Driver adds a service thread to the host.
func (h *Host) Driver() *Driver {
	d := &Driver{n: h.n, host: h, id: len(h.n.drivers)}
	h.n.drivers = append(h.n.drivers, d)
	return d
}

// Loop adds a service thread with a loop of its own.
func (h *Host) Loop() *loop.Loop {
	d := h.Driver()
	l := loop.New(d)
	d.Drive(func() error { return l.Turn(0) })
	return l
}

// FailAccepts has the next times accepts on the host fail with err, EMFILE
// for example.
func (h *Host) FailAccepts(err error, times int) { h.acceptErr, h.acceptFails = err, times }

// Hold keeps the clock from moving until the function it returns is called,
// for work that another goroutine does in real time and posts to a loop.
func (n *Network) Hold() (release func()) {
	n.mu.Lock()
	n.holds++
	n.mu.Unlock()
	return sync.OnceFunc(func() {
		n.mu.Lock()
		n.holds--
		n.mu.Unlock()
		n.cond.Broadcast()
	})
}

// Run steps until the given time, to which the clock is then set.
func (n *Network) Run(until Micros) error {
	for {
		more, err := n.step(until)
		if err != nil {
			return err
		}
		if !more {
			n.now = max(n.now, until)
			return nil
		}
	}
}

// RunUntil steps until cond holds, for at most limit of virtual time. That
// cond never held is an error, which names the seed.
func (n *Network) RunUntil(cond func() bool, limit Micros) error {
	until := n.now + limit
	for !cond() {
		more, err := n.step(until)
		if err != nil {
			return err
		}
		if !more {
			return n.errorf("what was waited for did not come in %d µs", limit)
		}
	}
	return nil
}

func (n *Network) errorf(format string, args ...any) error {
	return fmt.Errorf("sim: "+format+" (seed %d)", append(args, n.seed)...)
}

// step does one round. It answers false where nothing comes until the given
// time.
func (n *Network) step(until Micros) (bool, error) {
	if n.arrive() {
		return true, nil // a Poll that waits looks first whether it was for it
	}
	if did, err := n.turn(); did || err != nil {
		if n.still++; n.still > maxStill {
			return false, n.errorf("the loops do not come to rest")
		}
		return true, err
	}
	if n.holding() {
		return true, nil
	}
	at, ok := n.next()
	if !ok || at > until {
		return false, nil
	}
	n.now, n.still = max(n.now, at), 0
	return true, nil
}

// arrive lets happen what is due on the network, and answers whether that was
// anything.
func (n *Network) arrive() bool {
	some := false
	for len(n.events) > 0 && n.events[0].at <= n.now {
		heap.Pop(&n.events).(*event).do()
		some = true
	}
	return some
}

// turn turns the loops that have something to do, in an order of the seed.
func (n *Network) turn() (did bool, err error) {
	var ds []*Driver
	for _, d := range n.drivers {
		if d.depth == 0 && d.busy() {
			ds = append(ds, d)
		}
	}
	n.rng.Shuffle(len(ds), func(i, j int) { ds[i], ds[j] = ds[j], ds[i] })
	for _, d := range ds {
		if d.closed || d.depth > 0 {
			continue
		}
		if d.drive == nil {
			return true, n.errorf("driver %d on host %s has work, and nothing drives it (Driver.Drive)", d.id, d.host.name)
		}
		if err := d.drive(); err != nil {
			return true, fmt.Errorf("sim: driver %d on host %s (seed %d): %w", d.id, d.host.name, n.seed, err)
		}
	}
	return len(ds) > 0, nil
}

// next is when something happens without anybody else's doing.
func (n *Network) next() (at Micros, ok bool) {
	if len(n.events) > 0 {
		at, ok = n.events[0].at, true
	}
	for _, d := range n.drivers {
		if d.due != 0 && d.depth == 0 && !d.closed && (!ok || d.due < at) {
			at, ok = d.due, true
		}
	}
	return at, ok
}

// holding waits, where the clock is held, until something was posted or the
// hold has ended. It answers false where nothing keeps the clock.
func (n *Network) holding() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	held := n.holds > 0
	for n.holds > 0 && !n.woken {
		n.cond.Wait()
	}
	held = held || n.woken
	n.woken = false
	return held
}

// after has do happen on the network in the given time.
func (n *Network) after(in Micros, do func()) { n.at(n.now+in, do) }

func (n *Network) at(at Micros, do func()) {
	n.seq++
	heap.Push(&n.events, &event{at, n.seq, do})
}

type event struct {
	at  Micros
	seq uint64
	do  func()
}

// events is a heap by time and, at one time, by age.
type events []*event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return e[i].at < e[j].at || e[i].at == e[j].at && e[i].seq < e[j].seq
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(*event)) }
func (e *events) Pop() any {
	last := len(*e) - 1
	x := (*e)[last]
	(*e)[last] = nil
	*e = (*e)[:last]
	return x
}
