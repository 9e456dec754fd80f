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

// A POST, and its answer. The connection closes behind it.
func ExampleReadBody() {
	ctx, err := lws.New(lws.Config{Logger: lws.LogTo(os.Stderr, lws.LogErr|lws.LogWarn)})
	if err != nil {
		log.Fatal(err)
	}
	var body []byte
	server := func(w *lws.Wsi, r lws.Reason, in lws.In) int {
		switch r {
		case lws.ReasonHTTP: // the body comes first
			fmt.Println("server:", lws.HTTP(w).Head().Method, string(in.Bytes))
			return 0
		case lws.ReasonHTTPBody:
			body = append(body, in.Bytes...)
			return 0
		case lws.ReasonHTTPBodyCompletion:
			return lws.Answer(w, 200, "text/plain", fmt.Appendf(nil, "%d bytes", len(body)))
		}
		return lws.DummyHTTP(w, r)
	}
	request := []byte("a body")
	client := func(w *lws.Wsi, r lws.Reason, in lws.In) int {
		switch r {
		case lws.ReasonClientAppendHandshakeHeader:
			h := in.Value.(*lws.HeaderBuffer)
			h.B = fmt.Appendf(h.B, "content-length: %d\r\n", len(request))
			lws.BodyPending(w, true)
			w.CallbackOnWritable()
		case lws.ReasonClientHTTPWriteable:
			lws.BodyPending(w, false)
			if w.Write(request, lws.WriteHTTPFinal) != nil {
				return -1
			}
		case lws.ReasonEstablishedClientHTTP:
			fmt.Println("client:", lws.ResponseCode(w))
		case lws.ReasonReceiveClientHTTP:
			return lws.ReadBody(w, 4096)
		case lws.ReasonReceiveClientHTTPRead:
			fmt.Printf("client: %s\n", in.Bytes)
		case lws.ReasonClosedClientHTTP:
			ctx.Destroy()
		case lws.ReasonClientConnectionError:
			fmt.Printf("failed: %s\n", in.Bytes)
			ctx.Destroy()
		}
		return 0
	}
	vhost, err := lws.CreateVhost(ctx, lws.VhostOptions{
		Iface: "127.0.0.1", Protocols: []*lws.Protocol{{Name: "http", Handler: lws.HandlerFunc(server)}},
	})
	if err != nil {
		log.Fatal(err)
	}
	clients, err := lws.CreateVhost(ctx, lws.VhostOptions{
		Name: "clients", Port: lws.NoListen, Protocols: []*lws.Protocol{{Name: "http", Handler: lws.HandlerFunc(client)}},
	})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := ctx.Connect(&lws.ConnectInfo{
		Vhost: clients, Method: "POST", Address: "127.0.0.1", Port: vhost.ListenPort(), Path: "/upload",
	}); err != nil {
		log.Fatal(err)
	}
	if err := lws.Run(ctx); err != nil {
		log.Fatal(err)
	}
	// Output:
	// server: POST /upload
	// client: 200
	// client: 6 bytes
}

// A WebSocket that compresses, closed with a code and a reason. The client's
// goroutine is asked to close it by another.
func ExampleSetCloseReason() {
	ctx, err := lws.New(lws.Config{Logger: lws.LogTo(os.Stderr, lws.LogErr|lws.LogWarn)})
	if err != nil {
		log.Fatal(err)
	}
	server := func(w *lws.Wsi, r lws.Reason, _ lws.In) int {
		if r == lws.ReasonClosed {
			p := lws.ClosePayload(w)
			fmt.Printf("closed: %d %s\n", int(p[0])<<8|int(p[1]), p[2:])
		}
		return 0
	}
	client := func(w *lws.Wsi, r lws.Reason, in lws.In) int {
		switch r {
		case lws.ReasonClientEstablished:
			go w.Thread().Loop().Post(func() {
				if w.Alive() {
					lws.SetCloseReason(w, 4000, "enough")
					w.Close()
				}
			})
		case lws.ReasonClientConnectionError:
			fmt.Printf("failed: %s\n", in.Bytes)
			ctx.Destroy()
		case lws.ReasonClientClosed:
			ctx.Destroy()
		}
		return 0
	}
	vhost, err := lws.CreateVhost(ctx, lws.VhostOptions{
		Iface: "127.0.0.1", Extensions: &lws.Deflate{}, Protocols: []*lws.Protocol{{Name: "p", Handler: lws.HandlerFunc(server)}},
	})
	if err != nil {
		log.Fatal(err)
	}
	clients, err := lws.CreateVhost(ctx, lws.VhostOptions{
		Name: "clients", Port: lws.NoListen, Extensions: &lws.Deflate{}, Protocols: []*lws.Protocol{{Name: "p", Handler: lws.HandlerFunc(client)}},
	})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := ctx.Connect(&lws.ConnectInfo{Vhost: clients, Address: "127.0.0.1", Port: vhost.ListenPort(), Path: "/", Protocols: "p"}); err != nil {
		log.Fatal(err)
	}
	if err := lws.Run(ctx); err != nil {
		log.Fatal(err)
	}
	// Output: closed: 4000 enough
}
