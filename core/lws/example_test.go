package lws_test

import (
	"fmt"
	"log"
	"os"

	"github.com/golws/golws/core/lws"
)

// A WebSocket echo server, and a client of it in the same context.
func Example() {
	ctx, err := lws.New(lws.Config{Logger: lws.LogTo(os.Stderr, lws.LogErr|lws.LogWarn)})
	if err != nil {
		log.Fatal(err)
	}
	echo := func(w *lws.Wsi, r lws.Reason, in lws.In) int {
		if r == lws.ReasonReceive && w.Write(in.Bytes, lws.WriteText) != nil {
			return -1 // closes the connection
		}
		return 0
	}
	client := func(w *lws.Wsi, r lws.Reason, in lws.In) int {
		switch r {
		case lws.ReasonClientEstablished:
			if w.Write([]byte("hello"), lws.WriteText) != nil {
				return -1
			}
		case lws.ReasonClientReceive:
			fmt.Printf("%s\n", in.Bytes)
			return -1
		case lws.ReasonClientConnectionError:
			fmt.Printf("failed: %s\n", in.Bytes)
			ctx.Destroy()
		case lws.ReasonClientClosed:
			ctx.Destroy()
		}
		return 0
	}
	server, err := lws.CreateVhost(ctx, lws.VhostOptions{
		Iface: "127.0.0.1", Port: 0, // one that is free
		Protocols: []*lws.Protocol{{Name: "echo", Handler: lws.HandlerFunc(echo)}},
	})
	if err != nil {
		log.Fatal(err)
	}
	clients, err := lws.CreateVhost(ctx, lws.VhostOptions{
		Name: "clients", Port: lws.NoListen,
		Protocols: []*lws.Protocol{{Name: "echo", Handler: lws.HandlerFunc(client)}},
	})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := ctx.Connect(&lws.ConnectInfo{
		Vhost: clients, Address: "127.0.0.1", Port: server.ListenPort(), Path: "/", Protocols: "echo",
	}); err != nil {
		log.Fatal(err)
	}
	if err := lws.Run(ctx); err != nil {
		log.Fatal(err)
	}
	// Output: hello
}
