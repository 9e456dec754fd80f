//go:build wasip1

// Command otherabi is a module of an ABI that is not spoken here.
package main

func main() {}

//go:wasmexport golws_abi
func golwsABI() int32 { return 2<<16 | 5 }

//go:wasmexport golws_rx
func golwsRx() int32 { return 0 }

//go:wasmexport golws_conn_data
func golwsConnData(conn, p, n int32) int32 { return 0 }

//go:wasmexport lws_create_context
func lwsCreateContext(p, n int32) int32 { return 0 }
