// Broadcast is a server of each Go library that has a way of its own to send one
// message to many connections: whatever comes on one goes to all, the one that
// it came on too.
//
//	go run ./race/servers/broadcast -peer gws -addr 127.0.0.1:9001
package main
