package lws

import (
	"github.com/golws/golws/core/engine"
	"github.com/golws/golws/core/role/h1"
)

// Exchange is the HTTP request or response that a wsi is busy with.
type Exchange = h1.Exchange

// HTTP is w's exchange, nil where there is none: idle, or long a WebSocket.
func HTTP(w *Wsi) *Exchange { return h1.Of(w) }

// maxHead is the room for the head of an Answer.
const maxHead = 4096

// Answer sends a whole answer and completes the transaction. What it returns is
// what the callback returns.
func Answer(w *Wsi, status int, contentType string, body []byte) int {
	b, err := h1.AppendCommonHeaders(w, make([]byte, 0, maxHead), status, contentType, int64(len(body)))
	if err == nil {
		b, err = h1.AppendFinalize(w, b)
	}
	if err == nil {
		err = w.Write(b, engine.WriteHTTPHeaders)
	}
	if err == nil {
		err = w.Write(body, engine.WriteHTTPFinal)
	}
	if err != nil {
		w.Logf(engine.LogErr, "answering: %v", err)
		return -1
	}
	return CompleteTransaction(w)
}

// CompleteTransaction ends a transaction: nonzero asks the callback to return
// nonzero, as the connection does not go on.
func CompleteTransaction(w *Wsi) int { return h1.TransactionCompleted(w) }

// ServeFile sends a file; HTTP_FILE_COMPLETION tells when it is done. headers
// are complete lines to be added. Nonzero is for the callback to return.
func ServeFile(w *Wsi, path, contentType string, headers []byte) int {
	return h1.ServeFile(w, path, contentType, headers)
}

// ReturnStatus sends an answer with a small page that says text.
func ReturnStatus(w *Wsi, status int, text string) int { return h1.ReturnStatus(w, status, text) }

// DummyHTTP is what a protocol answers that has no HTTP of its own: 404, and the
// end of transactions that the library served (lws_callback_http_dummy).
func DummyHTTP(w *Wsi, r Reason) int {
	switch r {
	case ReasonHTTP:
		if ReturnStatus(w, 404, "") != 0 {
			return -1
		}
		return CompleteTransaction(w)
	case ReasonHTTPBodyCompletion, ReasonHTTPFileCompletion:
		return CompleteTransaction(w)
	}
	return 0
}

// ResponseCode is the status of the answer to w's request, 0 before there is one.
func ResponseCode(w *Wsi) int { return h1.ResponseCode(w) }

// ReadBody takes the answer's body, as far as it lies in the next max received
// bytes: RECEIVE_CLIENT_HTTP_READ is called with its pieces before ReadBody
// returns, and COMPLETED_CLIENT_HTTP behind the last. Call it in
// RECEIVE_CLIENT_HTTP; without it nothing more is received. Nonzero is for the
// callback to return.
func ReadBody(w *Wsi, max int) int { return h1.Read(w, max) }

// BodyPending says whether w's request has a body, or more of it, to be sent:
// true in CLIENT_APPEND_HANDSHAKE_HEADER, where the header that gives its length
// is added, then w.CallbackOnWritable; it is written in CLIENT_HTTP_WRITEABLE, and
// false goes with its last bytes.
func BodyPending(w *Wsi, pending bool) { h1.BodyPending(w, pending) }
