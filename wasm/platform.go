//go:build wasip1

package main

// platform is a conn that is the platform's WebSocket.
type platform struct{}
