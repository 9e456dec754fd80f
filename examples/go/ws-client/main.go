// Command ws-client sends messages to a WebSocket echo server and checks what
// comes back.
//
//	go run ./examples/go/ws-client ws://HOST:PORT/PATH [COUNT]
package main

import (
	"bytes"
	"errors"
	"fmt"
	"log"
	"net/url"
	"os"
	"strconv"

	"github.com/golws/golws/core/lws"
)

// client is a protocol that keeps one message in flight.
type client struct {
	count, done int
	got         []byte
	err         error
}

func (c *client) message() []byte { return fmt.Appendf(nil, "message %d from Go", c.done) }

// Callback makes client a lws.Handler.
func (c *client) Callback(w *lws.Wsi, r lws.Reason, in lws.In) int {
	switch r {
	case lws.ReasonClientEstablished:
		w.CallbackOnWritable()
	case lws.ReasonClientWriteable:
		if c.err = w.Write(c.message(), lws.WriteText); c.err != nil {
			return -1
		}
	case lws.ReasonClientReceive:
		c.got = append(c.got, in.Bytes...)
		if !w.Fragment().Final {
			return 0
		}
		if !bytes.Equal(c.got, c.message()) {
			c.err = fmt.Errorf("sent %q, got %q", c.message(), c.got)
			return -1
		}
		c.got = c.got[:0]
		if c.done++; c.done == c.count {
			return -1 // closes with the closing handshake
		}
		w.CallbackOnWritable()
	case lws.ReasonClientConnectionError:
		c.err = errors.New(string(in.Bytes))
		w.Context().Destroy()
	case lws.ReasonClientClosed:
		w.Context().Destroy()
	}
	return 0
}

func main() {
	if len(os.Args) < 2 {
		log.Fatal("usage: ws-client ws://HOST:PORT/PATH [COUNT]")
	}
	u, err := url.Parse(os.Args[1])
	if err != nil || u.Scheme != "ws" {
		log.Fatalf("%q is no ws:// address", os.Args[1])
	}
	port := 80
	if u.Port() != "" {
		if port, err = strconv.Atoi(u.Port()); err != nil {
			log.Fatal(err)
		}
	}
	c := &client{count: 3}
	if len(os.Args) > 2 {
		if c.count, err = strconv.Atoi(os.Args[2]); err != nil {
			log.Fatal(err)
		}
	}
	ctx, err := lws.New(lws.Config{Logger: lws.LogTo(os.Stderr, lws.LogErr|lws.LogWarn)})
	if err != nil {
		log.Fatal(err)
	}
	if _, err = lws.CreateVhost(ctx, lws.VhostOptions{
		Port: lws.NoListen, Protocols: []*lws.Protocol{{Name: "echo", Handler: c}},
	}); err != nil {
		log.Fatal(err)
	}
	if _, err = ctx.Connect(&lws.ConnectInfo{Address: u.Hostname(), Port: port, Path: u.RequestURI(), Protocols: "echo"}); err != nil {
		log.Fatal(err)
	}
	if err = lws.Run(ctx); err == nil {
		err = c.err
	}
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d messages came back as they were sent\n", c.done)
}
