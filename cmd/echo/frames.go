package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"
)

const (
	maxStreams  = 64               // tokens at a time
	frameWrites = 10 * time.Second // a reader that takes nothing for so long is cut off
	minToken    = 22               // characters: 128 bits in base64url
	maxToken    = 64
)

// httpError is an answer to a request that can't be served.
type httpError struct {
	status int
	text   string
}

func (e *httpError) Error() string { return e.text }

// answer writes err as a plain text response.
func answer(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	if e, ok := errors.AsType[*httpError](err); ok {
		status = e.status
	}
	http.Error(w, err.Error(), status)
}

var errToken = &httpError{http.StatusBadRequest, "a token is 22 to 64 letters, digits, - or _, chosen at random"}

// streams are the tokens that are in use.
type streams struct {
	mu      sync.Mutex
	byToken map[string]*stream
	closed  bool
}

// get finds the stream of a token, or makes it.
func (s *streams) get(token string) (*stream, error) {
	if !validToken(token) {
		return nil, errToken
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if st := s.byToken[token]; st != nil {
		return st, nil
	}
	if s.closed || len(s.byToken) >= maxStreams {
		return nil, &httpError{http.StatusServiceUnavailable, "too many connections are being watched"}
	}
	if s.byToken == nil {
		s.byToken = map[string]*stream{}
	}
	st := newStream(func(st *stream) { s.forget(token, st) })
	s.byToken[token] = st
	return st, nil
}

// find finds the stream of a token, or gives nil.
func (s *streams) find(token string) *stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byToken[token]
}

// forget gives the place of a stream free. A token that was used again since is
// that of another stream.
func (s *streams) forget(token string, st *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byToken[token] == st {
		delete(s.byToken, token)
	}
}

// close ends all streams; there will be no new ones.
func (s *streams) close() {
	s.mu.Lock()
	s.closed = true
	all := make([]*stream, 0, len(s.byToken))
	for _, st := range s.byToken {
		all = append(all, st)
	}
	s.mu.Unlock()
	for _, st := range all {
		st.finish("the server is shutting down")
	}
}

// validToken checks the shape only. That it can't be guessed is the client's
// own interest.
func validToken(s string) bool {
	if len(s) < minToken || len(s) > maxToken {
		return false
	}
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}

// serveFrames writes the records of a token until its connection has ended.
func (s *streams) serveFrames(w http.ResponseWriter, r *http.Request, ready readyRecord) {
	st, err := s.get(r.PathValue("token"))
	if err == nil {
		err = st.read()
	}
	if err != nil {
		answer(w, err)
		return
	}
	defer st.leave()
	h := w.Header()
	h.Set("Content-Type", "application/x-ndjson")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold the stream back
	out := newRecordWriter(w)
	if out.write(&ready) == nil {
		_ = st.copyTo(r.Context(), out)
	}
}

// copyTo writes what comes until nothing more can.
func (s *stream) copyTo(ctx context.Context, out *recordWriter) error {
	for {
		items, more := s.take()
		if err := out.write(items...); err != nil || !more {
			return err
		}
		select {
		case <-s.wake:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// recordWriter writes records as lines of a response.
type recordWriter struct {
	enc     *json.Encoder
	control *http.ResponseController
}

func newRecordWriter(w http.ResponseWriter) *recordWriter {
	return &recordWriter{json.NewEncoder(w), http.NewResponseController(w)}
}

// write writes and flushes, in bounded time. The deadline is taken back: an
// idle stream must not run into it.
func (o *recordWriter) write(items ...any) error {
	if len(items) == 0 {
		return nil
	}
	if err := o.control.SetWriteDeadline(time.Now().Add(frameWrites)); err != nil {
		return err
	}
	for _, item := range items {
		if e, ok := item.(*frameEvent); ok {
			item = newFrameRecord(e)
		}
		if err := o.enc.Encode(item); err != nil {
			return err
		}
	}
	if err := o.control.Flush(); err != nil {
		return err
	}
	return o.control.SetWriteDeadline(time.Time{})
}
