//go:build !linux

// Package epoll is empty where there is no epoll.
package epoll
