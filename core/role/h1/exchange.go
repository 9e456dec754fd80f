package h1

import (
	"sync"

	"github.com/golws/golws/core/engine"
	wire "github.com/golws/golws/core/wire/h1"
)

// Exchange is one request and its answer, on either side. It hangs on
// Wsi.HTTP while it lasts.
type Exchange struct {
	// Parser reads the request (server) or the response (client).
	Parser wire.Parser

	client *engine.ConnectInfo // what a client asks for, nil on the server
	rest   []byte              // client: received and not read by the user
	body   clientBody

	phase   phase
	resp    response
	file    transfer
	mount   *engine.Mount
	calls   int // user callbacks on the stack that belong to this exchange
	stuck   int // bytes that waited to be sent when the timeout was set
	sniff   []byte
	scratch []byte
}

var exchanges = sync.Pool{New: func() any { return new(Exchange) }}

// Of is w's exchange, nil where none is under way.
func Of(w *engine.Wsi) *Exchange {
	x, _ := w.HTTP.(*Exchange)
	return x
}

// begin gives w a new exchange.
func begin(w *engine.Wsi, side wire.Side) *Exchange {
	x := exchanges.Get().(*Exchange)
	x.Parser.Reset(side, wire.Limits{HeadBytes: w.Context().Options().HeadBytes})
	w.HTTP = x
	return x
}

// Release takes x off w and gives its memory back: x and all views into its
// head are not to be used again.
func (x *Exchange) Release(w *engine.Wsi) {
	if w.HTTP != any(x) {
		return
	}
	w.HTTP = nil
	if x.file.open {
		x.file.close()
	}
	*x = Exchange{Parser: x.Parser, sniff: x.sniff[:0], scratch: x.scratch[:0]}
	exchanges.Put(x)
}

// Head is the head of the request (server) or of the response (client), empty
// until it is complete.
func (x *Exchange) Head() *wire.Head { return &x.Parser.Head }
