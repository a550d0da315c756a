//go:build race

package frame_test

// raced: the exhaustive tests take fewer values under the race detector.
const raced = true
