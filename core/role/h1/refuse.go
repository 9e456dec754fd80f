package h1

import (
	"strconv"

	"github.com/golws/golws/core/engine"
	wire "github.com/golws/golws/core/wire/h1"
)

// Refuse answers the request with an error of the connection's last answer,
// logs why, and closes: the peer gets to read the answer, the user gets
// CLOSED_HTTP. Where an answer has begun already it only closes.
func (x *Exchange) Refuse(w *engine.Wsi, status int, why string) {
	w.Logf(engine.LogNotice, "refusing a request with %d: %s", status, why)
	if !x.resp.begun {
		b := appendRefusal(x.scratch[:0], status, x.Head().Method == "HEAD")
		x.resp.begun = true
		w.SendCopy(b)
		x.scratch = b[:0]
	}
	w.CloseLingering()
}

// appendRefusal appends a whole answer that ends the connection.
func appendRefusal(dst []byte, status int, headOnly bool) []byte {
	body := "<html><body><h1>" + strconv.Itoa(status) + "</h1>" + wire.StatusText(status) + "</body></html>\n"
	dst = wire.AppendStatusLine(dst, 1, status)
	dst = append(dst, "content-type: text/html\r\nconnection: close\r\n"...)
	dst = wire.AppendContentLength(dst, int64(len(body)))
	dst = wire.AppendHeadEnd(dst)
	if !headOnly {
		dst = append(dst, body...)
	}
	return dst
}
