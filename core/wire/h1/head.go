package h1

// Form is the form of a request target (RFC 9112 section 3.2).
type Form uint8

// The four forms.
const (
	FormOrigin    Form = iota // "/path?query"
	FormAbsolute              // "http://host/path?query", as sent to a proxy
	FormAuthority             // "host:port", CONNECT only
	FormAsterisk              // "*", OPTIONS only
)

// Framing says how the length of a message's body is known (RFC 9112 section 6.3).
type Framing uint8

// The framings.
const (
	FramingNone    Framing = iota // no body bytes follow
	FramingLength                 // ContentLength bytes, more than 0
	FramingChunked                // chunks, until the last
	FramingClose                  // until the peer closes (responses only)
)

// Head is the head of the message under way. Its views hold until the first
// byte of the next head is consumed, or Reset.
type Head struct {
	// Method is case-sensitive; "" on the Response side.
	Method string
	// Target is the request target as sent.
	Target []byte
	Form   Form
	// Scheme is that of the absolute form, as spelled, or nil.
	Scheme []byte
	// Authority is that of the absolute and authority forms, or nil.
	Authority []byte
	// Path is the target's path, decoded and normalised as AppendCleanPath
	// says; "*" in asterisk form, nil in authority form.
	Path []byte
	// RawQuery is what follows the first "?", not decoded; nil without "?".
	RawQuery []byte
	// Fragment is what follows "#", not decoded; nil without "#". A client
	// has no business sending it (RFC 9110 section 7.1).
	Fragment []byte

	// Status is 100 to 999; 0 on the Request side.
	Status int
	// Reason is the reason phrase as sent, perhaps empty.
	Reason []byte
	// Informational marks a 1xx other than 101: no body, no End, the final
	// response is still to come.
	Informational bool

	// Minor is the minor version: 0 or 1.
	Minor int
	// Fields are the header lines.
	Fields Fields
	// ContentLength is what the field of that name says, -1 without it. It
	// may stand where no body follows (HEAD, 304): see Framing.
	ContentLength int64
	Framing       Framing
	// KeepAlive tells that another message can follow on this connection
	// (RFC 9112 section 9.3).
	KeepAlive bool
	// Upgrade: a request that asks for another protocol by Connection and
	// Upgrade in HTTP/1.1, or a 101 response.
	Upgrade bool
	// Expect100: the client waits for 100 (Continue) before it sends the body
	// (RFC 9110 section 10.1.1).
	Expect100 bool

	args []span
	dec  []byte
}

// Host is the host and port the request is for: the target's authority if it
// has one, else the Host field (RFC 9112 section 3.3). It may be empty.
func (h *Head) Host() []byte {
	if h.Authority != nil {
		return h.Authority
	}
	return h.Fields.Token(TokenHost)
}

// reset empties the head and keeps its memory.
func (h *Head) reset() {
	h.Fields.reset()
	h.Method, h.Target, h.Form = "", nil, FormOrigin
	h.Scheme, h.Authority, h.Path, h.RawQuery, h.Fragment = nil, nil, nil, nil, nil
	h.Status, h.Reason, h.Informational = 0, nil, false
	h.Minor, h.ContentLength, h.Framing = 0, -1, FramingNone
	h.KeepAlive, h.Upgrade, h.Expect100 = false, false, false
	h.args, h.dec = h.args[:0], nil
}

// methodName gives the registered methods without allocating.
func methodName(b []byte) string {
	switch string(b) {
	case "GET":
		return "GET"
	case "HEAD":
		return "HEAD"
	case "POST":
		return "POST"
	case "PUT":
		return "PUT"
	case "DELETE":
		return "DELETE"
	case "CONNECT":
		return "CONNECT"
	case "OPTIONS":
		return "OPTIONS"
	case "TRACE":
		return "TRACE"
	case "PATCH":
		return "PATCH"
	}
	return string(b)
}
