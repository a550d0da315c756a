// Package program is the main function of a server that is raced.
package program

import (
	"flag"
	"fmt"
	"log"
	"maps"
	"net"
	"slices"
	"strings"
)

// Run serves by the peer that the flags name, until its listener fails.
func Run(peers map[string]func(net.Listener) error) {
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
	fmt.Println(*peer+":", ln.Addr())
	log.Fatal(serve(ln))
}
