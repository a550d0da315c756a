package ssetest

import (
	"errors"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// ErrClosed is what a closed Server answers in memory.
var ErrClosed = errors.New("ssetest: the server is closed")

// ErrBreak is the network error of a [Break] before an answer, in memory. In
// the middle of a body it is io.ErrUnexpectedEOF, as with net/http.
var ErrBreak = errors.New("ssetest: the connection was cut before an answer")

// Server is a server of event streams that does what scripts say, and records
// what it was asked. It is reached in three ways:
//
//   - as an http.RoundTripper, in memory, for any URL. It starts no goroutine
//     then, the steps run as the client reads, and it waits only in ways that
//     testing/synctest calls durably blocking. Inside a bubble it has to be
//     made there.
//   - with Listen, on a port of 127.0.0.1.
//   - as an http.Handler, in a server of the caller's: with TLS, HTTP/2 or
//     middleware.
//
// It is made by NewServer or NewServerFunc; all its methods may be called from
// any goroutine.
type Server struct {
	answer func(r *Request) Script // nil: the scripts in order
	closed chan struct{}
	runs   sync.WaitGroup // of ServeHTTP, and of what Listen started

	mu       sync.Mutex
	scripts  []Script
	requests []*Request
	open     int
	down     bool
	listen   *http.Server
}

var (
	_ http.RoundTripper = (*Server)(nil)
	_ http.Handler      = (*Server)(nil)
)

// NewServer gives a Server that takes a script for each request, in order, as
// they come. When there is none left, the answer is 204 No Content, which tells
// an EventSource to stop: a test ends, whatever the client does.
func NewServer(scripts ...Script) *Server {
	return &Server{closed: make(chan struct{}), scripts: slices.Clone(scripts)}
}

// NewServerFunc gives a Server that asks f for the script of each request. f
// may be called by several goroutines at once.
func NewServerFunc(f func(r *Request) Script) *Server {
	return &Server{closed: make(chan struct{}), answer: f}
}

// Add adds scripts for further requests to those of NewServer.
func (s *Server) Add(scripts ...Script) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scripts = append(s.scripts, scripts...)
}

// Requests gives the requests so far.
func (s *Server) Requests() []*Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Open gives the number of answers that have not ended: neither has the script
// come to its end, nor has the client left. In memory a client leaves when it
// closes the body or its context ends while it reads.
func (s *Server) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open
}

// Client gives a new http.Client whose requests come here in memory, for any
// URL.
func (s *Server) Client() *http.Client { return &http.Client{Transport: s} }

// Listen starts serving on a port of 127.0.0.1 and gives the URL, without a
// path. Each request is a connection of its own, so that what Break cuts is not
// tried again by the client's transport. Close has to be called afterwards.
func (s *Server) Listen() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.down:
		return "", ErrClosed
	case s.listen != nil:
		return "", errors.New("ssetest: the server listens already")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	srv := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	srv.SetKeepAlivesEnabled(false)
	s.listen = srv
	s.runs.Go(func() { _ = srv.Serve(l) })
	return "http://" + l.Addr().String(), nil
}

// Close ends every answer, as Break does, stops what Listen has started and
// waits for it. It may be called more than once.
func (s *Server) Close() error {
	s.mu.Lock()
	srv, first := s.listen, !s.down
	s.down = true
	s.mu.Unlock()
	if first {
		close(s.closed)
	}
	var err error
	if srv != nil {
		err = srv.Close()
	}
	s.runs.Wait()
	return err
}

// enter lets Close wait for a run of ServeHTTP, unless it was called already.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.down {
		s.runs.Add(1)
	}
	return !s.down
}

// take records a request and gives its script. The answer counts as open from
// here to a call of done.
func (s *Server) take(r *http.Request) (Script, error) {
	req, err := newRequest(r)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	if s.down {
		s.mu.Unlock()
		return nil, ErrClosed
	}
	s.requests = append(s.requests, req)
	req.Number = len(s.requests)
	s.open++
	script := Script{Status(http.StatusNoContent)}
	if s.answer == nil && len(s.scripts) > 0 {
		script = s.scripts[0]
		s.scripts = s.scripts[1:]
	}
	s.mu.Unlock()
	if s.answer != nil {
		script = s.answer(req)
	}
	return script, nil
}

// done says that an answer has ended.
func (s *Server) done() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
}
