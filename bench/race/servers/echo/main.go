package main

import (
	"net"

	"longwire.example/bench/race/servers/program"
)

// maxMessage is the longest message, where a library limits it.
const maxMessage = 64 << 20

// peers serve until the listener fails.
var peers = map[string]func(net.Listener) error{
	"tcp":      serveTCP,
	"gobwas":   serveGobwas,
	"gorilla":  serveGorilla,
	"coder":    serveCoder,
	"gws":      serveGWS,
	"fasthttp": serveFastHTTP,
}

func main() { program.Run(peers) }

// each gives every connection a goroutine.
func each(ln net.Listener, serve func(net.Conn)) error {
	for {
		c, err := ln.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer c.Close()
			serve(c)
		}()
	}
}
