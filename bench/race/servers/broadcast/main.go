package main

import (
	"net"

	"longwire.example/bench/race/servers/program"
)

// peers serve until the listener fails.
var peers = map[string]func(net.Listener) error{
	"longwire":      serveLongwire,
	"longwire-loop": serveLongwireLoop,
	"gws":           serveGWS,
	"gorilla":       serveGorilla,
}

func main() { program.Run(peers) }
