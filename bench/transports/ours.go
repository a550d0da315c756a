//go:build linux

package main

import (
	"context"
	"log"
	"net"
	"net/http"
	"time"

	"longwire.example/comet"
	"longwire.example/sse"
)

// serve is this program as our server: package comet behind net/http, as an
// application has it, with its defaults. It never returns.
func serve(addr string) {
	ln, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", addr)
	if err != nil {
		log.Fatal(err)
	}
	srv := &http.Server{Handler: handler(), ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(srv.Serve(ln))
}

func handler() http.Handler {
	const topic = "news"
	hub := &sse.Hub{}
	h := &comet.Handler{
		Hub:    hub,
		Topics: func(*http.Request) ([]string, error) { return []string{topic}, nil },
		Receive: func(r *http.Request, data []byte) (string, error) {
			return hub.Publish(r.Context(), topic, sse.Message{Data: string(data)})
		},
	}
	mux := http.NewServeMux()
	mux.Handle(prefix, h)
	return mux
}
