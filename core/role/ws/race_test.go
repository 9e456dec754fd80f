//go:build race

package ws

// raced: pools forget at random under the race detector.
const raced = true
