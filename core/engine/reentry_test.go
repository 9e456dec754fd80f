package engine_test

import (
	"errors"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop/sim"
)

// A callback that serves may be told of the end before it has returned from
// the bytes that came before it: the end waits until all of them are delivered.
func TestEndComesBehindWhatArrivedBefore(t *testing.T) {
	n, server, client := pair(t, sim.Link{Latency: 50}, 1)
	nested := false
	server.on = func(w *engine.Wsi, r engine.Reason, in engine.In) int {
		if r == engine.ReasonRawRX && !nested {
			nested = true
			n.Run(n.Now() + 1e6) // "two" and the end arrive
			for range 3 {
				w.Thread().Service(0)
			}
		}
		return 0
	}
	w := client.dial("10.0.0.1")
	client.run(1e5)
	if err := write(w, []byte("one")); err != nil {
		t.Fatal(err)
	}
	n.Run(n.Now() + 60)
	write(w, []byte("two"))
	w.Close()
	n.Run(n.Now() + 5e6)
	if !nested || server.got.String() != "onetwo" {
		t.Errorf("nested %v, got %q", nested, server.got.String())
	}
	if server.seq[len(server.seq)-1] != "WSI_DESTROY" {
		t.Errorf("callbacks end in %v", server.seq[len(server.seq)-3:])
	}
	client.end()
	server.end()
}

// A vhost that is destroyed in a callback with a wsi that only stands for it
// is gone like any other.
func TestVhostDestroyedInItsOwnCallback(t *testing.T) {
	for _, at := range []engine.Reason{engine.ReasonEventWaitCancelled, engine.ReasonGetThreadID, engine.ReasonProtocolInit,
		engine.ReasonFilterNetworkConnection, engine.ReasonProtocolDestroy} {
		t.Run(at.String(), func(t *testing.T) {
			n := sim.Test(t)
			gone, done := 0, false
			var server *side
			n.Host("a")
			b := n.Host("b")
			server = newSide(t, n, n.Host("c"), 1, nil)
			second := &side{t: t, net: n, ctx: server.ctx}
			act := func(w *engine.Wsi, r engine.Reason, in engine.In) int {
				if r == at && !done && w.Vhost() != server.vh {
					done = true
					w.Vhost().Destroy(w.Thread())
				}
				return 0
			}
			second.on = act
			o := engine.VhostOptions{ListenFD: -1, Port: port, ListenRole: "raw-skt", Name: "second",
				Finalize: func(*engine.Vhost) { gone++ }, Protocols: []*engine.Protocol{{Name: "p", Handler: second}}}
			if at == engine.ReasonGetThreadID { // comes to the first vhost
				server.vh.Destroy(server.ctx.Thread(0))
			}
			v, err := server.ctx.CreateVhost(server.ctx.Thread(0), o)
			if err != nil {
				t.Fatal(err)
			}
			v.InitProtocols(server.ctx.Thread(0))
			client := newSide(t, n, b, 1, nil)
			server.ctx.Cancel()
			n.Run(n.Now() + 1e5)
			if at != engine.ReasonProtocolInit {
				if w, err := client.ctx.Connect(&engine.ConnectInfo{Address: "10.0.0.3", Port: port, Method: "RAW"}); err != nil || w == nil {
					t.Fatal(err)
				}
			}
			n.Run(n.Now() + 1e6)
			if at == engine.ReasonProtocolDestroy {
				v.Destroy(server.ctx.Thread(0))
				n.Run(n.Now() + 1e6)
			}
			if !done || gone != 1 {
				t.Errorf("asked for: %v, gone %d times", done, gone)
			}
			client.end()
			server.end()
			if gone != 1 {
				t.Errorf("gone %d times", gone)
			}
		})
	}
}

// A callback that serves until the context is destroyed gets to its end.
func TestNestedServiceTellsOfDestroying(t *testing.T) {
	n, server, client := pair(t, sim.Link{Latency: 50}, 1)
	var first, second error
	server.on = func(w *engine.Wsi, r engine.Reason, in engine.In) int {
		if r == engine.ReasonRawAdopt {
			w.Context().Destroy()
			first = w.Thread().Service(0)
			second = w.Thread().Service(-1) // and does not wait
		}
		return 0
	}
	client.dial("10.0.0.1")
	n.Run(n.Now() + 1e6)
	if !errors.Is(first, engine.ErrDestroyed) || !errors.Is(second, engine.ErrDestroyed) {
		t.Errorf("nested turns answered %v and %v", first, second)
	}
	client.end()
	server.end()
}

// Destroying from a callback that comes outside the loop ends the context when
// the call that made it is left, not when somebody serves it again.
func TestDestroyedInACallbackOutsideTheLoop(t *testing.T) {
	n := sim.Test(t)
	s := newSide(t, n, n.Host("a"), 1, nil)
	th := s.ctx.Thread(0)
	o := engine.VhostOptions{ListenFD: -1, Port: engine.NoListen, Name: "second", Protocols: []*engine.Protocol{
		{Name: "a", Handler: engine.HandlerFunc(func(w *engine.Wsi, r engine.Reason, in engine.In) int {
			if r == engine.ReasonProtocolInit {
				w.Context().Destroy()
			}
			return 0
		})}, {Name: "b", Handler: s}}}
	v, err := s.ctx.CreateVhost(th, o)
	if err != nil {
		t.Fatal(err)
	}
	s.seq = nil
	if err := v.InitProtocols(th); !errors.Is(err, engine.ErrDestroyed) {
		t.Errorf("answered %v", err)
	}
	s.want("PROTOCOL_DESTROY") // the first vhost's: b has not started
	s.end()
}

// freeing notes what is freed while a callback of it is on the stack.
type freeing struct {
	engine.NoFace
	in    map[*engine.Wsi]int
	freed []*engine.Wsi
	bad   int
}

func (f *freeing) WsiFreed(w *engine.Wsi) {
	if f.in[w] > 0 && !w.Fake() {
		f.bad++
	}
	f.freed = append(f.freed, w)
}

// What a callback closes while it serves is freed when it has returned; and no
// WRITEABLE comes from outside Service, where a program may hold a lock that its
// callback takes.
func TestNothingIsFreedUnderACallback(t *testing.T) {
	n := sim.Test(t)
	server := newSide(t, n, n.Host("a"), 1, listening)
	f := &freeing{in: map[*engine.Wsi]int{}}
	client := newSideWith(t, n, n.Host("b"), 1, nil, func(o *engine.Options) { o.Face = f })
	serve := false
	client.on = func(w *engine.Wsi, r engine.Reason, in engine.In) int {
		if r == engine.ReasonRawWriteable && serve {
			f.in[w]++
			w.CloseNow()
			for range 3 {
				w.Thread().Service(0)
			}
			f.in[w]--
		}
		return 0
	}
	w := client.dial("10.0.0.1")
	client.run(1e5)
	serve = true
	th := w.Thread()
	th.Enter()
	w.CallbackOnWritable()
	th.Leave()
	if !w.Alive() {
		t.Fatal("called from outside Service")
	}
	th.Service(0)
	if w.Alive() {
		t.Fatal("not called")
	}
	client.run(1e5)
	if f.bad != 0 || len(f.freed) == 0 {
		t.Errorf("freed %d times under its callback, %d in all", f.bad, len(f.freed))
	}
	client.end()
	server.end()
}

// The same for callbacks that come inside Connect.
func TestNothingIsFreedUnderConnect(t *testing.T) {
	for _, at := range []engine.Reason{engine.ReasonWSICreate, engine.ReasonRawSktBindProtocol} {
		n := sim.Test(t)
		server := newSide(t, n, n.Host("a"), 1, listening)
		f := &freeing{in: map[*engine.Wsi]int{}}
		client := newSideWith(t, n, n.Host("b"), 1, nil, func(o *engine.Options) { o.Face = f })
		client.on = func(w *engine.Wsi, r engine.Reason, in engine.In) int {
			if r == at {
				f.in[w]++
				w.CloseNow()
				w.Context().Cancel() // so that handlers run in the turns
				for range 3 {
					w.Thread().Service(0)
				}
				f.in[w]--
			}
			return 0
		}
		if w, err := client.ctx.Connect(&engine.ConnectInfo{Address: "10.0.0.1", Port: port, Method: "RAW"}); err == nil || w != nil {
			t.Errorf("%s: connects although it was closed", at)
		}
		if f.bad != 0 {
			t.Errorf("%s: freed %d times under its callback", at, f.bad)
		}
		client.end()
		server.end()
	}
}
