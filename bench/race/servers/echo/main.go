package main

import (
	"flag"
	"fmt"
	"log"
	"maps"
	"net"
	"slices"
	"strings"
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

func main() {
	names := strings.Join(slices.Sorted(maps.Keys(peers)), ", ")
	peer := flag.String("peer", "", "which server: "+names)
	addr := flag.String("addr", "127.0.0.1:9001", "`address:port` to listen on")
	flag.Parse()
	serve := peers[*peer]
	if serve == nil {
		log.Fatalf("-peer %q is none of %s", *peer, names)
	}
	ln, err := net.Listen("tcp", *addr)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("echo:", ln.Addr())
	log.Fatal(serve(ln))
}

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
