// Package engine holds what lws calls contexts, vhosts, protocols and wsi, and
// their life: creation, binding, callbacks, the out queue, timeouts, flow
// control and closing. It knows no wire: a Role joins a wire to a wsi, a
// Carrier takes the wsi's bytes, and a Face (the C library, the wasm module, a
// Go program) shows wsi to its users.
//
// # Threads
//
// Everything that belongs to a Thread (a service thread) is used on that
// thread only, and no mutex is held. What says "any thread" posts to the loop.
//
// # The receive path
//
//	driver -> Wsi link -> Role.Data -> wire decodes in place -> Handler
//
// No copy, allocation or goroutine. At the end of the turn the thread settles:
// asked for WRITEABLE callbacks run, then what was written is flushed, one
// gathered write for each wsi that wrote.
//
// # Callbacks may do anything
//
// After each callback the caller asks Alive again. A closed Wsi stays valid
// memory and answers ErrClosed; its slot is freed at the end of the turn.
package engine
