package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"

	"longwire.example/sse"
)

// The event stream at /events: what is posted there goes to all who read it.

const (
	eventsTopic      = "events"
	lastEventIDParam = "lastEventId" // a page can't set Last-Event-ID on an EventSource's first request
	eventsMethods    = "GET, HEAD, OPTIONS, POST"
	maxEventStreams  = 1024    // at a time
	maxEventData     = 1 << 20 // octets of a posted event; those of many lines become seven times as many
)

// events are the event streams, and what can be done with them.
type events struct {
	hub     sse.Hub
	maxData int64     // octets of a posted event
	trace   io.Writer // nil without -trace
	count   atomic.Uint64

	mu      sync.Mutex
	open    int
	byToken map[string]*eventStream // those that can be cut
}

// start is for before the first request.
func (e *events) start(parent *echoer, cfg config) {
	e.maxData, e.trace = min(cfg.maxMessage, maxEventData), parent.trace
	e.hub.Spread = -1 // all at once: there is little time
	e.hub.Stream = sse.Options{LastEventIDParam: lastEventIDParam, Logger: parent.options.Logger}
}

// ServeHTTP answers requests for /events that ask for no upgrade.
func (e *events) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		e.serveStream(w, r)
	case http.MethodPost:
		e.servePost(w, r)
	case http.MethodOptions:
		// No Access-Control field: pages of other origins neither read nor post.
		w.Header().Set("Allow", eventsMethods)
		w.WriteHeader(http.StatusNoContent)
	default:
		w.Header().Set("Allow", eventsMethods)
		answer(w, &httpError{http.StatusMethodNotAllowed, r.Method + " is not one of " + eventsMethods})
	}
}

// serveStream sends events until the client has gone, the stream is cut or the
// program ends.
func (e *events) serveStream(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	st := &eventStream{cancel: cancel, over: make(chan struct{})}
	remove, err := e.add(r.URL.Query().Get("token"), st)
	if err != nil {
		answer(w, err)
		return
	}
	defer remove()
	after := lastEventID(r)
	ended := e.traceStream(r, after)
	err = e.hub.Serve(&greeter{ResponseWriter: w, resumed: after != ""}, r.WithContext(ctx), eventsTopic)
	if cause := context.Cause(ctx); errors.Is(cause, errCut) {
		err = cause
	}
	ended(err)
}

// traceStream prints a line for a stream, and one at its end.
func (e *events) traceStream(r *http.Request, after string) (ended func(err error)) {
	if e.trace == nil {
		return func(error) {}
	}
	number := e.count.Add(1)
	if after != "" {
		after = fmt.Sprintf(", Last-Event-ID %q", after)
	}
	fmt.Fprintf(e.trace, "event stream %d opened: %s %s from %s, %s%s\n\n", number, r.Method, r.URL.Path, r.RemoteAddr, r.Proto, after)
	return func(err error) {
		if err == nil {
			fmt.Fprintf(e.trace, "event stream %d ended\n\n", number)
			return
		}
		fmt.Fprintf(e.trace, "event stream %d ended: %v\n\n", number, err)
	}
}

// lastEventID is what a stream is asked to go on after.
func lastEventID(r *http.Request) string {
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		return id
	}
	return r.URL.Query().Get(lastEventIDParam)
}
