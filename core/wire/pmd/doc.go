// Package pmd is the permessage-deflate extension of WebSocket (RFC 7692), for servers and for
// clients: its negotiation, an [Inflater] for what a peer sends and a [Deflater] for what goes
// to it. It does no I/O and starts no goroutine.
//
// Both are plain values that the owner of a connection embeds. Between messages they hold the
// history that context takeover needs, never more than the negotiated window, and nothing else;
// the working memory of compressing and inflating is pooled and shared by all connections.
//
// Compression is klauspost/compress/flate's, but for pieces of up to 1 KiB: that library stores
// what is short, and allocates where a history goes with it. Decompression is this package's own,
// because a reader of that library (and of compress/flate) takes its input from an io.Reader and
// cannot be left in the middle of a block and resumed when more bytes come: its first read error
// is final. An Inflater can stop at any input byte and at any output byte.
package pmd
