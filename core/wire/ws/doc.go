// Package ws is the WebSocket wire of RFC 6455, for servers and for clients: frame heads,
// masking, a frame decoder that works where the bytes lie, UTF-8 checking of streamed text,
// close codes, and the pieces of the opening handshake that are about strings.
//
// It does no I/O, reads no clock, takes no lock and starts no goroutine. A [Decoder] is a
// plain value of a few words which the owner of a connection embeds; nothing in this package
// is safe for use by two goroutines at once, and nothing needs to be.
//
// Compression (RFC 7692) is not done here: a decoder that was told to allow [RSV1] hands
// out the bytes of a compressed message as they are, and package pmd inflates them.
package ws
