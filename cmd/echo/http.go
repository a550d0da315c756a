package main

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"longwire.example/ws"
)

// The limits of net/http.
const (
	maxHeaderBytes    = 16 << 10
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 15 * time.Second // for a request with its body
	answerTimeout     = 30 * time.Second // for its whole way to the client; a stream of frames sets its own
	idleTimeout       = 2 * time.Minute  // between two requests for the page and the like
	writeByteTimeout  = 10 * time.Second // for any octet at all to a client of HTTP/2
	lastRequests      = time.Second      // for those in progress when the program ends
)

// httpDriver serves upgrades through net/http, and beside them the pages, the
// event streams and the transports of package comet.
type httpDriver struct {
	*echoer
	plain   http.Handler // takes upgrades of connections that nobody watches
	mux     *http.ServeMux
	streams streams
	events  events
	gallery gallery
	cfg     config
	server  *http.Server
}

func newHTTPDriver(e *echoer, cfg config, stderr io.Writer) *httpDriver {
	d := &httpDriver{echoer: e, cfg: cfg, mux: http.NewServeMux()}
	d.plain = ws.Handler(func(_ context.Context, c *ws.Conn) error { return echo(c) }, &e.options)
	d.events.start(e, cfg)
	d.gallery.start(e, cfg)
	d.routes(cfg)
	if cfg.quiet {
		stderr = io.Discard
	}
	d.server = newHTTPServer(d, log.New(stderr, "echo: ", 0))
	return d
}

// newHTTPServer makes a server with the limits above.
func newHTTPServer(h http.Handler, errorLog *log.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		MaxHeaderBytes:    maxHeaderBytes,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      answerTimeout,
		IdleTimeout:       idleTimeout,
		// The deadlines of its streams don't end those of a client that takes
		// nothing.
		HTTP2:    &http.HTTP2Config{WriteByteTimeout: writeByteTimeout},
		ErrorLog: errorLog,
	}
}

// routes are the requests that ask for no upgrade.
func (d *httpDriver) routes(cfg config) {
	page := newPage()
	ready := readyRecord{Type: "ready", MaxMessage: cfg.maxMessage, Subprotocols: subprotocols}
	d.mux.Handle("GET /{$}", page)
	d.mux.HandleFunc("GET /frames/{token}", func(w http.ResponseWriter, r *http.Request) {
		d.streams.serveFrames(w, r, ready)
	})
	d.mux.HandleFunc("POST /ping/{token}", d.streams.servePing)
	d.mux.HandleFunc("POST /close/{token}", d.streams.serveClose)
	d.mux.Handle("/events", &d.events)
	d.mux.HandleFunc("POST /events/cut/{token}", d.events.serveCut)
	d.gallery.routes(d.mux)
	d.mux.Handle("/", d.plain) // 426: every other path is for WebSockets only
}

func (d *httpDriver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if asksForUpgrade(r) && !isComet(r) {
		d.upgrade(w, r)
		return
	}
	d.mux.ServeHTTP(w, r)
}

// asksForUpgrade tells whether a request means to be a WebSocket handshake,
// right or wrong.
func asksForUpgrade(r *http.Request) bool {
	for _, v := range r.Header["Upgrade"] {
		for name := range strings.SplitSeq(v, ",") {
			if strings.EqualFold(strings.TrimSpace(name), "websocket") {
				return true
			}
		}
	}
	return false
}

// upgrade accepts a connection, which a token in the query puts into the view
// of that token's reader.
func (d *httpDriver) upgrade(w http.ResponseWriter, r *http.Request) {
	token := r.URL.Query().Get("token")
	if token == "" && d.trace == nil {
		d.plain.ServeHTTP(w, r)
		return
	}
	var st *stream
	if token != "" {
		var err error
		if st, err = d.streams.get(token); err == nil {
			err = st.claim()
		}
		if err != nil {
			w.Header().Set("Connection", "close") // what follows may be frames
			answer(w, err)
			return
		}
	}
	o, t := d.optionsFor(st)
	c, err := ws.Accept(w, r, o)
	if err != nil {
		if st != nil {
			st.finish("the handshake was refused: " + err.Error())
		}
		return
	}
	go serve(c, t) // net/http keeps its buffers until this function returns
}

// serve answers requests until ln is closed.
func (d *httpDriver) serve(ln net.Listener) error {
	d.gallery.at(d.cfg, ln.Addr())
	err := d.server.Serve(ln)
	if errors.Is(err, http.ErrServerClosed) || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// shutdown closes all connections with 1001 and ends all streams and responses.
// Readers of frames see their connection end first.
func (d *httpDriver) shutdown(ctx context.Context) {
	// An EventSource that comes back at once on the connection that it has would
	// get 503 and never try again.
	d.server.SetKeepAlivesEnabled(false)
	var both sync.WaitGroup
	both.Go(func() { _ = d.events.hub.Shutdown(ctx) })
	both.Go(func() { d.gallery.shutdown(ctx) })
	both.Go(func() { _ = d.group.Shutdown(ctx) })
	both.Wait()
	d.streams.close()
	// A client that is in the middle of a request has little time left.
	ctx, cancel := context.WithTimeout(ctx, lastRequests)
	defer cancel()
	if d.server.Shutdown(ctx) != nil {
		_ = d.server.Close()
	}
}
