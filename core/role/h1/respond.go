package h1

import (
	"strconv"

	"github.com/golws/golws/core/engine"
	wire "github.com/golws/golws/core/wire/h1"
)

// roomBytes is the memory for a head of the library's own.
const roomBytes = 4096

// room is memory of the exchange's for a head, empty.
func (x *Exchange) room() []byte {
	need := roomBytes
	if cap(x.scratch) < need {
		x.scratch = make([]byte, 0, need)
	}
	return x.scratch[:0]
}

// ReturnStatus answers with a status and a small page: lws_return_http_status.
// body is HTML of the caller's, perhaps "". 0 is success, and
// TransactionCompleted is to follow; -1 asks for the connection to be closed.
func ReturnStatus(w *engine.Wsi, code int, body string) int {
	x := Of(w)
	if x == nil || w.Client() {
		return -1
	}
	w.Context().Options().Face.Collect(w.Thread())
	if x.resp.begun {
		w.Logf(engine.LogWarn, "a status %d cannot be sent: an answer has begun already", code&codeMask)
		return -1
	}
	if status := code & codeMask; status < 200 || status > 999 {
		w.Logf(engine.LogWarn, "%d is no status of an answer: sending 500", status)
		code = code&^codeMask | 500
	}
	if o := w.Vhost().Options(); code&codeMask == 404 && o.Error404 != "" && string(x.path()) != o.Error404 {
		if Redirect(w, 302, o.Error404, x.room()) < 0 {
			return -1
		}
		return 0
	}
	page := pageOf(code&codeMask, body)
	b, err := AppendStatus(w, x.room(), code)
	if status := code & codeMask; err == nil && status != 204 && status != 304 {
		b, err = AppendHeaderByName(w, b, "content-type", "text/html")
		if err == nil {
			b, err = AppendContentLength(w, b, int64(len(page)))
		}
	}
	if err == nil {
		b, err = AppendFinalize(w, b)
	}
	if err == nil {
		err = w.Write(append(b, page...), engine.WriteHTTPFinal)
	}
	if err != nil {
		w.Logf(engine.LogWarn, "a status %d cannot be sent: %v", code&codeMask, err)
		return -1
	}
	return 0
}

// pageOf is the page of a status, in the form that lws gives it, so that a
// site's /error.css fits both.
func pageOf(status int, body string) string {
	return `<html><head><meta charset=utf-8 http-equiv="Content-Language" content="en"/>` +
		`<link rel="stylesheet" type="text/css" href="/error.css"/></head><body><h1>` +
		strconv.Itoa(status) + `</h1>` + body + `</body></html>`
}

// Redirect answers with a redirect, building it in dst: lws_http_redirect. It
// gives the length of what it wrote, or -1.
func Redirect(w *engine.Wsi, code int, loc string, dst []byte) int {
	b, err := AppendStatus(w, dst[:0], code)
	if err == nil {
		b, err = AppendHeaderByName(w, b, "location", loc)
	}
	if err == nil {
		b, err = AppendHeaderByName(w, b, "content-type", "text/html")
	}
	if err == nil {
		b, err = AppendContentLength(w, b, 0)
	}
	if err == nil {
		b, err = AppendFinalize(w, b)
	}
	if err == nil {
		err = w.Write(b, engine.WriteHTTPHeaders)
	}
	if err != nil {
		w.Logf(engine.LogWarn, "a redirect cannot be sent: %v", err)
		return -1
	}
	return len(b)
}

// Refuse answers the request with an error that is the connection's last
// answer, logs why, and closes: the peer gets to read the answer, the user gets
// CLOSED_HTTP. Where an answer has begun already it only closes.
func (x *Exchange) Refuse(w *engine.Wsi, status int, why string) {
	x.refuse(w, status, wire.StatusText(status), why)
}

// refuse is Refuse with a text of its own on the page.
func (x *Exchange) refuse(w *engine.Wsi, status int, text, why string) {
	w.Logf(engine.LogNotice, "refusing a request with %d: %s", status, why)
	w.Context().Options().Face.Collect(w.Thread())
	if !x.resp.begun {
		x.resp.begun = true
		minor := 1
		if h := x.Head(); h.Method != "" && h.Minor == 0 && h.Target != nil {
			minor = h.Minor
		}
		page := pageOf(status, text)
		b := wire.AppendStatusLine(x.room(), minor, status)
		b = append(b, "content-type: text/html\r\nconnection: close\r\n"...)
		b = appendDate(b, w.Context().Options().WallClock())
		b = wire.AppendHeadEnd(wire.AppendContentLength(b, int64(len(page))))
		if x.Head().Method != "HEAD" {
			b = append(b, page...)
		}
		w.SendCopy(b)
	}
	w.CloseLingering()
}
