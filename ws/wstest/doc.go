// Package wstest has what tests of WebSocket code need: connections in memory
// that work inside testing/synctest bubbles, a peer that is driven frame by
// frame, connections that fail in chosen ways, and every illegal frame.
package wstest
