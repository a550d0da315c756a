package ssetest

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"strings"
)

// ServeHTTP answers a request over a network.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.enter() {
		panic(http.ErrAbortHandler)
	}
	defer s.runs.Done()
	script, err := s.take(r)
	if err != nil {
		panic(http.ErrAbortHandler) // the request was cut, or Close was called
	}
	defer s.done()

	p, rc, begun := newPlayer(s, script), http.NewResponseController(w), false
	begin := func() {
		if begun {
			return
		}
		begun = true
		w.Header()["Content-Type"] = nil // net/http does not guess one
		maps.Copy(w.Header(), p.finalHeader())
		w.WriteHeader(p.status)
	}
	for {
		piece, ok, err := p.next(r.Context(), nil)
		switch {
		case errors.Is(err, errLeft):
			return
		case errors.Is(err, ErrBreak), errors.Is(err, ErrClosed):
			panic(http.ErrAbortHandler)
		case err != nil && !begun:
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		case err != nil:
			panic(http.ErrAbortHandler)
		}
		begin()
		if !ok {
			return
		}
		if !p.bodyless(r.Method) {
			_, err = io.Copy(w, strings.NewReader(piece))
		}
		if err != nil || rc.Flush() != nil {
			return
		}
	}
}
