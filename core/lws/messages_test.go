package lws_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/golws/golws/core/lws"
)

// talk has a client of one context send what say writes when it is established,
// to a server whose handler is h, and serves until both have closed. It answers
// what the client was told of the close.
func talk(t *testing.T, c lws.Config, h lws.Handler, say func(w *lws.Wsi)) (closed string) {
	t.Helper()
	c.PieceSize = 1000
	ctx, err := lws.New(c)
	if err != nil {
		t.Fatal(err)
	}
	left := 2
	gone := func() {
		if left--; left == 0 {
			ctx.Destroy()
		}
	}
	on := func(w *lws.Wsi, r lws.Reason, in lws.In) int {
		switch r {
		case lws.ReasonClosed:
			defer gone()
		case lws.ReasonClientEstablished:
			say(w)
		case lws.ReasonClientClosed:
			if p := lws.ClosePayload(w); len(p) >= 2 {
				closed = fmt.Sprintf("%d %s", int(p[0])<<8|int(p[1]), p[2:])
			}
			defer gone()
		case lws.ReasonClientConnectionError:
			t.Errorf("connecting: %s", in.Bytes)
			ctx.Destroy()
		}
		return h.Callback(w, r, in)
	}
	v, err := lws.CreateVhost(ctx, lws.VhostOptions{
		Iface: "127.0.0.1", Protocols: []*lws.Protocol{{Name: "p", Handler: lws.HandlerFunc(on)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ctx.Connect(&lws.ConnectInfo{Vhost: v, Address: "127.0.0.1", Port: v.ListenPort(), Path: "/", Protocols: "p"}); err != nil {
		t.Fatal(err)
	}
	if err := lws.Run(ctx); err != nil {
		t.Fatal(err)
	}
	return closed
}

// Messages come whole: those in fragments, those longer than a piece, and those
// that are just as long as the limit.
func TestMessages(t *testing.T) {
	long := bytes.Repeat([]byte("long"), 1250)
	var got []string
	h := lws.HandlerFunc(func(w *lws.Wsi, r lws.Reason, in lws.In) int {
		if r != lws.ReasonReceive {
			return 0
		}
		f := w.Fragment()
		if !f.First || !f.Final || f.Remaining != 0 || !bytes.Equal(f.Data, in.Bytes) {
			t.Errorf("%+v", *f)
		}
		got = append(got, fmt.Sprintf("%d %.12s %d", f.Opcode, in.Bytes, len(in.Bytes)))
		if string(in.Bytes) == "end" {
			lws.SetCloseReason(w, 1000, "")
			return -1
		}
		return 0
	})
	talk(t, lws.Config{}, lws.Messages(h, len(long)), func(w *lws.Wsi) {
		for _, m := range []struct {
			b  string
			wp lws.WriteProtocol
		}{
			{"short", lws.WriteText}, {"", lws.WriteBinary}, {string(long), lws.WriteBinary},
			{"in ", lws.WriteText | lws.WriteNoFin}, {"three ", lws.WriteContinuation | lws.WriteNoFin}, {"parts", lws.WriteContinuation},
			{"end", lws.WriteText},
		} {
			if err := w.Write([]byte(m.b), m.wp); err != nil {
				t.Error(err)
			}
		}
	})
	if want := []string{"1 short 5", "2  0", "2 longlonglong 5000", "1 in three par 14", "1 end 3"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// One that is too long closes, whether it comes in one piece or in many.
func TestMessagesTooLong(t *testing.T) {
	for _, n := range []int{101, 5000} {
		h := lws.HandlerFunc(func(_ *lws.Wsi, r lws.Reason, in lws.In) int {
			if r == lws.ReasonReceive {
				t.Errorf("%d bytes are delivered", len(in.Bytes))
			}
			return 0
		})
		closed := talk(t, lws.Config{}, lws.Messages(h, 100), func(w *lws.Wsi) {
			if err := w.Write([]byte(strings.Repeat("x", n)), lws.WriteText); err != nil {
				t.Error(err)
			}
		})
		if closed != "1009 message is longer than 100 bytes" {
			t.Errorf("%d bytes: closed with %q", n, closed)
		}
	}
}

// A message that announces more than the context takes closes at once.
func TestMaxMessage(t *testing.T) {
	received := 0
	h := lws.HandlerFunc(func(_ *lws.Wsi, r lws.Reason, in lws.In) int {
		if r == lws.ReasonReceive {
			received += len(in.Bytes)
		}
		return 0
	})
	closed := talk(t, lws.Config{MaxMessage: 2000}, h, func(w *lws.Wsi) {
		for _, n := range []int{2000, 2001} {
			if err := w.Write(make([]byte, n), lws.WriteBinary); err != nil {
				t.Error(err)
			}
		}
	})
	if received != 2000 || !strings.HasPrefix(closed, "1009 ") {
		t.Errorf("%d bytes, closed with %q", received, closed)
	}
}
