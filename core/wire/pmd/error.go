package pmd

import "strconv"

// Error is a compressed message that cannot be accepted. Code is the close code to answer with,
// Reason an English sentence for the close frame and the log.
type Error struct {
	Code   uint16
	Reason string
}

func (e *Error) Error() string {
	return "permessage-deflate " + strconv.Itoa(int(e.Code)) + ": " + e.Reason
}

var (
	// RFC 6455 section 7.4.1: data not consistent with the type of the message.
	errCorrupt = &Error{1007, "compressed message is corrupt"}
	errTooBig  = &Error{1009, "message inflates to more than this endpoint accepts"}
)
