//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/pprof"
	"syscall"
	"time"

	"longwire.example/comet"
	"longwire.example/sse"
)

// serve is this program as our server: package comet behind net/http, as an
// application has it, with its defaults. It ends with SIGTERM. profile is the file
// for a profile of its CPU time, or empty.
func serve(addr, profile string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	if profile != "" {
		f, err := os.Create(profile) //nolint:gosec // the one who types it is trusted
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	srv := &http.Server{Handler: handler(), ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = srv.Close() })
	if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// served makes this program the server if the arguments say so, as those of
// server.command do.
func served() bool {
	if len(os.Args) != 4 || os.Args[1] != "serve" {
		return false
	}
	if err := serve(os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return true
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
