package ws

import (
	"encoding/binary"
	"unicode/utf8"
)

// Close codes: RFC 6455 section 7.4.1, and the IANA registry for 1012–1014.
const (
	CloseNormal             uint16 = 1000
	CloseGoingAway          uint16 = 1001
	CloseProtocol           uint16 = 1002
	CloseUnacceptable       uint16 = 1003
	CloseNoStatus           uint16 = 1005 // never on the wire: a close frame had no code
	CloseAbnormal           uint16 = 1006 // never on the wire: no close frame came
	CloseInvalidData        uint16 = 1007
	ClosePolicy             uint16 = 1008
	CloseTooBig             uint16 = 1009
	CloseExtensionRequired  uint16 = 1010
	CloseInternal           uint16 = 1011
	CloseServiceRestart     uint16 = 1012
	CloseTryAgainLater      uint16 = 1013
	CloseBadGateway         uint16 = 1014
	CloseTLS                uint16 = 1015 // never on the wire: the TLS handshake failed
	closePrivate, closeLast uint16 = 3000, 4999
)

// MaxCloseReason is the longest reason, in bytes, that fits a close frame beside the code.
const MaxCloseReason = MaxControl - 2

// ValidCloseCode reports whether a peer may send code in a close frame (RFC 6455 section
// 7.4): 1000–1003, 1007–1014 and 3000–4999.
func ValidCloseCode(code uint16) bool {
	switch {
	case code >= CloseNormal && code <= CloseUnacceptable:
		return true
	case code >= CloseInvalidData && code <= CloseBadGateway:
		return true
	}
	return code >= closePrivate && code <= closeLast
}

// AppendClose appends the payload of a close frame. With [CloseNoStatus] (or 0) that is
// nothing at all. A reason that does not fit is cut at a character's end.
func AppendClose(dst []byte, code uint16, reason string) []byte {
	if code == CloseNoStatus || code == 0 {
		return dst
	}
	dst = binary.BigEndian.AppendUint16(dst, code)
	if len(reason) > MaxCloseReason {
		cut := MaxCloseReason
		for cut > 0 && !utf8.RuneStart(reason[cut]) {
			cut--
		}
		reason = reason[:cut]
	}
	return append(dst, reason...)
}

// parseClose reads the payload of a close frame (RFC 6455 section 5.5.1).
func parseClose(p []byte) (code uint16, err *Error) {
	switch len(p) {
	case 0:
		return CloseNoStatus, nil
	case 1:
		return 0, errCloseSize
	}
	code = binary.BigEndian.Uint16(p)
	if !ValidCloseCode(code) {
		return 0, errCloseCode
	}
	if !utf8.Valid(p[2:]) {
		return 0, errCloseReason
	}
	return code, nil
}
