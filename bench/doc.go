// Package bench compares event streams and the compression of WebSocket
// messages of this project with those of other Go libraries, side by side in
// one run. It is a module of its own, so that nobody else needs those
// libraries; see README.md.
package bench
