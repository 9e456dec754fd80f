package h1

import "bytes"

// Side tells what a Parser reads.
type Side uint8

// The sides.
const (
	Request  Side = iota // requests: the server's side
	Response             // responses: the client's side
)

// Kind is the kind of an Event.
type Kind uint8

// The kinds, in the order they come in.
const (
	NeedMore Kind = iota // all bytes are consumed and nothing is to be told
	GotHead              // Parser.Head is complete
	Body                 // Event.Data is a piece of the body
	Trailers             // Parser.Trailers is complete and not empty
	End                  // the message is complete
	Closed               // no further message can come on this connection
	Tunnel               // the bytes from here on are not HTTP/1
)

var kindNames = [...]string{"NeedMore", "GotHead", "Body", "Trailers", "End", "Closed", "Tunnel"}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "?"
}

// Event is what Next has found.
type Event struct {
	Kind Kind
	// Data is a piece of the body, at least one byte, within the caller's
	// buffer.
	Data []byte
	// Remaining is the number of body bytes behind Data, -1 if that is not known.
	Remaining int64
}

type state uint8

const (
	stStart       state = iota
	stStartLF           // the LF of an empty line before a request
	stOpening           // a method, or "HTTP/"
	stFirstLine         // the rest of that line
	stFields            // header lines
	stLength            // body by Content-Length
	stUntilClose        // body until the peer closes
	stChunkSize         // digits of a chunk size
	stChunkSpace        // whitespace between size and ";"
	stChunkExt          // a chunk extension
	stChunkSizeLF       // the LF behind it
	stChunkData         // data of a chunk
	stChunkCR           // the CR behind it
	stChunkLF           // and its LF
	stTrailers          // trailer lines
	stEnd               // End is to be told
	stClosed
	stTunnel
	stFailed
)

// Parser reads the messages that arrive on one connection. It is a plain
// struct with no hidden ties: pool it, and give it up when the connection
// leaves HTTP/1. The zero value is not ready: Reset it first. One goroutine at
// a time.
type Parser struct {
	// Head is the current message's head, from its GotHead on.
	Head Head
	// Trailers are the current message's trailer fields, from its Trailers
	// event on.
	Trailers Fields

	lim  Limits
	buf  []byte // the head and behind it the trailers, as they arrived
	dec  []byte // path and arguments, decoded
	err  *Error
	side Side

	progress
}

// progress is where a Parser stands; its zero value is before a message.
type progress struct {
	state state
	after state // what follows End

	headOnly bool // the response under way answers HEAD
	connect  bool // it answers CONNECT

	line         int   // where the current line begins in buf
	method       int   // length of the method
	trailerStart int   // where the trailers begin in buf
	remaining    int64 // of the body or the chunk
	extBytes     int   // of chunk extensions in this message
	digits       int   // of the chunk size
	interim      int   // 1xx heads of this exchange
	emptyLines   int   // before this request
	folds        int   // lines of this response that go on with the one before
}

// Reset makes the Parser ready for a new connection and keeps its memory, up
// to a bound.
func (p *Parser) Reset(side Side, lim Limits) {
	if cap(p.buf) > keptBytes {
		p.buf = nil
	}
	if cap(p.dec) > keptBytes {
		p.dec = nil
	}
	p.Head.reset()
	p.Trailers.reset()
	if cap(p.Head.args) > keptSpans {
		p.Head.args = nil
	}
	if cap(p.Head.Fields.list) > keptSpans {
		p.Head.Fields.list = nil
	}
	if cap(p.Trailers.list) > keptSpans {
		p.Trailers.list = nil
	}
	p.buf, p.dec = p.buf[:0], p.dec[:0]
	p.lim, p.side, p.err = lim.withDefaults(), side, nil
	p.progress = progress{}
}

// SetRequestMethod tells, before a response's head arrives, the method of the
// request it answers: responses to HEAD have no body, a 2xx to CONNECT opens
// a tunnel (RFC 9112 section 6.3 (1, 2)). It holds until that exchange's End.
func (p *Parser) SetRequestMethod(method string) {
	p.headOnly, p.connect = method == "HEAD", method == "CONNECT"
}

// Resume says that the server does not follow the upgrade or CONNECT that was
// asked for: what follows the message is HTTP/1 again. It may be called from
// GotHead on, and does nothing for other messages.
func (p *Parser) Resume() {
	if p.side != Request || p.after != stTunnel {
		return
	}
	p.after = stClosed
	if p.Head.KeepAlive {
		p.after = stStart
	}
	if p.state == stTunnel {
		p.state = p.after
	}
}

// EOF tells that the peer has closed its side. It is called when Next has
// consumed everything. A body that lasts until close ends here: End, with
// Closed at the next call. Between messages the answer is Closed. Anywhere
// else it is an *Error with Truncated set.
func (p *Parser) EOF() (Event, error) {
	switch p.state {
	case stFailed:
		return Event{}, p.err
	case stUntilClose, stEnd:
		p.endMessage()
		return Event{Kind: End}, nil
	case stStart, stClosed:
		p.state = stClosed
		return Event{Kind: Closed}, nil
	case stTunnel:
		return Event{Kind: Tunnel}, nil
	case stStartLF, stOpening, stFirstLine, stFields:
		p.bad(400, "the peer closed in the middle of a head (RFC 9112 8)")
	case stLength:
		p.bad(400, "the peer closed before the body's Content-Length was reached (RFC 9112 8)")
	default:
		p.bad(400, "the peer closed in the middle of a chunked body (RFC 9112 8)")
	}
	p.err.Truncated = true
	return Event{}, p.err
}

// bad fails the Parser. In a response the status is always 502.
func (p *Parser) bad(status int, reason string) *Error {
	if p.side == Response {
		status = 502
	}
	p.err = &Error{Status: status, Reason: reason}
	p.state = stFailed
	return p.err
}

// Next consumes b[:n] and gives one event. Call it again with b[n:] until it
// answers NeedMore (then n was all there was), Closed or Tunnel (then what
// remains of b is untouched), or an error, which is an *Error and stays.
// Event.Data lies within b.
func (p *Parser) Next(b []byte) (ev Event, n int, err error) {
	for {
		switch p.state {
		case stEnd:
			p.endMessage()
			return Event{Kind: End}, n, nil
		case stClosed:
			return Event{Kind: Closed}, n, nil
		case stTunnel:
			return Event{Kind: Tunnel}, n, nil
		case stFailed:
			return Event{}, n, p.err
		}
		if n == len(b) {
			return Event{}, n, nil
		}
		switch p.state {
		case stStart, stStartLF:
			n += p.start(b[n])

		case stOpening:
			n += p.opening(b[n:])

		case stFirstLine, stFields:
			k, complete := p.takeLine(b[n:], p.lim.HeadBytes-len(p.buf))
			n += k
			if complete && p.headLine() {
				return Event{Kind: GotHead}, n, nil
			}

		case stTrailers:
			k, complete := p.takeLine(b[n:], p.lim.TrailerBytes-(len(p.buf)-p.trailerStart))
			n += k
			if complete && p.trailerLine() && p.Trailers.Len() > 0 {
				return Event{Kind: Trailers}, n, nil
			}

		case stLength, stChunkData:
			data := b[n:]
			if int64(len(data)) > p.remaining {
				data = data[:p.remaining]
			}
			p.remaining -= int64(len(data))
			ev = Event{Kind: Body, Data: data, Remaining: -1}
			if p.state == stLength {
				ev.Remaining = p.remaining
			}
			if p.remaining == 0 {
				if p.state == stLength {
					p.state = stEnd
				} else {
					p.state = stChunkCR
				}
			}
			return ev, n + len(data), nil

		case stUntilClose:
			return Event{Kind: Body, Data: b[n:], Remaining: -1}, len(b), nil

		default:
			n += p.chunkFrame(b[n:])
		}
	}
}

// endMessage moves on from a complete message.
func (p *Parser) endMessage() {
	p.state = p.after
	p.headOnly, p.connect, p.interim = false, false, 0
}

// start consumes c if it belongs to an empty line before a request (RFC 9112
// section 2.2), else begins a head.
func (p *Parser) start(c byte) int {
	switch {
	case p.state == stStartLF:
		if c != '\n' {
			p.bad(400, "CR without LF before a request (RFC 9112 2.2)")
			return 0
		}
		p.state = stStart
		return 1
	case c == '\r' && p.side == Request:
		if p.emptyLines++; p.emptyLines > maxEmptyLines {
			p.bad(400, "too many empty lines before a request (RFC 9112 2.2)")
			return 0
		}
		p.state = stStartLF
		return 1
	}
	if p.buf == nil {
		p.buf = make([]byte, 0, 512)
	}
	p.buf = p.buf[:0]
	p.Head.reset()
	p.Trailers.reset()
	p.line, p.method, p.trailerStart, p.emptyLines, p.folds = 0, 0, 0, 0, 0
	p.state = stOpening
	return 0
}

// opening reads a method and its space, or "HTTP/", byte by byte, so that what
// is not HTTP is refused with its first bytes and not at a timeout.
func (p *Parser) opening(b []byte) (n int) {
	if p.side == Response {
		const proto = "HTTP/"
		for n < len(b) {
			if b[n] != proto[len(p.buf)] {
				p.bad(502, "the answer is not HTTP/1 (RFC 9112 4)")
				return n
			}
			p.buf = append(p.buf, b[n])
			n++
			if len(p.buf) == len(proto) {
				p.state = stFirstLine
				break
			}
		}
		return n
	}
	for n < len(b) && class[b[n]]&isTchar != 0 {
		n++
		if len(p.buf)+n > maxMethod {
			p.bad(501, "method of more than 32 characters (RFC 9112 3)")
			return n
		}
	}
	p.buf = append(p.buf, b[:n]...)
	if n == len(b) {
		return n
	}
	switch {
	case b[n] == ' ' && len(p.buf) > 0:
		p.method = len(p.buf)
		p.buf = append(p.buf, ' ')
		p.state = stFirstLine
		return n + 1
	case len(p.buf) == 0:
		p.bad(400, "not an HTTP request: it begins with "+quote(b[n:n+1]))
	default:
		p.bad(400, "invalid character in the method (RFC 9110 9.1): "+quote(b[n:n+1]))
	}
	return n
}

// takeLine copies b into buf up to the end of the current line; room is what
// the limit leaves.
func (p *Parser) takeLine(b []byte, room int) (n int, complete bool) {
	i := bytes.IndexByte(b[:min(len(b), room)], '\n')
	n = i + 1
	if i < 0 {
		if len(b) > room {
			p.tooLong()
			return room, false
		}
		n = len(b)
	}
	p.buf = append(p.buf, b[:n]...)
	if i < 0 {
		return n, false
	}
	if end := len(p.buf) - 2; end < p.line || p.buf[end] != '\r' {
		p.bad(400, "line ends in LF without CR (RFC 9112 2.2)")
		return n, false
	}
	return n, true
}

func (p *Parser) tooLong() {
	switch {
	case p.state == stTrailers:
		p.bad(431, "trailers are longer than the limit")
	case p.state == stFirstLine && p.side == Request:
		p.bad(414, "request line is longer than the limit")
	default:
		p.bad(431, "head is longer than the limit")
	}
}

// headLine handles the complete line buf[line:] of a head and tells whether
// the head is complete and in order.
func (p *Parser) headLine() bool {
	start, end := p.line, len(p.buf)
	p.line = end
	if p.state == stFirstLine {
		line := p.buf[:end-2]
		var err *Error
		if p.side == Request {
			err = p.requestLine(line, p.method)
		} else {
			err = p.statusLine(line)
		}
		if err == nil {
			p.state = stFields
		}
		return false
	}
	if end-start > 2 {
		p.fieldLine(&p.Head.Fields, start, end)
		return false
	}
	if p.finishHead() != nil {
		return false
	}
	if p.Head.Informational {
		if p.interim++; p.interim > p.lim.Interim {
			p.bad(502, "too many interim responses (RFC 9110 15.2)")
			return false
		}
	}
	return true
}

// trailerLine is headLine for the trailer section, which ends the message
// (RFC 9112 section 7.1.2).
func (p *Parser) trailerLine() bool {
	start, end := p.line, len(p.buf)
	p.line = end
	f := &p.Trailers
	if end-start == 2 {
		f.buf = p.buf
		p.state = stEnd
		return true
	}
	if p.fieldLine(f, start, end) {
		switch f.list[len(f.list)-1].token {
		case TokenContentLength, TokenTransferEncoding, TokenHost, TokenConnection, TokenUpgrade, TokenExpect,
			TokenTE, TokenContentEncoding, TokenContentType, TokenContentRange:
			p.bad(400, "field is not allowed in trailers (RFC 9110 6.5.1): "+quote(p.buf[start:end-2]))
		}
	}
	return false
}

func (p *Parser) fieldLine(f *Fields, start, end int) bool {
	if c := p.buf[start]; (c == ' ' || c == '\t') && p.side == Response && len(f.list) > 0 {
		if p.folds++; p.folds > p.lim.Headers {
			p.bad(431, "more folded header lines than the limit")
			return false
		}
		start = f.unfold(p.buf, start)
	}
	if len(f.list) == p.lim.Headers {
		p.bad(431, "more header lines than the limit")
		return false
	}
	if why := f.parse(p.buf, start, end); why != "" {
		p.bad(400, why)
		return false
	}
	return true
}
