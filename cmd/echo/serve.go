package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"
)

// driver is a way to make WebSocket connections of what a listener accepts.
type driver interface {
	// serve returns nil once ln is closed and shutdown was called.
	serve(ln net.Listener) error
	// shutdown ends all connections until ctx ends.
	shutdown(ctx context.Context)
}

// listenAndServe runs until ctx ends, and then closes every connection within
// the close timeout. An error means that it could not run.
func listenAndServe(ctx context.Context, cfg config, stdout, stderr io.Writer) error {
	d, ln, err := open(ctx, cfg, stdout, &lineWriter{w: stderr})
	if err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- d.serve(ln) }()
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	_ = ln.Close()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), cfg.closeTimeout)
	defer cancel()
	d.shutdown(end)
	return err
}

// open listens, makes the driver and says where it can be reached.
func open(ctx context.Context, cfg config, stdout, stderr io.Writer) (driver, net.Listener, error) {
	host, _, err := net.SplitHostPort(cfg.addr)
	if err != nil {
		return nil, nil, err
	}
	ln, err := listen(ctx, cfg.addr)
	if err != nil {
		return nil, nil, err
	}
	if !cfg.quiet {
		fmt.Fprintf(stdout, "Longwire echo: %s\n", address(cfg, host, ln.Addr()))
	}
	if cfg.tls {
		secure, fingerprint, err := selfSigned(host, time.Now(), protocols(cfg)...)
		if err != nil {
			_ = ln.Close()
			return nil, nil, err
		}
		ln = tls.NewListener(ln, secure)
		if !cfg.quiet {
			fmt.Fprintf(stdout, "self-signed certificate, SHA-256 %s\n", fingerprint)
		}
	}
	return newDriver(cfg, stderr), ln, nil
}

// protocols are those for TLS to agree on. Browsers ask for WebSockets with
// HTTP/1.1, and share one connection of HTTP/2 for all else.
func protocols(cfg config) []string {
	if cfg.driver == driverHTTP {
		return []string{"h2", "http/1.1"}
	}
	return []string{"http/1.1"}
}

func newDriver(cfg config, stderr io.Writer) driver {
	e := newEchoer(cfg, stderr)
	switch cfg.driver {
	case driverRaw:
		return newRawDriver(e, stderr)
	case driverLoop:
		return newLoopDriver(e)
	default:
		return newHTTPDriver(e, cfg, stderr)
	}
}

func listen(ctx context.Context, addr string) (net.Listener, error) {
	// Connections are kept alive by Pings, and HTTP's end when they are idle. TCP's
	// own probes would take four more system calls to set for each of them.
	lc := net.ListenConfig{KeepAlive: -1}
	ln, err := lc.Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is in use already; -addr takes another address", addr)
	}
	return ln, err
}

// address is the URL to print: of the page, or of the WebSocket where there is
// no page.
func address(cfg config, host string, a net.Addr) string {
	_, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1" // every address of this machine is listened on
	}
	scheme := "http"
	if cfg.driver != driverHTTP {
		scheme = "ws"
	}
	if cfg.tls {
		scheme += "s"
	}
	return scheme + "://" + net.JoinHostPort(host, port) + "/"
}
