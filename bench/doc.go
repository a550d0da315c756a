// Package bench compares this project with other Go libraries, side by side in
// one run: frames, handshakes, messages and broadcasts of WebSocket, their
// compression, and event streams. It is a module of its own, so that nobody else
// needs those libraries; see README.md.
package bench
