package ws

import "strconv"

// Error is a peer's breach of the protocol, or a limit that it passed. Code is the close code
// to answer with (RFC 6455 section 7.1.7: fail the connection), Reason an English sentence
// for the close frame and for the log: ASCII, and short enough for a close frame.
type Error struct {
	Code   uint16
	Reason string
}

func (e *Error) Error() string {
	return "websocket " + strconv.Itoa(int(e.Code)) + ": " + e.Reason
}

// All errors that a Decoder reports: making one costs no allocation.
var (
	errReserved     = &Error{CloseProtocol, "reserved bit set"}                           // 5.2
	errOpcode       = &Error{CloseProtocol, "unknown opcode"}                             // 5.2
	errNotMasked    = &Error{CloseProtocol, "frame from client is not masked"}            // 5.1
	errMasked       = &Error{CloseProtocol, "frame from server is masked"}                // 5.1
	errLongLength   = &Error{CloseProtocol, "payload length not in its shortest form"}    // 5.2
	errTopBit       = &Error{CloseProtocol, "payload length has its top bit set"}         // 5.2
	errControlFin   = &Error{CloseProtocol, "fragmented control frame"}                   // 5.5
	errControlSize  = &Error{CloseProtocol, "control frame longer than 125 bytes"}        // 5.5
	errContinuation = &Error{CloseProtocol, "continuation frame outside a message"}       // 5.4
	errInterleaved  = &Error{CloseProtocol, "new message inside a fragmented one"}        // 5.4
	errCloseSize    = &Error{CloseProtocol, "close frame with a payload of one byte"}     // 5.5.1
	errCloseCode    = &Error{CloseProtocol, "close code that must not be sent"}           // 7.4
	errCloseReason  = &Error{CloseInvalidData, "close reason is not UTF-8"}               // 5.5.1, 8.1
	errText         = &Error{CloseInvalidData, "text is not UTF-8"}                       // 8.1
	errTooBig       = &Error{CloseTooBig, "message is longer than this endpoint accepts"} // 7.4.1
)
