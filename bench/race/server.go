//go:build linux

package main

import (
	"strconv"
	"strings"

	"longwire.example/bench/race/results"
)

// server is one that can be raced. Of its commands {dir} is the folder of what
// was built, {port} the port on 127.0.0.1.
type server struct {
	name  string
	build []string // the steps that build it
	echo  string
	// broadcast gives each message to all connections; empty if the library has
	// no way of its own to do that.
	broadcast string
	plain     bool // gives back octets and knows no WebSocket
}

// reference is what all others are compared with.
const reference = "tcp"

const (
	ours   = "{dir}/longwire -quiet -max-message 67108864 -addr 127.0.0.1:{port} -driver "
	goEcho = "{dir}/echo -addr 127.0.0.1:{port} -peer "
	goAll  = "{dir}/broadcast -addr 127.0.0.1:{port} -peer "
	bun    = "{dir}/js/bun {dir}/js/bun.js {port} "
)

// servers are all that there are, in the order of a table before it is ranked.
var servers = []server{
	{name: reference, build: []string{"echo"}, echo: goEcho + "tcp", plain: true},
	{name: "epoll", build: []string{"echo"}, echo: goEcho + "epoll"},
	{name: "longwire-raw", build: []string{"longwire", "broadcast"}, echo: ours + "raw", broadcast: goAll + "longwire"},
	{name: "longwire-http", build: []string{"longwire"}, echo: ours + "http"},
	{name: "longwire-loop", build: []string{"longwire"}, echo: ours + "loop"},
	{name: "gobwas", build: []string{"echo"}, echo: goEcho + "gobwas"},
	{name: "gorilla", build: []string{"echo", "broadcast"}, echo: goEcho + "gorilla", broadcast: goAll + "gorilla"},
	{name: "coder", build: []string{"echo"}, echo: goEcho + "coder"},
	{name: "gws", build: []string{"echo", "broadcast"}, echo: goEcho + "gws", broadcast: goAll + "gws"},
	{name: "fasthttp", build: []string{"echo"}, echo: goEcho + "fasthttp"},
	{name: "nbio", build: []string{"nbio"}, echo: "{dir}/nbio -addr 127.0.0.1:{port}"},
	{name: "fastwebsockets", build: []string{"rust"}, echo: "{dir}/rust/release/fastwebsockets {port}"},
	{name: "tungstenite", build: []string{"rust"}, echo: "{dir}/rust/release/tungstenite {port}"},
	{name: "bun", build: []string{"bun"}, echo: bun, broadcast: bun + "all"},
	{name: "npm-ws", build: []string{"node"}, echo: "node {dir}/js/ws.js {port}"},
}

// fill puts folder and port into a command.
func fill(command, dir string, port int) []string {
	args := strings.Fields(command)
	for i := range args {
		args[i] = strings.NewReplacer("{dir}", dir, "{port}", strconv.Itoa(port)).Replace(args[i])
	}
	return args
}

// command is what serves one kind of load.
func (s server) command(kind results.Kind) string {
	if kind == results.Broadcast {
		return s.broadcast
	}
	return s.echo
}
