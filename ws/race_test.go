//go:build race

package ws

// raced: sync.Pool drops items under the race detector, so that memory
// can't be measured.
const raced = true
