//go:build !(darwin || freebsd)

// Package kqueue is empty where there is no kqueue.
package kqueue
