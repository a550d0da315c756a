package main

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"longwire.example/comet"
	"longwire.example/sse"
	"longwire.example/ws"
)

// The transports of package comet, at /comet/, and what the page /transports
// needs to measure them against each other.

const (
	cometPath       = "/comet/"
	cometTopic      = "gallery"
	maxHeldRequests = 1024 // at a time, on /comet/ and on the listeners each
	keptEvents      = 5000 // more than are published while a page is cut off
)

// gallery is one hub and everything that gives its events.
type gallery struct {
	hub       sse.Hub
	plain     comet.Handler // at /comet/ of the program's own address
	wired     comet.Handler // at the listeners of their own
	publisher publisher
	viewers   viewers

	mu     sync.Mutex
	wires  []*wireListener // nil until somebody asks for the page
	page   *page           // for these
	server *http.Server    // of them
	done   sync.WaitGroup  // their Serves
	closed bool
}

// start is for before the first request.
func (g *gallery) start(parent *echoer, cfg config) {
	g.hub.Store = &sse.Ring{Events: keptEvents}
	g.hub.Spread = -1 // all at once: there is little time
	g.hub.Stream = sse.Options{Logger: parent.options.Logger}
	for _, h := range []*comet.Handler{&g.plain, &g.wired} {
		h.Hub = &g.hub
		h.Topics = func(*http.Request) ([]string, error) { return []string{cometTopic}, nil }
		h.Receive = g.receive
		h.JSONP = true
		h.MaxHeld = maxHeldRequests
		h.MaxBody = min(cfg.maxMessage, comet.DefaultMaxBody)
		h.Logger = parent.options.Logger
		h.WebSocket = ws.Options{CloseTimeout: cfg.closeTimeout, Group: &parent.group, Logger: parent.options.Logger}
	}
	g.publisher.start(&g.hub)
}

// at says where the program is listening, before the first request.
func (g *gallery) at(cfg config, a net.Addr) {
	g.wired.Origins = pageOrigins(cfg, a)
}

// pageOrigins are the origins from which a browser on this machine may have the
// page. They are not taken from what a request says: a name of another site can
// be made to lead here.
func pageOrigins(cfg config, a net.Addr) []string {
	_, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return nil
	}
	scheme, usual := "http://", "80"
	if cfg.tls {
		scheme, usual = "https://", "443"
	}
	hosts := []string{"127.0.0.1", "localhost"} // no IPv6: no Content-Security-Policy can name it, as that of the iframe would have to
	if host, _, err := net.SplitHostPort(cfg.addr); err == nil {
		if ip := net.ParseIP(host); ip != nil && ip.To4() != nil && !ip.IsUnspecified() && !ip.IsLoopback() {
			hosts = append(hosts, ip.String())
		}
	}
	origins := make([]string, 0, len(hosts))
	for _, h := range hosts {
		if port != usual {
			h += ":" + port
		}
		origins = append(origins, scheme+h)
	}
	return origins
}

// receive publishes what a client sends.
func (g *gallery) receive(r *http.Request, data []byte) (id string, err error) {
	return g.hub.Publish(r.Context(), cometTopic, sse.Message{Data: string(data)})
}

// routes are those of the program's own address.
func (g *gallery) routes(mux *http.ServeMux) {
	mux.Handle(cometPath, &g.plain)
	mux.HandleFunc("GET /transports", g.servePage)
	mux.HandleFunc("GET /transports/figures/{viewer}", g.serveFigures)
	mux.HandleFunc("POST /transports/publisher", g.servePublisher)
}

// isComet tells whether a request is for one of the transports, whose WebSocket
// is not for the echo.
func isComet(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, cometPath) }

// shutdown ends all held requests and the listeners.
func (g *gallery) shutdown(ctx context.Context) {
	g.publisher.shutdown()
	_ = g.hub.Shutdown(ctx)
	g.mu.Lock()
	g.closed = true
	server := g.server
	g.mu.Unlock()
	if server == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, lastRequests)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		_ = server.Close()
	}
	g.done.Wait()
}

// formatMillis gives a time of so many microseconds in milliseconds.
func formatMillis(micros int64) string {
	return strconv.FormatFloat(float64(micros)/1000, 'f', 3, 64)
}
