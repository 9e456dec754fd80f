// Command wasm is the WebAssembly face: built for GOOS=wasip1 GOARCH=wasm with
// -buildmode=c-shared it is lws.wasm, which any embedder can run that follows
// ABI.md. It does no I/O of its own.
//
// Every export finds its object, guards against panics and against being
// called at the wrong time, calls one method and converts. Logic there is a
// mistake.
package main

// main is not called in a reactor.
func main() {}
