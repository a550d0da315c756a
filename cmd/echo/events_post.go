package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"longwire.example/sse"
	"longwire.example/ws/handshake"
)

// maxRetry is the longest reconnection time that can be posted, in milliseconds:
// a day. It stays with every client that gets it.
const maxRetry = 24 * 60 * 60 * 1000

// servePost publishes the request's body as one event and answers with its id.
// The Content-Type does not matter, so `curl -d` works as it is.
func (e *events) servePost(w http.ResponseWriter, r *http.Request) {
	m, err := e.message(w, r)
	if err != nil {
		answer(w, err)
		return
	}
	id, err := e.hub.Publish(r.Context(), eventsTopic, m)
	if err != nil {
		answer(w, publishError(err))
		return
	}
	if e.trace != nil {
		fmt.Fprintf(e.trace, "event %s posted: type %q, %d octets, from %s\n\n", id, m.Type, len(m.Data), r.RemoteAddr)
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = io.WriteString(w, id)
}

// message reads what is posted.
func (e *events) message(w http.ResponseWriter, r *http.Request) (sse.Message, error) {
	if err := checkSite(r); err != nil {
		return sse.Message{}, &httpError{http.StatusForbidden, err.Error()}
	}
	m, err := messageQuery(r.URL.RawQuery)
	if err != nil {
		return m, &httpError{http.StatusBadRequest, err.Error()}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, e.maxData))
	if tooBig, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return m, &httpError{http.StatusRequestEntityTooLarge, fmt.Sprintf("an event has at most %d octets here", tooBig.Limit)}
	}
	if err != nil {
		return m, &httpError{http.StatusBadRequest, "the body could not be read: " + err.Error()}
	}
	m.Data = string(body)
	return m, nil
}

// publishError says whose fault it is that an event can't be published.
func publishError(err error) error {
	if _, ok := errors.AsType[*sse.FieldError](err); ok {
		return &httpError{http.StatusBadRequest, "the event can't be sent: " + err.Error()}
	}
	return &httpError{http.StatusServiceUnavailable, err.Error()}
}

// messageQuery reads type and retry.
func messageQuery(query string) (m sse.Message, err error) {
	q, err := url.ParseQuery(query)
	if err != nil {
		return m, fmt.Errorf("the query is malformed: %w", err)
	}
	for _, name := range []string{"type", "retry"} {
		if len(q[name]) > 1 {
			return m, fmt.Errorf("%s is given %d times", name, len(q[name]))
		}
	}
	m.Type = q.Get("type")
	if !q.Has("retry") {
		return m, nil
	}
	// ParseUint takes no sign, and digits only with base 10.
	ms, err := strconv.ParseUint(q.Get("retry"), 10, 64)
	if err != nil || ms == 0 || ms > maxRetry {
		return m, fmt.Errorf("retry %q is not a whole number of milliseconds from 1 to %d", q.Get("retry"), maxRetry)
	}
	m.Retry = time.Duration(ms) * time.Millisecond
	return m, nil
}

// checkSite refuses what a page of another site has a browser post. A client
// that is no browser sends neither field. -origin does not count here: it is
// about WebSockets.
func checkSite(r *http.Request) error {
	for _, site := range r.Header["Sec-Fetch-Site"] {
		if site != "same-origin" && site != "none" {
			return fmt.Errorf("posts of other sites are refused: received Sec-Fetch-Site %q, expected \"same-origin\" or \"none\"", site)
		}
	}
	err := handshake.CheckOrigin(r.Header["Origin"], r.Host, r.TLS != nil, nil)
	if e, ok := errors.AsType[*handshake.Error](err); ok {
		_, text, _ := strings.Cut(e.Text, ": ")
		return errors.New("posts of other origins are refused: " + text)
	}
	return err
}
