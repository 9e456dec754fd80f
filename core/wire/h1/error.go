package h1

import "strconv"

// Error is a violation of the protocol or of a limit. It ends the
// connection's life as HTTP/1: the Parser repeats it until Reset.
type Error struct {
	// Status is what a server answers with before it closes. For an error in
	// a response it is 502, what a gateway would tell its own client.
	Status int
	// Reason is one line that says what is wrong and where the rule stands.
	// Peer bytes in it are quoted and cut short: it is fit for a log.
	Reason string
	// Truncated tells that the peer closed in the middle of a message
	// (RFC 9112 section 8).
	Truncated bool
}

func (e *Error) Error() string {
	return "h1: " + strconv.Itoa(e.Status) + ": " + e.Reason
}

// quote renders peer bytes for a Reason.
func quote(b []byte) string {
	const most = 32
	if len(b) > most {
		return strconv.QuoteToASCII(string(b[:most])) + "..."
	}
	return strconv.QuoteToASCII(string(b))
}
