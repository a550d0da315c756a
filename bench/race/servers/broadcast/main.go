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

// peers serve until the listener fails.
var peers = map[string]func(net.Listener) error{
	"longwire":      serveLongwire,
	"longwire-loop": serveLongwireLoop,
	"gws":           serveGWS,
	"gorilla":       serveGorilla,
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
	fmt.Println("broadcast:", ln.Addr())
	log.Fatal(serve(ln))
}
