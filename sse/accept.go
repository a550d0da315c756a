package sse

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"
)

// Accept begins an event stream as the answer to r. The header fields are on
// the wire when it returns, so the client sees an open stream. What middleware
// has put into w.Header() is sent with them, unless the stream has its own.
//
//	c, err := sse.Accept(w, r, nil)
//	if err != nil {
//		return // the client has been answered
//	}
//	defer c.Close()
//
// The stream ends when the handler returns; Close, deferred, sees to it that
// nothing is sent after that.
//
// When there is an error, the client has been answered: a [*RefusedError] with
// 405 for a method other than GET, HEAD and POST, 406 for an Accept field that
// does not admit an event stream, 403 for an origin that is not in
// [Options].Origins, 400 for a last event ID that can't be one, 500 for wrong
// options and for a ResponseWriter that can't flush ([ErrFlush]); or
// [ErrAnswered] for HEAD and for a CORS preflight; or [ErrGone] or
// [ErrWriteTimeout] if the client did not take the header fields.
//
// Before Accept a handler may answer as with any request: with a redirect, or
// with 204 to tell a client to stop reconnecting (section 9.2.1). The body of a
// POST is to be read before: over HTTP/1 it is gone afterwards. Accept can't
// notice that a handler has already written: what it gives is then a stream in
// an answer of another Content-Type, which clients refuse.
//
// A client of HTTP/1.0 gets a stream too, ended by the end of the connection:
// nginx speaks HTTP/1.0 to servers unless told otherwise.
//
// Over HTTP/1 a browser has a few connections to a server, and each stream takes
// one; over HTTP/2 all share one (section 9.2.7). Accept does not care.
//
// The deadlines that http.Server has set by its ReadTimeout and WriteTimeout
// are cleared: they are meant for answers that end. See [Options].WriteTimeout
// for what comes in their place.
//
//req:impl SSE-9.2.1-01 SSE-9.2.7-03
func Accept(w http.ResponseWriter, r *http.Request, o *Options) (*Conn, error) {
	s, err := newServerSettings(o)
	if err != nil {
		return nil, s.refuse(w, r, internal(err))
	}
	return s.accept(w, r)
}

func (s *serverSettings) accept(w http.ResponseWriter, r *http.Request) (*Conn, error) {
	id, err := s.admit(w, r)
	if err != nil {
		if refused, ok := errors.AsType[*RefusedError](err); ok {
			return nil, s.refuse(w, r, refused)
		}
		return nil, err
	}
	zip := s.setHeader(w.Header(), r)
	if r.Method == http.MethodHead {
		w.WriteHeader(http.StatusOK)
		return nil, ErrAnswered
	}
	c := newConn(s, w, r, id)
	if zip {
		c.zip = getCompressor()
	}
	if err := c.open(); err != nil {
		return nil, err
	}
	return c, nil
}

// admit decides whether r gets a stream, and after which event. Nothing has
// been written when it gives a *RefusedError.
func (s *serverSettings) admit(w http.ResponseWriter, r *http.Request) (lastEventID string, err error) {
	// First, so that a script of a listed origin can read a refusal too.
	if err := s.cors(w.Header(), r); err != nil {
		return "", err
	}
	if s.isPreflight(r) {
		s.answerPreflight(w)
		return "", ErrAnswered
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
	default:
		w.Header().Set("Allow", strings.Join(s.methods, ", "))
		return "", &RefusedError{Status: http.StatusMethodNotAllowed, Reason: "an event stream is for GET and POST"}
	}
	if !admitsStream(r.Header["Accept"]) {
		return "", &RefusedError{Status: http.StatusNotAcceptable, Reason: "this is an event stream, " + ContentType + ", which the Accept field does not admit"}
	}
	if lastEventID, err = s.lastEventID(r); err != nil {
		return "", err
	}
	if err := CheckFlush(w); err != nil {
		return "", internal(err)
	}
	return lastEventID, nil
}

// setHeader sets the header fields of a stream, and tells whether it is to be
// compressed.
func (s *serverSettings) setHeader(h http.Header, r *http.Request) (zip bool) {
	h.Set("Content-Type", ContentType)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	// nginx would hold the stream back until it ends.
	//req:impl SSE-9.2.7-02
	h.Set("X-Accel-Buffering", "no")
	// Connection and Keep-Alive are between two hops, and net/http's business;
	// HTTP/2 has none. The length of a stream is not known, and how it is cut
	// into chunks is net/http's business too.
	for _, name := range []string{"Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length"} {
		h.Del(name)
	}
	if !s.Gzip {
		return false
	}
	addVary(h, "Accept-Encoding")
	// A Content-Encoding that is there already is that of a middleware which
	// compresses on the way. It stays, as with http.Error, and once is enough.
	if len(h["Content-Encoding"]) > 0 || !admitsGzip(r.Header["Accept-Encoding"]) {
		return false
	}
	h.Set("Content-Encoding", "gzip")
	return true
}

// addVary adds name to the Vary field.
func addVary(h http.Header, name string) {
	for _, line := range h["Vary"] {
		for member := range strings.SplitSeq(line, ",") {
			if member = strings.TrimSpace(member); member == "*" || strings.EqualFold(member, name) {
				return
			}
		}
	}
	h.Add("Vary", name)
}

// refuse answers a request that gets no stream.
func (s *serverSettings) refuse(w http.ResponseWriter, r *http.Request, e *RefusedError) error {
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, e.Reason, e.Status)
	level := slog.LevelInfo
	if e.Err != nil {
		level = slog.LevelError
	}
	if s.Logger != nil {
		s.Logger.LogAttrs(r.Context(), level, "event stream refused",
			slog.Int("status", e.Status), slog.Any("error", e), slog.String("remote", r.RemoteAddr))
	}
	return e
}
