//go:build race

package h1_test

const raceEnabled = true // sync.Pool drops at random then
