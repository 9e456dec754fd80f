// Command ws-echo is a WebSocket echo server on core/lws.
//
//	go run ./examples/go/ws-echo [PORT]
package main

import (
	"fmt"
	"log"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/golws/golws/core/lws"
)

// echo sends each message back as it came: pieces of a message go out as
// fragments of one.
func echo(w *lws.Wsi, r lws.Reason, in lws.In) int {
	if r != lws.ReasonReceive {
		return 0
	}
	f := w.Fragment()
	kind := lws.WriteText
	switch {
	case !f.First:
		kind = lws.WriteContinuation
	case f.Opcode == 2:
		kind = lws.WriteBinary
	}
	if !f.Final {
		kind |= lws.WriteNoFin
	}
	if err := w.Write(in.Bytes, kind); err != nil {
		w.Logf(lws.LogWarn, "echo: %v", err)
		return -1
	}
	return 0
}

func main() {
	port := 7681
	if len(os.Args) > 1 {
		var err error
		if port, err = strconv.Atoi(os.Args[1]); err != nil {
			log.Fatal(err)
		}
	}
	ctx, err := lws.New(lws.Config{Logger: lws.LogTo(os.Stderr, lws.LogErr|lws.LogWarn)})
	if err != nil {
		log.Fatal(err)
	}
	vhost, err := lws.CreateVhost(ctx, lws.VhostOptions{
		Port:      port,
		Protocols: []*lws.Protocol{{Name: "echo", Handler: lws.HandlerFunc(echo)}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("listening on port %d\n", vhost.ListenPort())

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-stop
		lws.Stop(ctx)
	}()
	if err := lws.Run(ctx); err != nil {
		log.Fatal(err)
	}
}
