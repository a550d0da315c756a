//go:build linux

package main

import (
	"slices"
	"strconv"
	"strings"

	"longwire.example/bench/race/results"
)

// server is one that can be raced. Of its commands {dir} is the folder of what
// was built, {port} the port on 127.0.0.1.
type server struct {
	name  string
	group results.Group
	what  string   // the library by the name that its versions go by, or what it is instead
	build []string // the steps that build it
	echo  string
	// broadcast gives each message to all connections; empty if the library has
	// no way of its own to do that.
	broadcast string
	plain     bool // gives back octets and knows no WebSocket
}

const (
	ours   = "{dir}/longwire -quiet -max-message 67108864 -addr 127.0.0.1:{port} -driver "
	goEcho = "{dir}/echo -addr 127.0.0.1:{port} -peer "
	goAll  = "{dir}/broadcast -addr 127.0.0.1:{port} -peer "
	bun    = "{dir}/js/bun {dir}/js/bun.js {port} "
)

// servers are all that there are, in the order of a table before it is ranked.
var servers = []server{
	{name: "tcp", group: results.Limit, what: "TCP, a goroutine for each connection, no protocol", build: []string{"echo"}, echo: goEcho + "tcp", plain: true},
	{name: "epoll", group: results.Limit, what: "one loop over epoll, no library and no checks", build: []string{"echo"}, echo: goEcho + "epoll"},
	{name: "longwire-raw", group: results.Ours, what: "ws.Upgrade", build: []string{"longwire", "broadcast"}, echo: ours + "raw", broadcast: goAll + "longwire"},
	{name: "longwire-http", group: results.Ours, what: "ws.Handler behind net/http", build: []string{"longwire"}, echo: ours + "http"},
	{name: "longwire-loop", group: results.Ours, what: "ws.Server", build: []string{"longwire", "broadcast"}, echo: ours + "loop", broadcast: goAll + "longwire-loop"},
	{name: "gobwas", group: results.GoPeer, what: "github.com/gobwas/ws", build: []string{"echo"}, echo: goEcho + "gobwas"},
	{name: "gorilla", group: results.GoPeer, what: "github.com/gorilla/websocket", build: []string{"echo", "broadcast"}, echo: goEcho + "gorilla", broadcast: goAll + "gorilla"},
	{name: "coder", group: results.GoPeer, what: "github.com/coder/websocket", build: []string{"echo"}, echo: goEcho + "coder"},
	{name: "gws", group: results.GoPeer, what: "github.com/lxzan/gws", build: []string{"echo", "broadcast"}, echo: goEcho + "gws", broadcast: goAll + "gws"},
	{name: "fasthttp", group: results.GoPeer, what: "github.com/fasthttp/websocket", build: []string{"echo"}, echo: goEcho + "fasthttp"},
	{name: "nbio", group: results.GoPeer, what: "github.com/lesismal/nbio", build: []string{"nbio"}, echo: "{dir}/nbio -addr 127.0.0.1:{port}"},
	{name: "fastwebsockets", group: results.Other, what: "fastwebsockets", build: []string{"rust"}, echo: "{dir}/rust/release/fastwebsockets {port}"},
	{name: "tungstenite", group: results.Other, what: "tokio-tungstenite", build: []string{"rust"}, echo: "{dir}/rust/release/tungstenite {port}"},
	{name: "bun", group: results.Other, what: "Bun.serve (uWebSockets)", build: []string{"bun"}, echo: bun, broadcast: bun + "all"},
	{name: "npm-ws", group: results.Other, what: "ws of npm", build: []string{"node"}, echo: "node {dir}/js/ws.js {port}"},
}

func (s server) has(step string) bool { return slices.Contains(s.build, step) }

// fill puts folder and port into a command.
func fill(command, dir string, port int) []string {
	args := strings.Fields(command)
	for i := range args {
		args[i] = strings.NewReplacer("{dir}", dir, "{port}", strconv.Itoa(port)).Replace(args[i])
	}
	return args
}

// command is what serves one kind of load, or empty.
func (s server) command(kind results.Kind) string {
	switch {
	case kind == results.Broadcast:
		return s.broadcast
	case kind == results.Handshakes && s.plain:
		return ""
	default:
		return s.echo
	}
}
