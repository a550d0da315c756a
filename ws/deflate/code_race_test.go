//go:build race

package deflate_test

// raced: long tests take fewer messages under the race detector.
const raced = true
