package host_test

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/wasm/host"
)

func f64bits(f float64) uint64 { return math.Float64bits(f) }

func TestTimers(t *testing.T) {
	p := rig(t, "")
	var log []string
	start := p.now
	cb := func(c *host.Call) int {
		w := uint64(uint32(c.Wsi))
		switch r := engine.Reason(c.Reason); r {
		case engine.ReasonRawAdopt:
			p.must(c.Invoke("lws_set_timer_usecs", w, f64bits(2.5e6)))
			p.must(c.Invoke("lws_set_timeout", w, 1000, 4))
		case engine.ReasonTimer, engine.ReasonRawClose:
			log = append(log, fmt.Sprint(r, " ", (p.now-start)/1000))
		}
		return 0
	}
	cx := p.must(p.i.CreateContext(m{"port": -2, "protocols": []any{m{"name": "x", "callback": p.i.Protocol(cb)}}}))
	vh := p.must(p.i.With("lws_get_vhost_by_name", 1, []uint64{uint64(cx)}, []byte("default")))
	conn := p.must(p.i.NewConn(cx, "192.0.2.1:9", ""))
	p.must(p.i.WithInfo("lws_adopt_descriptor_vhost_via_info", vh, m{"fd": conn, "type": 2}))
	if p.due != start+2_500_000 {
		t.Errorf("the deadline is %d", p.due-start)
	}
	p.pass(10e6)
	if want := []string{"TIMER 2500", "RAW_CLOSE 4000"}; !slices.Equal(log, want) {
		t.Errorf("%q", log)
	}
	if p.due != 0 {
		t.Errorf("a deadline without anything to wait for: %d", p.due-start)
	}
}

// A peer that takes nothing chokes the wsi; what is written waits, with a
// limit, and goes out when there is space.
func TestBackPressure(t *testing.T) {
	p := rig(t, "")
	var writeable int
	var wsi host.Wsi
	cb := func(c *host.Call) int {
		switch engine.Reason(c.Reason) {
		case engine.ReasonRawAdopt:
			wsi = c.Wsi
		case engine.ReasonRawWriteable:
			writeable++
		}
		return 0
	}
	cx := p.must(p.i.CreateContext(m{"port": -2, "protocols": []any{m{"name": "x", "callback": p.i.Protocol(cb)}}}))
	vh := p.must(p.i.With("lws_get_vhost_by_name", 1, []uint64{uint64(cx)}, []byte("default")))
	conn := p.must(p.i.NewConn(cx, "", ""))
	var got []byte
	p.outside[conn] = func(b []byte) { got = append(got, b...) }
	p.must(p.i.WithInfo("lws_adopt_descriptor_vhost_via_info", vh, m{"fd": conn, "type": 2}))
	p.window[conn] = 100
	sent := bytes.Repeat([]byte("0123456789"), 30_000)
	p.check(p.i.Write(wsi, sent, 2))
	w := uint64(uint32(wsi))
	if n := p.must(p.i.Invoke("golws_queued", w)); int(n) != len(sent)-100 {
		t.Errorf("%d bytes wait", n)
	}
	if p.must(p.i.Invoke("lws_send_pipe_choked", w)) != 1 || p.must(p.i.Invoke("lws_partial_buffered", w)) != 1 {
		t.Error("not choked")
	}
	p.check(p.i.CallbackOnWritable(wsi))
	p.run()
	if writeable != 0 {
		t.Error("WRITEABLE while it is choked")
	}
	var err error
	for n := 0; err == nil && n < 100; n++ {
		err = p.i.Write(wsi, sent, 2)
	}
	refused(t, "a full queue", 0, err, host.ErrFull, "")
	got, sent = got[:0], nil
	delete(p.window, conn)
	p.check(p.i.Writable(conn))
	p.run()
	if n := p.must(p.i.Invoke("golws_queued", w)); n != 0 || writeable != 1 || len(got) < 16<<20 {
		t.Errorf("%d bytes wait, %d came, %d WRITEABLE", n, len(got), writeable)
	}
	// What the peer has broken, ends.
	p.window[conn] = 0
	p.check(p.i.Write(wsi, []byte("x"), 2))
	p.check(p.i.Ended(conn, fmt.Errorf("reset")))
	p.run()
	if err := p.i.Write(wsi, []byte("x"), 2); err == nil {
		t.Error("a write behind the end was taken")
	}
}

func TestFlowControl(t *testing.T) {
	p := rig(t, "")
	var wsi host.Wsi
	var got string
	cb := func(c *host.Call) int {
		switch engine.Reason(c.Reason) {
		case engine.ReasonRawAdopt:
			wsi = c.Wsi
		case engine.ReasonRawRX:
			got += string(c.In)
			if strings.HasSuffix(got, "|") {
				p.must(c.Invoke("lws_rx_flow_control", uint64(uint32(c.Wsi)), 0))
			}
		case engine.ReasonRawClose:
			got += "."
		}
		return 0
	}
	cx := p.must(p.i.CreateContext(m{"port": -2, "protocols": []any{m{"name": "x", "callback": p.i.Protocol(cb), "rx_buffer_size": 2}}}))
	vh := p.must(p.i.With("lws_get_vhost_by_name", 1, []uint64{uint64(cx)}, []byte("default")))
	conn := p.must(p.i.NewConn(cx, "", ""))
	p.must(p.i.WithInfo("lws_adopt_descriptor_vhost_via_info", vh, m{"fd": conn, "type": 2}))
	// Whatever the embedder still delivers while reading is off is kept, and its end too.
	p.check(p.i.Data(conn, []byte("a|bc")))
	p.check(p.i.Data(conn, []byte("d|")))
	if got != "a|" || !p.paused[conn] {
		t.Errorf("%q, paused %v", got, p.paused[conn])
	}
	p.check(p.i.Data(conn, []byte("ef")))
	p.check(p.i.Ended(conn, nil))
	p.run()
	for _, want := range []string{"a|bcd|", "a|bcd|ef."} {
		p.must(p.i.Invoke("lws_rx_flow_control", uint64(uint32(wsi)), 1))
		p.run()
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Contexts and vhosts end with everything on them, from outside and from inside
// of callbacks.
func TestEnds(t *testing.T) {
	for _, how := range []string{"context", "vhost", "context in a callback", "vhost in a callback"} {
		t.Run(how, func(t *testing.T) {
			p := rig(t, "")
			log := map[engine.Reason]int{}
			var vh int32
			var end func()
			cb := func(c *host.Call) int {
				r := engine.Reason(c.Reason)
				log[r]++
				if r == engine.ReasonReceive && strings.Contains(how, "in a callback") {
					end()
				}
				return 0
			}
			cx := p.must(p.i.CreateContext(m{"port": 80, "protocols": []any{m{"name": "x", "callback": p.i.Protocol(cb)}}}))
			vh = p.must(p.i.With("lws_get_vhost_by_name", 1, []uint64{uint64(cx)}, []byte("default")))
			end = func() {
				if strings.HasPrefix(how, "vhost") {
					p.must(p.i.Invoke("lws_vhost_destroy", uint64(vh)))
				} else {
					p.must(p.i.Invoke("lws_context_destroy", uint64(cx)))
				}
			}
			peer := p.must(p.i.CreateContext(m{"protocols": []any{m{"name": "x", "callback": p.i.Protocol(func(*host.Call) int { return 0 })}}}))
			w, err := p.i.Connect(peer, m{"address": "192.0.2.1", "port": 80, "protocol": "x"})
			if err != nil {
				t.Fatal(err)
			}
			p.run()
			if strings.Contains(how, "in a callback") {
				p.check(p.i.Write(w, []byte("end"), 0))
			} else {
				end()
			}
			p.pass(10e6)
			if log[engine.ReasonClosed] != 1 || log[engine.ReasonWSIDestroy] != 1 || log[engine.ReasonProtocolDestroy] != 1 {
				t.Errorf("%v", log)
			}
			if !strings.HasPrefix(how, "vhost") && !slices.Equal(p.gone, []string{fmt.Sprint(cx, " false")}) {
				t.Errorf("gone: %v\n%s", p.gone, strings.Join(p.logs, "\n"))
			}
			p.must(p.i.Invoke("lws_context_destroy", uint64(peer)))
			if strings.HasPrefix(how, "vhost") {
				p.must(p.i.Invoke("lws_context_destroy", uint64(cx)))
			}
			c, err := p.i.Counters()
			if err != nil {
				t.Fatal(err)
			}
			if left := c[5:12]; slices.Max(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}
