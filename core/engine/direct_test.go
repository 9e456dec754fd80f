package engine_test

import (
	"bytes"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/loop/sim"
)

// counting counts the calls that give bytes to a carrier.
type counting struct {
	engine.Carrier
	calls int
}

func (c *counting) Write(b []byte) (int, error) {
	c.calls++
	return c.Carrier.Write(b)
}

func (c *counting) Writev(b [][]byte) (int, error) {
	c.calls++
	return c.Carrier.Writev(b)
}

// A head and the big body behind it leave in one call.
func TestSmallAndBigWriteLeaveTogether(t *testing.T) {
	n, server, client := pair(t, sim.Link{Latency: 50}, 1)
	w := client.dial("10.0.0.1")
	client.run(1e5)
	c := &counting{Carrier: w.Carrier()}
	w.SetCarrier(c)
	head, body := []byte("a head, "), bytes.Repeat([]byte("x"), engine.DirectSize)
	w.Thread().Enter()
	if err := w.Write(head, engine.WriteHTTPHeaders); err != nil {
		t.Fatal(err)
	}
	if err := w.Write(body, engine.WriteHTTPFinal); err != nil {
		t.Fatal(err)
	}
	w.Thread().Leave()
	if c.calls != 1 {
		t.Errorf("%d calls", c.calls)
	}
	n.Run(n.Now() + 1e6)
	if !bytes.Equal(server.got.Bytes(), append(head, body...)) {
		t.Errorf("%d bytes arrived, or not in order", server.got.Len())
	}
	client.end()
	server.end()
}

// Small and big writes of two connections, made between one flush and the next,
// keep their order while the network takes them in shreds.
func TestMixedWritesKeepTheirOrder(t *testing.T) {
	n, server, client := pair(t, sim.Link{Latency: 50, ShortWrite: 0.7, Window: 20 << 10}, 1)
	w, other := client.dial("10.0.0.1"), client.dial("10.0.0.1")
	client.run(1e5)
	perWsi := map[*engine.Wsi]*bytes.Buffer{}
	server.on = func(w *engine.Wsi, r engine.Reason, in engine.In) int {
		if r == engine.ReasonRawRX {
			if perWsi[w] == nil {
				perWsi[w] = new(bytes.Buffer)
			}
			perWsi[w].Write(in.Bytes)
		}
		return 0
	}
	var sent, sentOther []byte
	for round := range 5 {
		w.Thread().Enter()
		for i, size := range []int{3, engine.DirectSize, 9, 5, 2 * engine.DirectSize, 7, engine.DirectSize + 1} {
			p := bytes.Repeat([]byte{byte('a' + round*7 + i)}, size)
			sent = append(sent, p...)
			if err := w.Write(p, engine.WriteHTTP); err != nil {
				t.Fatal(err)
			}
			if i%2 == 0 {
				sentOther = append(sentOther, p[:2]...)
				if err := other.Write(p[:2], engine.WriteHTTP); err != nil {
					t.Fatal(err)
				}
			}
		}
		w.Thread().Leave()
		n.Run(n.Now() + 1e4)
	}
	n.Run(n.Now() + 60e6)
	found := 0
	for _, b := range perWsi {
		if bytes.Equal(b.Bytes(), sent) || bytes.Equal(b.Bytes(), sentOther) {
			found++
		}
	}
	if found != 2 {
		t.Errorf("%d of 2 connections got what was sent", found)
	}
	client.end()
	server.end()
}
