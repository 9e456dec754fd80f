package h1

import (
	"bytes"
	"errors"
	"strconv"

	"github.com/golws/golws/core/engine"
	wire "github.com/golws/golws/core/wire/h1"
)

// response is what is known of the answer under way, from what was written: it
// tells where the answer ends and whether another can follow.
type response struct {
	begun    bool // a byte of it was written
	headDone bool
	chunked  bool
	closes   bool  // it says "connection: close", or cannot be trusted
	keeps    bool  // it says "connection: keep-alive"
	warned   bool  // of more body than announced
	told100  bool  // the program has sent 100 (Continue) itself
	match    uint8 // how much of CRLF CRLF the head has ended in so far
	status   int
	length   int64 // of the body as announced, -1 where it is not
	sent     int64 // of the body

	built built
}

// built is what the Append functions have put into a head.
type built struct {
	code                 int
	length, closes, date bool
}

// ErrNoAnswer is what writing gives while no request waits for an answer.
var ErrNoAnswer = errors.New("no request is waiting for an answer")

// bodyless says that the answer has no body, whatever its head says.
func (r *response) bodyless(method string) bool {
	return method == "HEAD" || r.status == 204 || r.status == 304
}

// owes says that the answer has begun, and is not as long as it announced.
func (r *response) owes() bool { return r.headDone && r.length > r.sent }

// Write sends p as it is: what the program writes is the answer. The body of
// an answer that has none is left out.
func (s *Server) Write(w *engine.Wsi, p []byte, _ engine.WriteProtocol) error {
	x := Of(w)
	if x == nil || !x.answering() {
		return ErrNoAnswer
	}
	if p = x.track(w, p); len(p) >= engine.DirectSize {
		w.SendDirect(nil, p)
	} else {
		w.SendCopy(p)
	}
	return nil
}

// HeadRoom is none. What a HEAD request may get of an answer needs Write's eye.
func (s *Server) HeadRoom(w *engine.Wsi, _ int, _ engine.WriteProtocol) (int, bool) {
	x := Of(w)
	return 0, x != nil && x.answering() && x.Head().Method != "HEAD"
}

// answering says that the program may write: a request waits for its answer,
// which is no file that is on its way.
func (x *Exchange) answering() bool {
	return (x.phase == inBody || x.phase == inAnswer) && !x.file.active
}

// FrameInPlace has nothing to frame. A body that the answer's status does not
// allow cannot be left out here, so nothing may follow it.
func (s *Server) FrameInPlace(w *engine.Wsi, b []byte, room int, _ engine.WriteProtocol) {
	if x := Of(w); x != nil && len(x.track(w, b[room:])) < len(b)-room {
		x.resp.closes = true
		w.Logf(engine.LogWarn, "an answer with status %d has a body", x.resp.status)
	}
}

// track follows what is written and answers what of it may be sent.
func (x *Exchange) track(w *engine.Wsi, p []byte) []byte {
	r := &x.resp
	if len(p) == 0 {
		return p
	}
	all, body := p, p
	if !r.headDone {
		if !r.begun {
			r.begun, r.length = true, -1
		}
		end := r.endOfHead(p)
		r.scan(p[:end])
		if !r.headDone {
			return p
		}
		if r.status >= 100 && r.status < 200 && r.status != 101 { // interim: the answer is yet to come
			*r = response{told100: r.told100 || r.status == 100}
			return p
		}
		body = p[end:]
	}
	r.sent += int64(len(body))
	if len(body) > 0 && r.bodyless(x.Head().Method) {
		r.sent = 0
		return all[:len(all)-len(body)]
	}
	if r.length >= 0 && r.sent > r.length && !r.warned {
		r.warned, r.closes = true, true
		w.Logf(engine.LogWarn, "an answer is longer than the %d bytes that it announced", r.length)
	}
	return all
}

var crlf2 = []byte("\r\n\r\n")

// endOfHead is how much of p belongs to the head, which may come in pieces.
func (r *response) endOfHead(p []byte) int {
	for i := 0; r.match > 0 && i < len(p); i++ {
		switch {
		case p[i] == crlf2[r.match]:
			if r.match++; r.match == 4 {
				r.headDone = true
				return i + 1
			}
		case p[i] == '\r':
			r.match = 1
		default:
			r.match = 0
		}
	}
	if r.match > 0 {
		return len(p)
	}
	if i := bytes.Index(p, crlf2); i >= 0 {
		r.headDone = true
		return i + 4
	}
	for k := 3; k > 0; k-- {
		if bytes.HasSuffix(p, crlf2[:k]) {
			r.match = uint8(k)
			break
		}
	}
	return len(p)
}

// scan takes from a piece of a head what decides how the answer ends. A line
// that is split between two writes is not seen: the connection then closes
// behind the answer, which is always right.
func (r *response) scan(p []byte) {
	for len(p) > 0 {
		line := p
		if i := bytes.IndexByte(p, '\n'); i >= 0 {
			line, p = p[:i], p[i+1:]
		} else {
			p = nil
		}
		line = bytes.TrimSuffix(line, []byte{'\r'})
		if len(line) < 8 {
			continue
		}
		switch line[0] {
		case 'H':
			if len(line) >= 12 && string(line[:7]) == "HTTP/1." {
				if n, err := strconv.Atoi(string(line[9:12])); err == nil {
					r.status = n
				}
			}
		case 'c', 'C', 't', 'T':
			if i := bytes.IndexByte(line, ':'); i > 0 {
				r.note(wire.TokenOf(line[:i]), bytes.TrimSpace(line[i+1:]))
			}
		}
	}
}

// note takes one header of an answer.
func (r *response) note(t wire.Token, value []byte) {
	switch t {
	case wire.TokenContentLength:
		if n, err := strconv.ParseInt(string(value), 10, 64); err == nil && n >= 0 {
			r.length = n
		}
	case wire.TokenTransferEncoding:
		r.chunked = wire.EqualFold(value, "chunked")
	case wire.TokenConnection:
		r.closes = r.closes || wire.EqualFold(value, "close")
		r.keeps = r.keeps || wire.EqualFold(value, "keep-alive")
	}
}
