package ws

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/golws/golws/core/engine"
	wire "github.com/golws/golws/core/wire/ws"
)

// within runs f as a callback would run.
func within(w *engine.Wsi, f func()) {
	w.Thread().Enter()
	f()
	w.Thread().Leave()
}

func TestWriteKinds(t *testing.T) {
	b, p := open(t, benchOptions{})
	w := b.rec.last
	write := func(s string, wp engine.WriteProtocol) {
		t.Helper()
		if err := w.Write([]byte(s), wp); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
	within(w, func() {
		write("one", engine.WriteText|engine.WriteNoFin)
		if !SendingMultifragment(w) {
			t.Error("SendingMultifragment is false within a message")
		}
		write("two", engine.WriteContinuation|engine.WriteNoFin)
		write("are you there", engine.WritePing)
		write("three", engine.WriteContinuation)
		if SendingMultifragment(w) {
			t.Error("SendingMultifragment is true behind a message")
		}
		write("", engine.WriteBinary)
		write("unasked", engine.WritePong)
		write("buffered", engine.WriteText|engine.WriteBuflist)
	})
	b.run()
	p.want("1+:one", "0+:two", "9:are you there", "0:three", "2:", "10:unasked", "1:buffered")
}

func TestWriteRefusals(t *testing.T) {
	b, p := open(t, benchOptions{})
	w := b.rec.last
	refuse := func(s string, wp engine.WriteProtocol, want error) {
		t.Helper()
		if err := w.Write([]byte(s), wp); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", s, err, want)
		}
		if _, ok := b.role.HeadRoom(w, len(s), wp); ok {
			t.Error("HeadRoom lets it through")
		}
	}
	within(w, func() {
		refuse("x", engine.WriteContinuation, ErrNoMessage)
		refuse("x", engine.WriteHTTP, ErrKind)
		refuse(strings.Repeat("x", 126), engine.WritePing, ErrControlSize)
		if err := w.Write(nil, engine.WriteText|engine.WriteNoFin); err != nil {
			t.Error(err)
		}
		refuse("x", engine.WriteText, ErrUnfinished)
		refuse("x", engine.WriteBinary|engine.WriteNoFin, ErrUnfinished)
	})
	b.run()
	p.want("1+:")
	b.wantLog("write refused: " + ErrUnfinished.Error())
}

// Sizes around the head's and the direct path's borders arrive as they are, and
// the caller's memory stays as it was.
func TestWriteSizes(t *testing.T) {
	b, p := open(t, benchOptions{txBatch: 64 << 10})
	for _, n := range []int{0, 1, 125, 126, 127, 0xFFFF, 0x10000, engine.DirectSize - 1, engine.DirectSize, engine.DirectSize + 1, 1 << 20} {
		data := bytes.Repeat([]byte("abcdefg"), n/7+1)[:n]
		lent := bytes.Clone(data)
		within(b.rec.last, func() {
			if err := b.rec.last.Write(lent, engine.WriteBinary); err != nil {
				t.Error(err)
			}
		})
		if !bytes.Equal(lent, data) {
			t.Errorf("a write of %d bytes changed them", n)
		}
		b.run()
		p.want("2:" + string(data))
	}
}

func TestFrameInPlace(t *testing.T) {
	b, p := open(t, benchOptions{})
	w := b.rec.last
	within(w, func() {
		for _, f := range []struct {
			s  string
			wp engine.WriteProtocol
		}{{"begin", engine.WriteText | engine.WriteNoFin}, {strings.Repeat("x", 300), engine.WriteContinuation}, {"ping", engine.WritePing}} {
			room, ok := b.role.HeadRoom(w, len(f.s), f.wp)
			if !ok {
				t.Fatal("refused")
			}
			m := w.Thread().Reserve(room + len(f.s))
			copy(m[room:], f.s)
			b.role.FrameInPlace(w, m, room, f.wp)
			w.SendReserved(m)
		}
	})
	b.run()
	p.want("1+:begin", "0:"+strings.Repeat("x", 300), "9:ping")
}

// Pongs go out in order with data, and while the peer reads nothing only the
// last ping is remembered.
func TestPongs(t *testing.T) {
	b, p := open(t, benchOptions{})
	b.rec.echoes()
	p.sendFrame(fin|wire.OpText, "a")
	p.sendFrame(fin|wire.OpPing, "1")
	p.sendFrame(fin|wire.OpText, "b")
	p.sendFrame(fin|wire.OpPing, "2")
	b.run()
	p.want("1:a", "10:1", "1:b", "10:2")

	w := b.rec.last
	p.c.SetReading(false)
	big := strings.Repeat("x", 200_000)
	within(w, func() {
		if err := w.Write([]byte(big), engine.WriteText); err != nil {
			t.Error(err)
		}
	})
	b.run()
	queued := w.Queued()
	for i := range 1000 {
		p.sendFrame(fin|wire.OpPing, strings.Repeat(string(rune('a'+i%26)), 100))
	}
	b.run()
	if n := w.Queued(); n != queued {
		t.Errorf("a thousand pings queued %d bytes", n-queued)
	}
	p.c.SetReading(true)
	b.run()
	p.want("1:"+big, "10:"+strings.Repeat(string(rune('a'+999%26)), 100))
}

func TestProbe(t *testing.T) {
	b := newBench(t, benchOptions{vhost: engine.VhostOptions{ListenRole: "direct",
		Retry: &engine.RetryPolicy{PingSecs: 3, HangupSecs: 5}}})
	p := b.dial()
	b.want(established...)
	b.wait(3e6)
	p.want("9:")
	p.sendFrame(fin|wire.OpPong, "")
	b.run()
	b.want(`RECEIVE_PONG ""`)
	b.wait(2.5e6)
	p.sendFrame(fin|wire.OpText, "hello") // data is no answer to a ping
	b.wait(1e6)
	p.want("9:")
	b.want(hello)
	b.wait(1.5e6)
	b.want(closed...)
	b.wantLog("no sign of life")
}

// A peer that does not read is not answered without bound: an echo server that
// writes in WRITEABLE only holds what one message needs.
func TestSlowReader(t *testing.T) {
	b, p := open(t, benchOptions{})
	b.rec.quiet = true
	pending := 0
	message := []byte(strings.Repeat("x", 10_000))
	b.rec.when(engine.ReasonReceive, func(w *engine.Wsi, _ engine.In) int {
		if pending++; pending > 10 {
			w.Hold(engine.HoldUser)
		}
		w.CallbackOnWritable()
		return 0
	})
	sent, most := 0, 0
	b.rec.when(engine.ReasonServerWriteable, func(w *engine.Wsi, _ engine.In) int {
		for pending > 0 && !w.Choked() {
			if err := w.Write(message, engine.WriteText); err != nil {
				t.Error(err)
			}
			pending--
			sent++
			most = max(most, w.Queued())
		}
		if pending > 0 {
			w.CallbackOnWritable()
		} else {
			w.Release(engine.HoldUser)
		}
		return 0
	})
	p.c.SetReading(false)
	for range 5000 {
		p.sendFrame(fin|wire.OpText, "x")
	}
	b.wait(1e6)
	if most > engine.QueueMark+len(message)+20 {
		t.Errorf("%d bytes were queued for a peer that does not read", most)
	}
	p.c.SetReading(true)
	b.wait(60e6)
	if n := len(p.frames()); n != 5000 || sent != 5000 {
		t.Errorf("%d of 5000 echoes came, %d were sent", n, sent)
	}
}
