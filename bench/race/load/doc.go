// Load is a load generator for WebSocket echo and broadcast servers.
//
//	go run ./race/load -addr 127.0.0.1:9001 -mode echo -conns 64 -bytes 1024 -depth 1 -pid PID
//
// It is one thread over epoll, without a library: all messages are the same
// frame, masked beforehand, and of what comes back only the position in the
// stream of equal echoes is kept. The first echo of each connection is compared
// octet for octet, of all others the header, and so the length: a server
// that answers anything else ends the run with an error.
//
// It prints one results.Sample as JSON. With -pid that has the CPU time of that
// process, read at the same instants as the count of messages.
//
// The modes: echo (full load), rate (messages are due at fixed times, and
// latency counts from then), idle (memory of connections), handshakes,
// broadcast. Growth is echo with -active, and idle.
package main
