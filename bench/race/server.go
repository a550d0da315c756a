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
	build string // the step that builds it
	echo  string
	// broadcast gives each message to all connections; empty if the library has
	// no way of its own to do that.
	broadcast string
	plain     bool // gives back octets and knows no WebSocket
}

// reference is what all others are compared with.
const reference = "tcp"

const ours = "{dir}/longwire -quiet -max-message 67108864 -addr 127.0.0.1:{port}"

// servers are all that there are, in the order of a table before it is ranked.
var servers = []server{
	{name: reference, build: "go", echo: goEcho("tcp"), plain: true},
	{name: "epoll", build: "go", echo: goEcho("epoll")},
	{name: "longwire-raw", build: "longwire", echo: ours + " -driver raw"},
	{name: "longwire-http", build: "longwire", echo: ours + " -driver http"},
	{name: "longwire-loop", build: "longwire", echo: ours + " -driver loop"},
	{name: "gobwas", build: "go", echo: goEcho("gobwas")},
	{name: "gorilla", build: "go", echo: goEcho("gorilla")},
	{name: "coder", build: "go", echo: goEcho("coder")},
	{name: "gws", build: "go", echo: goEcho("gws")},
	{name: "fasthttp", build: "go", echo: goEcho("fasthttp")},
}

func goEcho(peer string) string { return "{dir}/echo -addr 127.0.0.1:{port} -peer " + peer }

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
