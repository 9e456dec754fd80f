//go:build unix

package lws_test

import (
	"net"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/lws"
)

// What a peer said before it broke the connection is delivered, although a
// write fails before it is read: the reason for the refusal, mostly.
func TestLastWordsOfABrokenConnection(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	connected, said := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(said)
		c, err := l.Accept()
		if err != nil {
			t.Error(err)
			return
		}
		<-connected
		c.Write([]byte("no"))
		c.(*net.TCPConn).SetLinger(0) // closing resets
		c.Close()
	}()
	var seq []lws.Reason
	got := ""
	on := func(w *lws.Wsi, r lws.Reason, in lws.In) int {
		seq = append(seq, r)
		switch r {
		case engine.ReasonRawConnected:
			close(connected)
			<-said
			if !broken(w.Carrier().(interface{ Fd() int }).Fd()) {
				t.Error("the reset does not come")
			}
			for range 3 {
				w.Write(make([]byte, engine.DirectSize), engine.WriteHTTP)
			}
			if w.Queued() != 0 {
				t.Errorf("%d bytes queued for a broken connection", w.Queued())
			}
		case engine.ReasonRawRX:
			got += string(in.Bytes)
		case engine.ReasonRawClose, engine.ReasonClientConnectionError:
			w.Context().Destroy()
		}
		return 0
	}
	logs := &lines{}
	cx, err := lws.New(lws.Config{Logger: logs})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lws.CreateVhost(cx, lws.VhostOptions{Port: engine.NoListen,
		Protocols: []*lws.Protocol{{Name: "p", Handler: lws.HandlerFunc(on)}}}); err != nil {
		t.Fatal(err)
	}
	a := l.Addr().(*net.TCPAddr)
	if _, err := cx.Connect(&lws.ConnectInfo{Address: "127.0.0.1", Port: a.Port, Method: "RAW"}); err != nil {
		t.Fatal(err)
	}
	if err := lws.Run(cx); err != nil {
		t.Fatal(err)
	}
	if got != "no" || !slices.Contains(seq, engine.ReasonRawClose) {
		t.Errorf("got %q, callbacks %v", got, seq)
	}
	if !logs.has("sending failed") {
		t.Errorf("no write failed: %q", logs.all)
	}
}

// broken waits for a socket's reset: the system delivers even its own later
// than at once where it has much to do.
func broken(fd int) bool {
	for {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd)}}, 20_000)
		if err != unix.EINTR {
			return n == 1
		}
	}
}

type lines struct{ all []string }

func (l *lines) Enabled(lws.Level) bool { return true }

func (l *lines) Log(_ lws.Level, _ *lws.Context, _ *lws.Vhost, _ *lws.Wsi, line string) {
	l.all = append(l.all, line)
}

func (l *lines) has(part string) bool {
	return slices.ContainsFunc(l.all, func(s string) bool { return len(s) >= len(part) && s[:len(part)] == part })
}
