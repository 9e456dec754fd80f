package ws

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop/sim"
	"github.com/golws/golws/core/wire/pmd"
)

// Both sides talk over a network that cuts everything to pieces and is late;
// receiving is turned off and on at random. Every message arrives whole, once
// and in order.
func TestFaultyNetwork(t *testing.T) {
	for round := range 6 {
		o := benchOptions{fragments: round%2 == 0, pieceSize: 500}
		if round%3 == 1 {
			o.vhost.Extensions = &Deflate{Offer: pmd.Config{ClientMaxWindowBits: 10}}
		}
		b := serving(t, o)
		b.net.SetLink(sim.Link{Latency: 500, Jitter: 500, Window: 4000, ShortRead: 0.4, ShortWrite: 0.4, Delay: 0.1, DelayBy: 20_000})
		b.rec.quiet = true
		random := rand.New(rand.NewPCG(7, b.net.Seed()))

		const count = 60
		say := make([]string, count)
		for i := range say {
			size := random.IntN(40)
			if i%10 == 9 {
				size = random.IntN(40_000)
			}
			p := make([]byte, size)
			for j := range p {
				p[j] = byte('a' + random.IntN(1+i%26))
			}
			say[i] = fmt.Sprint(i, ":", string(p))
		}

		// The server echoes each piece; the client says its messages in fragments.
		pace := func(w *engine.Wsi) {
			if random.IntN(8) == 0 {
				w.Hold(engine.HoldUser)
				w.SetTimer(int64(random.IntN(3000)))
			}
		}
		b.rec.when(engine.ReasonTimer, func(w *engine.Wsi, _ engine.In) int {
			w.Release(engine.HoldUser)
			return 0
		})
		b.rec.echoes()
		echo := b.rec.on[engine.ReasonReceive]
		b.rec.when(engine.ReasonReceive, func(w *engine.Wsi, in engine.In) int {
			pace(w)
			return echo(w, in)
		})
		sent, rest := 0, ""
		b.rec.when(engine.ReasonClientEstablished, func(w *engine.Wsi, _ engine.In) int {
			w.CallbackOnWritable()
			return 0
		})
		b.rec.when(engine.ReasonClientWriteable, func(w *engine.Wsi, _ engine.In) int {
			wp := engine.WriteContinuation
			if rest == "" {
				if sent == count {
					return 0
				}
				rest, wp = say[sent], engine.WriteText
				sent++
			}
			n := min(len(rest), 1+random.IntN(10_000))
			if n < len(rest) {
				wp |= engine.WriteNoFin
			}
			if err := w.Write([]byte(rest[:n]), wp); err != nil {
				t.Error(err)
			}
			if rest = rest[n:]; random.IntN(5) == 0 {
				if err := w.Write([]byte("?"), engine.WritePing); err != nil {
					t.Error(err)
				}
			}
			w.CallbackOnWritable()
			return 0
		})
		got, message := 0, ""
		b.rec.when(engine.ReasonClientReceive, func(w *engine.Wsi, in engine.In) int {
			pace(w)
			f := w.Fragment()
			if f.First != (message == "") {
				t.Errorf("message %d: first=%v behind %d bytes", got, f.First, len(message))
			}
			if message += string(in.Bytes); !f.Final {
				return 0
			}
			if got < count && message != say[got] {
				t.Errorf("message %d came as %.60q, not %.60q", got, message, say[got])
			}
			message = ""
			if got++; got == count {
				SetCloseReason(w, 1000, []byte("enough"))
				return -1
			}
			return 0
		})
		closes := 0
		ended := func(*engine.Wsi, engine.In) int { closes++; return 0 }
		b.rec.when(engine.ReasonClosed, ended)
		b.rec.when(engine.ReasonClientClosed, ended)
		_, err := b.ctx.Connect(&engine.ConnectInfo{Address: b.host.Addr().String(), Port: 80, Path: "/", Protocols: "echo"})
		if err != nil {
			t.Fatal(err)
		}
		if err := b.net.RunUntil(func() bool { return closes == 2 || t.Failed() }, 600e6); err != nil {
			t.Fatal(err)
		}
		if got != count {
			t.Errorf("%d of %d messages came", got, count)
		}
		b.net.SetLink(sim.Link{})
	}
}
