package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
)

// wireTransports are the ways that the page compares, by their names in
// comet's client.js.
var wireTransports = [...]string{
	"websocket", "sse", "stream", "multipart", "iframe",
	"longpoll", "jsonp-longpoll", "poll", "jsonp-poll",
}

// wireListener is the listener of one transport: an origin of its own, since
// browsers open no more than six connections to one, and the page holds more.
// What comes by it belongs to its transport, so nothing has to be guessed.
type wireListener struct {
	net.Listener
	transport int // index in wireTransports
}

func (l *wireListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &wireConn{Conn: c, transport: l.transport}, nil
}

// origin is what the page connects to.
func (l *wireListener) origin() string { return "http://" + l.Addr().String() }

// listen opens the listeners, for the first who asks for the page. They have no
// TLS, so that what is counted is HTTP, and are on 127.0.0.1, which browsers
// trust without it.
func (g *gallery) listen() ([]*wireListener, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.closed:
		return nil, &httpError{http.StatusServiceUnavailable, "this server is about to go away"}
	case g.wires != nil:
		return g.wires, nil
	}
	wires := make([]*wireListener, 0, len(wireTransports))
	origins := make([]string, 0, len(wireTransports))
	for i := range wireTransports {
		ln, err := listen(context.Background(), "127.0.0.1:0")
		if err != nil {
			for _, l := range wires {
				_ = l.Close()
			}
			return nil, &httpError{http.StatusServiceUnavailable, "a port for each transport: " + err.Error()}
		}
		l := &wireListener{ln, i}
		wires, origins = append(wires, l), append(origins, l.origin())
	}
	g.wires, g.page, g.server = wires, newTransportsPage(origins), g.newServer()
	for _, l := range wires {
		g.done.Go(func() {
			if err := g.server.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) && g.wired.Logger != nil {
				g.wired.Logger.Error("a listener of /transports failed", slog.Any("error", err))
			}
		})
	}
	return g.wires, nil
}

// wireKey is the key of a request's wireConn in its context.
type wireKey struct{}

func (g *gallery) newServer() *http.Server {
	mux := http.NewServeMux()
	mux.HandleFunc(cometPath+"{viewer}/{transport}", g.serveWired)
	s := newHTTPServer(mux, slog.NewLogLogger(g.logHandler(), slog.LevelInfo))
	s.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		return context.WithValue(ctx, wireKey{}, c)
	}
	s.ConnState = func(c net.Conn, state http.ConnState) {
		if state == http.StateHijacked {
			c.(*wireConn).hijacked()
		}
	}
	return s
}

func (g *gallery) logHandler() slog.Handler {
	if g.wired.Logger == nil {
		return slog.DiscardHandler
	}
	return g.wired.Logger.Handler()
}

// serveWired answers a request of a viewer, whose the connection is until
// another viewer's request comes by it.
func (g *gallery) serveWired(w http.ResponseWriter, r *http.Request) {
	v := g.viewers.get(r.PathValue("viewer"))
	c, ok := r.Context().Value(wireKey{}).(*wireConn)
	if v == nil || !ok {
		answer(w, &httpError{http.StatusNotFound, "no page has read its figures under this name"})
		return
	}
	c.begin(v)
	defer c.end()
	g.wired.ServeHTTP(w, r)
}
