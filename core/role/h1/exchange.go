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

	serial  uint64 // tells this use of the memory from the next one
	scratch []byte // where heads are built

	// The server's.
	phase   phase
	resp    response
	file    transfer
	mount   *engine.Mount // that the request fell to, nil for none
	sniff   []byte        // first bytes of a connection that may not be HTTP
	limit   int64         // of the request's body, 0 for none
	body    int64         // bytes of it that were handed over
	skipped int           // bytes of it that nobody wants any more
	stuck   int           // bytes that waited to be sent when the timeout was set
	muted   bool          // refused in HTTP_CONFIRM_UPGRADE: no CLOSED_HTTP

	// The client's.
	client    *engine.ConnectInfo
	rawOrigin bool
	ask       ask
}

// phase is how far a server's exchange has got.
type phase uint8

const (
	inHead   phase = iota
	inBody         // the head was dealt with, the body arrives
	inAnswer       // the request is complete, the answer is not
	draining       // answered before its body was complete, which is skipped
	over           // answered, and the connection must close
)

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
	if Of(w) != x {
		return
	}
	w.HTTP = nil
	x.file.close()
	x.serial++
	x.phase, x.resp, x.file = inHead, response{}, transfer{}
	x.mount, x.skipped, x.stuck, x.muted = nil, 0, 0, false
	x.limit, x.body = 0, 0
	if x.client != nil {
		x.client, x.rawOrigin, x.ask = nil, false, ask{}
	}
	x.sniff = x.sniff[:0]
	if cap(x.scratch) > keptScratch {
		x.scratch = nil
	}
	exchanges.Put(x)
}

// keptScratch bounds what an exchange takes along into the pool.
const keptScratch = 16 << 10

// same says whether w still has the exchange that it had when its serial was s.
func (x *Exchange) same(w *engine.Wsi, s uint64) bool { return Of(w) == x && x.serial == s }

// Head is the head of the request (server) or of the response (client), empty
// until it is complete.
func (x *Exchange) Head() *wire.Head { return &x.Parser.Head }
