// Package h1 is the HTTP/1.x wire (RFC 9112, with the semantics of RFC 9110),
// both sides of it, without I/O, clock, lock or log.
//
// A [Parser] turns bytes into events. A server reads with the Request side, a
// client with the Response side. Everything that is sent is built by the
// Append functions.
//
// # Events
//
// Next is called with the bytes at hand; it consumes some of them and answers
// with one event. It is called again with the rest until it answers NeedMore,
// which it only does when all bytes are consumed. Events with no bytes of
// their own (End) come that way too, so "nothing left" alone is no reason to stop.
//
//	message  = *( interim Head ) Head *( Body ) [ Trailers ] End
//	stream   = *( message ) ( Closed | Tunnel )
//
// # States
//
//	state      input                          event     next state    source
//	start      CRLF, a few, requests only     -         start         9112 2.2
//	start      first byte of a head           -         opening       9112 2.1
//	opening    method SP | "HTTP/"            -         first line    9112 3.1, 4
//	first line request-line | status-line     -         fields        9112 3, 4
//	fields     field-line CRLF                -         fields        9112 5
//	fields     CRLF, status 1xx but 101       Head      start         9110 15.2
//	fields     CRLF, no body                  Head      end           9112 6.3 (1, 2, 7)
//	fields     CRLF, chunked                  Head      chunk size    9112 6.3 (4)
//	fields     CRLF, Content-Length > 0       Head      length        9112 6.3 (6)
//	fields     CRLF, response, no length      Head      until close   9112 6.3 (8)
//	length     octets                         Body      length | end  9112 6.2
//	until close octets                        Body      until close   9112 6.3 (8)
//	chunk size chunk-size [ chunk-ext ] CRLF  -         chunk data    9112 7.1
//	chunk data octets                         Body      chunk data    9112 7.1
//	chunk data all of them, CRLF              -         chunk size    9112 7.1
//	chunk size "0" [ chunk-ext ] CRLF         -         trailers      9112 7.1
//	trailers   field-line CRLF                -         trailers      9112 7.1.2
//	trailers   CRLF                           Trailers  end           9112 7.1.2 (no event when there are none)
//	end        -                              End       start         9112 9.3, message persists
//	end        -                              End       closed        9112 9.6, close or HTTP/1.0
//	end        -                              End       tunnel        9110 7.8 Upgrade, 9.3.6 CONNECT
//	closed     anything                       Closed    closed        9112 9.6, no byte is consumed
//	tunnel     anything                       Tunnel    tunnel        9110 7.8, no byte is consumed
//	any        a violation                    *Error    failed        no byte more is consumed
//
// On the Request side a message that asks for an upgrade, or a CONNECT, leads
// to tunnel, because the bytes behind it belong to whatever the server decides.
// Resume says that the server declined and the rest is HTTP again.
//
// # Memory
//
// A head is always copied, once, into one contiguous buffer of the Parser:
// the receive buffer it arrives in is shared by all connections of a loop, and
// callbacks read header fields long after it has been reused. Path and URL
// arguments are decoded into a second buffer. Body bytes are never copied.
// Views into Head and Trailers hold until the first byte of the next head, or
// until Reset. In steady state nothing is allocated.
//
// # Strictness
//
// What is refused although lenient peers exist: bare LF and bare CR, folded
// lines in requests, whitespace before the colon, control characters, Content-Length that
// is a list, signed, or beside Transfer-Encoding, repeated Content-Length in a
// request (in a response, identical ones pass), any transfer coding but one
// final chunked, Transfer-Encoding in HTTP/1.0, versions but 1.0 and 1.1, a
// missing, repeated or malformed Host, broken percent-encoding, %00, and %0D or
// %0A in the path. A
// CONNECT with content is refused too, as its bytes could be read two ways.
//
// Trailers are kept apart from the head and never merged into it. Those that
// would change framing or routing had they stood in the head (RFC 9110 6.5.1)
// are refused, so that no layer above can be tempted.
//
// Accepted although the grammar says otherwise: a status line that ends
// right behind the status code, and octets from 0x80 in a request target.
package h1
