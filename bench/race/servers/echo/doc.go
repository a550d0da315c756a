// Echo is an echo server of each Go library, and of none, chosen by a flag.
//
//	go run ./race/servers/echo -peer gobwas -addr 127.0.0.1:9001
//
// Each peer is a file, configured as its documentation advises for an echo of
// messages up to 64 MiB without compression; what was chosen is said there. Two
// are no library: tcp gives back octets and is what the machine takes for that,
// epoll is the least that a WebSocket server in Go can do.
package main
