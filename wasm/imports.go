//go:build wasip1

package main

import "unsafe"

// What the embedder does; see ABI.md. Only callback may call back in.

//go:wasmimport golws callback
func importCallback(token, wsi, user, reason, in, n, flags int32, remaining float64) int32

//go:wasmimport golws conn_open
func importOpen(conn int32, addr unsafe.Pointer, n int32, local unsafe.Pointer, localLen int32) int32

//go:wasmimport golws conn_send
func importSend(conn int32, iov unsafe.Pointer, n int32) int32

//go:wasmimport golws conn_shutdown
func importShutdown(conn int32)

//go:wasmimport golws conn_close
func importClose(conn int32)

//go:wasmimport golws conn_reading
func importReading(conn, on int32)

//go:wasmimport golws listen
func importListen(lsn int32, addr unsafe.Pointer, n, flags int32) int32

//go:wasmimport golws listen_close
func importListenClose(lsn int32)

//go:wasmimport golws resolve
func importResolve(qry int32, host unsafe.Pointer, n int32) int32

//go:wasmimport golws resolve_cancel
func importResolveCancel(qry int32)

//go:wasmimport golws ws_open
func importWSOpen(conn int32, url unsafe.Pointer, n int32, protocols unsafe.Pointer, protocolsLen int32) int32

//go:wasmimport golws ws_send
func importWSSend(conn int32, p unsafe.Pointer, n, binary int32) int32

//go:wasmimport golws ws_close
func importWSClose(conn, code int32, reason unsafe.Pointer, n int32)

//go:wasmimport golws log
func importLog(level, cx, wsi int32, text unsafe.Pointer, n int32)

//go:wasmimport golws random
func importRandom(p unsafe.Pointer, n int32)

//go:wasmimport golws clock
func importClock() float64

//go:wasmimport golws deadline
func importDeadline(at float64)

//go:wasmimport golws context_gone
func importContextGone(cx, dead int32)
