// Package ws is the role of WebSocket connections (RFC 6455), on both sides: it
// joins core/wire/ws and core/wire/pmd to the engine's callbacks.
//
// A server connection begins as HTTP, and Role.Upgrade takes it over; a client
// connection is this role's from Context.Connect on.
//
// # Receiving
//
// The pieces of messages that lie in one batch of received bytes are decoded
// where they lie and given to the protocol together, in one call where it can
// take that. An idle connection holds a few words and, with
// permessage-deflate, its windows; what decoding and compressing need is the
// service thread's.
//
// # Closing
//
//	                        sent            awaited                      then
//	callback nonzero,       close frame     nothing                      CLOSED, the rest is sent and
//	no reason set           without code                                 the peer's end awaited behind it
//	the same with a reason  close frame     the peer's, CloseTimeout     as above
//	peer's close frame      its echo        client: the end of TCP,      CLOSED
//	                                        EndTimeout
//	the same, callback      nothing         nothing                      CLOSED
//	nonzero
//	breach of the protocol  close frame     nothing                      CLOSED
//	peer ends TCP           nothing         nothing                      CLOSED
//
// Section numbers without a document are those of RFC 6455.
package ws
