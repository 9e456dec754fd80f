package lws_test

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/lws"
)

// Names are asked of the servers that the context names, in turn.
func TestNameServers(t *testing.T) {
	// the well-known port of an address of our own, which only root may take
	at := netip.MustParseAddr("127.83.0.53")
	server, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(at, 53)))
	if err != nil {
		t.Skipf("port 53 cannot be had: %v", err)
	}
	defer server.Close()
	go func() {
		b := make([]byte, 512)
		for {
			n, from, err := server.ReadFromUDPAddrPort(b)
			if err != nil {
				return
			}
			question := 12
			for b[question] != 0 {
				question += int(b[question]) + 1
			}
			end := question + 5
			if end > n {
				continue
			}
			answer := append([]byte{b[0], b[1], 0x84, 0, 0, 1, 0, 0, 0, 0, 0, 0}, b[12:end]...)
			if b[question+2] == 1 { // A
				answer[7] = 1
				answer = append(answer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 127, 0, 0, 1)
			}
			server.WriteToUDPAddrPort(answer, from)
		}
	}()
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	ctx, err := lws.New(lws.Config{NameServers: []netip.Addr{at}})
	if err != nil {
		t.Fatal(err)
	}
	defer ctx.Destroy()
	done, text := false, ""
	v, err := lws.CreateVhost(ctx, lws.VhostOptions{Port: lws.NoListen, Protocols: []*lws.Protocol{{Name: "p",
		Handler: lws.HandlerFunc(func(_ *lws.Wsi, r lws.Reason, in lws.In) int {
			switch r {
			case engine.ReasonRawConnected:
				done = true
			case engine.ReasonClientConnectionError:
				done, text = true, string(in.Bytes)
			}
			return 0
		})}}})
	if err != nil {
		t.Fatal(err)
	}
	port := ln.Addr().(*net.TCPAddr).Port
	if _, err := ctx.Connect(&lws.ConnectInfo{Vhost: v, Address: "only.in.this.test", Port: port, Method: "RAW"}); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); !done && time.Now().Before(end); {
		if err := ctx.Thread(0).Service(20_000); err != nil {
			t.Fatal(err)
		}
	}
	if !done || text != "" {
		t.Errorf("done %v, %q", done, text)
	}
}
