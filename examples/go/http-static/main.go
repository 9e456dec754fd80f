// Command http-static serves a directory, and one answer of its own at /time.
//
//	go run ./examples/go/http-static DIRECTORY [PORT]
package main

import (
	"fmt"
	"log"
	"os"
	"strconv"
	"time"

	"github.com/golws/golws/core/lws"
)

// clock answers every request with the time.
func clock(w *lws.Wsi, r lws.Reason, _ lws.In) int {
	if r != lws.ReasonHTTP {
		return lws.DummyHTTP(w, r)
	}
	return lws.Answer(w, 200, "text/plain", fmt.Appendf(nil, "%s\n", time.Now().Format(time.RFC3339)))
}

func main() {
	if len(os.Args) < 2 {
		log.Fatal("usage: http-static DIRECTORY [PORT]")
	}
	port := 7681
	if len(os.Args) > 2 {
		var err error
		if port, err = strconv.Atoi(os.Args[2]); err != nil {
			log.Fatal(err)
		}
	}
	ctx, err := lws.New(lws.Config{Logger: lws.LogTo(os.Stderr, lws.LogErr|lws.LogWarn)})
	if err != nil {
		log.Fatal(err)
	}
	vhost, err := lws.CreateVhost(ctx, lws.VhostOptions{
		Port: port,
		Protocols: []*lws.Protocol{
			{Name: "http", Handler: lws.HandlerFunc(func(w *lws.Wsi, r lws.Reason, _ lws.In) int { return lws.DummyHTTP(w, r) })},
			{Name: "clock", Handler: lws.HandlerFunc(clock)},
		},
		Mounts: []*lws.Mount{
			{Mountpoint: "/time", OriginKind: lws.MountCallback, Protocol: "clock"},
			{Mountpoint: "/", OriginKind: lws.MountFile, Origin: os.Args[1], Default: "index.html"},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("serving %s on port %d\n", os.Args[1], vhost.ListenPort())
	if err := lws.Run(ctx); err != nil {
		log.Fatal(err)
	}
}
