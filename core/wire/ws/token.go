package ws

import (
	"errors"
	"slices"
	"strings"
)

// NextToken takes the first element off a comma-separated header value (RFC 9110 section
// 5.6.1): white space around it is dropped and empty elements are passed over. ok is false when
// there is none left.
func NextToken(list string) (token, rest string, ok bool) {
	for list != "" {
		token, rest, _ = strings.Cut(list, ",")
		if token = strings.Trim(token, " \t"); token != "" {
			return token, rest, true
		}
		list = rest
	}
	return "", "", false
}

// IsToken reports whether s is a token of RFC 9110 section 5.6.2.
func IsToken(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7F || strings.IndexByte("\"(),/:;<=>?@[\\]{}", c) >= 0 {
			return false
		}
	}
	return s != ""
}

// ErrProtocolList is a Sec-WebSocket-Protocol value that no client may send.
var ErrProtocolList = errors.New("websocket: subprotocol list is empty, has an element that is no token, or has one twice")

// ParseProtocols splits the value of a request's Sec-WebSocket-Protocol; several such headers
// are to be joined with commas first. RFC 6455 section 4.1: at least one element, all of them
// tokens, all different (case matters).
func ParseProtocols(list string) ([]string, error) {
	var names []string
	for t, rest, ok := NextToken(list); ok; t, rest, ok = NextToken(rest) {
		if !IsToken(t) || slices.Contains(names, t) {
			return nil, ErrProtocolList
		}
		names = append(names, t)
	}
	if names == nil {
		return nil, ErrProtocolList
	}
	return names, nil
}

// SelectProtocol is a server's choice: the first name that the client offered, in the client's
// order of preference, and that supported says yes to.
func SelectProtocol(offered string, supported func(name string) bool) (name string, ok bool) {
	for t, rest, ok := NextToken(offered); ok; t, rest, ok = NextToken(rest) {
		if supported(t) {
			return t, true
		}
	}
	return "", false
}

// CheckProtocol is a client's check of the answer (RFC 6455 section 4.1): a server that names
// a subprotocol must name exactly one, and one that was offered.
func CheckProtocol(offered, answer string) bool {
	if !IsToken(answer) {
		return false
	}
	for t, rest, ok := NextToken(offered); ok; t, rest, ok = NextToken(rest) {
		if t == answer {
			return true
		}
	}
	return false
}
