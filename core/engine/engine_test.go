package engine_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop/sim"
)

func TestCallbackOrder(t *testing.T) {
	n, server, client := pair(t, sim.Link{Latency: 100}, 1)
	w := client.dial("10.0.0.1")
	client.run(1e5)
	if err := write(w, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	client.run(1e5)
	w.Close()
	n.Run(n.Now() + 1e6)
	server.want("PROTOCOL_INIT", "GET_THREAD_ID", "FILTER_NETWORK_CONNECTION", "WSI_CREATE", "RAW_SKT_BIND_PROTOCOL", "RAW_ADOPT", "RAW_RX",
		"RAW_SKT_DROP_PROTOCOL", "RAW_CLOSE", "WSI_DESTROY")
	client.want("PROTOCOL_INIT", "WSI_CREATE", "RAW_SKT_BIND_PROTOCOL", "GET_THREAD_ID", "CONNECTING", "RAW_CONNECTED",
		"RAW_SKT_DROP_PROTOCOL", "RAW_CLOSE", "WSI_DESTROY")
	if server.got.String() != "hello" {
		t.Errorf("server got %q", server.got.String())
	}
	client.end()
	server.end()
	if last := server.seq[len(server.seq)-1]; last != "PROTOCOL_DESTROY" {
		t.Errorf("the last callback is %s", last)
	}
}

// Everything arrives in order whatever the network does short of breaking, at
// any write size, and the queue drains to nothing.
func TestBytesSurviveShortReadsAndWrites(t *testing.T) {
	n, server, client := pair(t, sim.Link{Latency: 50, Jitter: 500, ShortRead: 0.5, ShortWrite: 0.5, Window: 8 << 10}, 2)
	server.on = func(w *engine.Wsi, r engine.Reason, in engine.In) int { // echo
		if r == engine.ReasonRawRX && w.Write(in.Bytes, engine.WriteHTTP) != nil {
			return -1
		}
		return 0
	}
	w := client.dial("b")
	client.run(1e5)
	var sent []byte
	for i, size := range []int{1, 10, 5000, engine.DirectSize - 1, engine.DirectSize, 70_000, 3} {
		p := bytes.Repeat([]byte{byte('a' + i)}, size)
		sent = append(sent, p...)
		if err := write(w, p); err != nil {
			t.Fatal(err)
		}
	}
	n.Run(n.Now() + 60e6)
	if !bytes.Equal(client.got.Bytes(), sent) {
		t.Errorf("%d bytes sent, %d came back, the same: %v", len(sent), client.got.Len(), bytes.Equal(client.got.Bytes(), sent))
	}
	if w.Queued() != 0 || w.Choked() {
		t.Errorf("%d bytes still queued", w.Queued())
	}
	client.end()
	server.end()
}

func TestConnectFailuresAreOneErrorEach(t *testing.T) {
	n, server, client := pair(t, sim.Link{Latency: 50}, 1)
	_ = server
	for _, c := range []struct{ address, text string }{
		{"nosuch", "resolving nosuch: no such host"},
		{"10.0.0.99", "connecting to 10.0.0.99:7: connect: no route to host"},
		{"10.0.0.2", "connecting to 10.0.0.2:7: connect: connection refused"},
	} {
		client.seq, client.errs = nil, nil
		client.dial(c.address)
		n.Run(n.Now() + 30e6)
		if len(client.errs) != 1 || !strings.Contains(client.errs[0], c.text) {
			t.Errorf("%s: errors %q, want one with %q", c.address, client.errs, c.text)
		}
		if tail := client.seq[len(client.seq)-3:]; !slices.Equal(tail, []string{"CLIENT_CONNECTION_ERROR", "RAW_SKT_DROP_PROTOCOL", "WSI_DESTROY"}) {
			t.Errorf("%s: callbacks end in %v", c.address, tail)
		}
	}
	client.end()
	server.end()
}

func TestAllAddressesAreTried(t *testing.T) {
	n, server, client := pair(t, sim.Link{Latency: 50}, 1)
	client.dial("two")
	n.Run(n.Now() + 5e6)
	if !slices.Contains(client.seq, "RAW_CONNECTED") || len(client.errs) != 0 {
		t.Errorf("not connected by the second address: %v %q", client.seq, client.errs)
	}
	client.end()
	server.end()
}

func TestConnectTimesOut(t *testing.T) {
	n := sim.Test(t)
	n.SetLink(sim.Link{Unreachable: true})
	a := n.Host("a")
	server := newSide(t, n, a, 1, listening)
	client := newSide(t, n, n.Host("b"), 1, func(o *engine.VhostOptions) { o.ConnectTimeout = 3e6 })
	client.dial("10.0.0.1")
	n.Run(n.Now() + 2e6)
	if len(client.errs) != 0 {
		t.Fatalf("failed early: %q", client.errs)
	}
	n.Run(n.Now() + 2e6)
	if len(client.errs) != 1 || client.errs[0] != "connecting to 10.0.0.1:7: timed out" {
		t.Errorf("errors %q", client.errs)
	}
	client.end()
	server.end()
}

// An address that does not answer costs its own timeout only.
func TestConnectTimesOutByAddress(t *testing.T) {
	for _, last := range []string{"10.0.0.3", "10.0.0.2"} { // refused, silent
		n := sim.Test(t)
		a, silent, b := n.Host("a"), n.Host("silent"), n.Host("b")
		n.SetLinkBetween(b, silent, sim.Link{Unreachable: true})
		server := newSide(t, n, a, 1, listening)
		names := &lateNames{}
		client := newSideWith(t, n, b, 1, func(o *engine.VhostOptions) { o.ConnectTimeout = 3e6 }, func(o *engine.Options) { o.Resolver = names })
		dial := func(ends ...string) {
			client.seq, client.errs = nil, nil
			client.dial("many")
			client.run(1e5)
			var as []netip.Addr
			for _, a := range ends {
				as = append(as, netip.MustParseAddr(a))
			}
			names.done[len(names.done)-1](as, nil)
		}
		dial("10.0.0.2", last, "10.0.0.1")
		n.Run(n.Now() + 7e6)
		if len(client.errs) != 0 || !slices.Contains(client.seq, "RAW_CONNECTED") {
			t.Errorf("not connected by the third address: %v %q", client.seq, client.errs)
		}
		dial("10.0.0.2", last)
		n.Run(n.Now() + 7e6)
		if len(client.errs) != 1 || !strings.Contains(client.errs[0], "connecting to 10.0.0.2:7: timed out; connecting to "+last) {
			t.Errorf("errors %q", client.errs)
		}
		client.seq, client.errs = nil, nil
		client.dial("many") // nobody answers
		n.Run(n.Now() + 4e6)
		if len(client.errs) != 1 || client.errs[0] != "resolving many: timed out" {
			t.Errorf("errors %q", client.errs)
		}
		client.end()
		server.end()
	}
}

// There is no TLS yet: what asks for it is not sent in the clear.
func TestConnectRefusesTLS(t *testing.T) {
	_, server, client := pair(t, sim.Link{Latency: 50}, 1)
	if w, err := client.ctx.Connect(&engine.ConnectInfo{Address: "10.0.0.1", Port: port, Method: "RAW", SSL: 1}); w != nil || err == nil {
		t.Errorf("connected: %v", err)
	}
	client.end()
	server.end()
}

// Whichever callback destroys the context or closes the wsi, everything ends
// once and nothing is left.
func TestDestroyAndCloseInEveryCallback(t *testing.T) {
	reasons := []engine.Reason{
		engine.ReasonFilterNetworkConnection, engine.ReasonWSICreate, engine.ReasonRawSktBindProtocol, engine.ReasonRawAdopt,
		engine.ReasonConnecting, engine.ReasonRawConnected, engine.ReasonRawRX, engine.ReasonRawWriteable, engine.ReasonTimer,
		engine.ReasonRawSktDropProtocol, engine.ReasonRawClose, engine.ReasonWSIDestroy, engine.ReasonEventWaitCancelled, engine.ReasonGetThreadID,
	}
	acts := map[string]func(w *engine.Wsi) int{
		"destroy":      func(w *engine.Wsi) int { w.Context().Destroy(); return 0 },
		"close":        func(w *engine.Wsi) int { w.Close(); return 0 },
		"close now":    func(w *engine.Wsi) int { w.CloseNow(); return 0 },
		"nonzero":      func(*engine.Wsi) int { return -1 },
		"vhost":        func(w *engine.Wsi) int { w.Vhost().Destroy(w.Thread()); return 0 },
		"service":      func(w *engine.Wsi) int { w.Thread().Service(0); return 0 },
		"destroy, -1":  func(w *engine.Wsi) int { w.Context().Destroy(); return -1 },
		"write, close": func(w *engine.Wsi) int { w.Write([]byte("bye"), engine.WriteHTTP); w.Close(); return 0 },
	}
	for name, act := range acts {
		for _, at := range reasons {
			for _, who := range []string{"server", "client"} {
				t.Run(fmt.Sprintf("%s in %s of the %s", name, at, who), func(t *testing.T) {
					n, server, client := pair(t, sim.Link{Latency: 50}, 1)
					s := server
					if who == "client" {
						s = client
					}
					done := false
					busy := func(s *side, mine bool) {
						s.on = func(w *engine.Wsi, r engine.Reason, in engine.In) int {
							if mine && r == at && !done {
								done = true
								return act(w)
							}
							switch r {
							case engine.ReasonRawConnected, engine.ReasonRawAdopt:
								w.CallbackOnWritable()
								w.SetTimer(2000)
								s.ctx.Cancel()
							case engine.ReasonRawWriteable:
								w.Write([]byte("ping"), engine.WriteHTTP)
							}
							return 0
						}
					}
					busy(server, s == server)
					busy(client, s == client)
					client.ctx.Connect(&engine.ConnectInfo{Address: "10.0.0.1", Port: port, Method: "RAW"})
					n.Run(n.Now() + 20e6)
					count := map[string]int{}
					for _, c := range append(slices.Clone(server.seq), client.seq...) {
						count[c]++
					}
					client.end()
					server.end()
					for _, s := range []*side{server, client} {
						made, ended := 0, 0
						for _, c := range s.seq {
							switch c {
							case "WSI_CREATE":
								made++
							case "WSI_DESTROY":
								ended++
							}
						}
						if made != ended {
							t.Errorf("%d WSI_CREATE, %d WSI_DESTROY: %v", made, ended, s.seq)
						}
					}
				})
			}
		}
	}
}

func TestFlowControlLosesNothing(t *testing.T) {
	n, server, client := pair(t, sim.Link{Latency: 50, ShortRead: 0.3}, 1)
	var held *engine.Wsi
	server.on = func(w *engine.Wsi, r engine.Reason, in engine.In) int {
		switch r {
		case engine.ReasonRawRX:
			held = w
			w.Hold(engine.HoldUser)
			w.SetTimer(500)
		case engine.ReasonTimer:
			w.Release(engine.HoldUser)
		}
		return 0
	}
	w := client.dial("10.0.0.1")
	client.run(1e5)
	sent := bytes.Repeat([]byte("0123456789"), 9000)
	if err := write(w, sent); err != nil {
		t.Fatal(err)
	}
	n.Run(n.Now() + 3e3)
	if server.got.Len() == 0 || server.got.Len() == len(sent) {
		t.Fatalf("%d bytes after a while: the hold does nothing", server.got.Len())
	}
	_ = held
	n.Run(n.Now() + 60e6)
	if !bytes.Equal(server.got.Bytes(), sent) {
		t.Errorf("%d of %d bytes arrived", server.got.Len(), len(sent))
	}
	client.end()
	server.end()
}

// A peer that does not read makes us choked, refused beyond the cap, and holds
// no more memory than that.
func TestSlowReaderIsBounded(t *testing.T) {
	n, server, client := pair(t, sim.Link{Latency: 50, Window: 4096}, 1)
	server.on = func(w *engine.Wsi, r engine.Reason, _ engine.In) int {
		if r == engine.ReasonRawAdopt {
			w.Hold(engine.HoldUser)
		}
		return 0
	}
	w := client.dial("10.0.0.1")
	client.run(1e5)
	p := make([]byte, 1<<20)
	var err error
	writes := 0
	for ; err == nil && writes < 100; writes++ {
		err = write(w, p)
	}
	if !errors.Is(err, engine.ErrQueueFull) || writes > 20 {
		t.Errorf("after %d writes of 1 MiB: %v", writes, err)
	}
	if !w.Choked() || !w.PartialBuffered() {
		t.Error("not choked")
	}
	asked := 0
	client.on = func(_ *engine.Wsi, r engine.Reason, _ engine.In) int {
		if r == engine.ReasonRawWriteable {
			asked++
		}
		return 0
	}
	w.CallbackOnWritable()
	n.Run(n.Now() + 5e6)
	if asked != 0 {
		t.Errorf("WRITEABLE came %d times while choked", asked)
	}
	client.end()
	server.end()
}

func TestWriteableComesOnceForEachRequest(t *testing.T) {
	n, server, client := pair(t, sim.Link{Latency: 50}, 1)
	left := 5
	count := 0
	client.on = func(w *engine.Wsi, r engine.Reason, _ engine.In) int {
		switch r {
		case engine.ReasonRawConnected:
			w.CallbackOnWritable()
			w.CallbackOnWritable()
		case engine.ReasonRawWriteable:
			count++
			if left--; left > 0 {
				w.CallbackOnWritable()
			}
		}
		return 0
	}
	client.dial("10.0.0.1")
	n.Run(n.Now() + 1e6)
	if count != 5 {
		t.Errorf("%d WRITEABLE for 5 requests", count)
	}
	client.end()
	server.end()
}

func TestTimeoutsAndTimers(t *testing.T) {
	n, server, client := pair(t, sim.Link{}, 1)
	w := client.dial("10.0.0.1")
	client.run(1e5)
	ticks := 0
	client.on = func(w *engine.Wsi, r engine.Reason, _ engine.In) int {
		if r == engine.ReasonTimer {
			ticks++
		}
		return 0
	}
	w.SetTimer(1000)
	w.SetTimeout(engine.TimeoutUserReasonBase, 2e6)
	n.Run(n.Now() + 1e6)
	if ticks != 1 || !w.Alive() {
		t.Errorf("%d ticks, alive %v", ticks, w.Alive())
	}
	w.SetTimer(1000)
	w.SetTimer(-1)
	n.Run(n.Now() + 500e3)
	if ticks != 1 {
		t.Error("a cancelled timer fired")
	}
	n.Run(n.Now() + 1e6)
	if w.Alive() {
		t.Error("alive behind its timeout")
	}
	client.end()
	server.end()
}

func TestServiceThreadsShareAPort(t *testing.T) {
	n, server, client := pair(t, sim.Link{Latency: 10, Jitter: 1000}, 3)
	threads := map[int]int{}
	server.on = func(w *engine.Wsi, r engine.Reason, _ engine.In) int {
		if r == engine.ReasonRawAdopt {
			threads[w.Thread().Index()]++
		}
		return 0
	}
	for range 60 {
		client.dial("10.0.0.1")
		n.Run(n.Now() + 10e3)
	}
	total := 0
	for _, c := range threads {
		total += c
	}
	if total != 60 {
		t.Errorf("%d of 60 accepted: %v", total, threads)
	}
	client.end()
	server.end()
}

func TestCancelReachesEveryThread(t *testing.T) {
	n, server, client := pair(t, sim.Link{}, 3)
	n.Run(n.Now() + 1e5)
	server.seq = nil
	server.ctx.Cancel()
	n.Run(n.Now() + 1e5)
	told := 0
	for _, c := range server.seq { // each thread also says GET_THREAD_ID when it first serves
		if c == "EVENT_WAIT_CANCELLED" {
			told++
		}
	}
	if told != 3 {
		t.Errorf("told %d threads of 3: %v", told, server.seq)
	}
	client.end()
	server.end()
}

func TestVhostDestroyTellsWhenItIsGone(t *testing.T) {
	n := sim.Test(t)
	a := n.Host("a")
	gone := 0
	server := newSide(t, n, a, 2, func(o *engine.VhostOptions) {
		listening(o)
		o.Finalize = func(*engine.Vhost) { gone++ }
	})
	client := newSide(t, n, n.Host("b"), 1, nil)
	for range 4 {
		client.dial("10.0.0.1")
	}
	n.Run(n.Now() + 1e6)
	server.vh.Destroy(server.ctx.Thread(0))
	n.Run(n.Now() + 1e6)
	if gone != 1 || server.ctx.Live() != 0 {
		t.Errorf("gone %d times, %d wsi live", gone, server.ctx.Live())
	}
	client.dial("10.0.0.1")
	n.Run(n.Now() + 1e6)
	if len(client.errs) != 1 {
		t.Errorf("connecting to a closed port: %q", client.errs)
	}
	client.end()
	server.end()
	if gone != 1 {
		t.Errorf("gone %d times", gone)
	}
}

func TestRefusedInfo(t *testing.T) {
	_, server, client := pair(t, sim.Link{}, 1)
	for name, ci := range map[string]*engine.ConnectInfo{
		"no address":  {Port: port, Method: "RAW"},
		"no port":     {Address: "10.0.0.1", Method: "RAW"},
		"bad port":    {Address: "10.0.0.1", Port: 70000, Method: "RAW"},
		"no protocol": {Address: "10.0.0.1", Port: port, Method: "RAW", LocalProtocol: "nosuch"},
		"no role":     {Address: "10.0.0.1", Port: port, Method: "GET"},
	} {
		if w, err := client.ctx.Connect(ci); err == nil || w != nil {
			t.Errorf("%s: accepted", name)
		}
	}
	client.end()
	server.end()
}

func TestManyComeAndGo(t *testing.T) {
	n, server, client := pair(t, sim.Link{Latency: 20, Reset: 0.02, Refuse: 0.1}, 2)
	total := 2000
	if testing.Short() {
		total = 200
	}
	for i := range total {
		w := client.dial("10.0.0.1")
		if i%3 == 0 {
			n.Run(n.Now() + 200)
		}
		if i%2 == 0 && w.Alive() {
			w.Close()
		}
	}
	n.Run(n.Now() + 30e6)
	client.end()
	server.end()
}
