package sse

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"longwire.example/sse/parser"
)

// ContentType is the media type of an event stream (section 9.2.5).
//
//req:impl SSE-9.2.5-01
const ContentType = "text/event-stream"

// The defaults of [Options].
//
//req:impl SSE-9.2.7-01
const (
	// DefaultHeartbeat is the silence that section 9.2.7 advises to break.
	DefaultHeartbeat    = 15 * time.Second
	DefaultWriteTimeout = 10 * time.Second
)

// Options sets how a server sends event streams. It is copied when it is used,
// so changing it later changes nothing. The zero value, and nil where a pointer
// is taken, is the safe default. [Options.Check] finds mistakes before the first
// request.
type Options struct {
	// Heartbeat is how long a stream may be silent before a comment line, a
	// colon alone, is sent: 15 s by default, negative turns it off. It keeps
	// proxies from taking the connection for a dead one, and it is how a client
	// that vanished is noticed at last.
	Heartbeat time.Duration

	// WriteTimeout is how long a client may need to take one event: 10 s by
	// default, negative for no limit. A slower one loses the stream. It needs a
	// ResponseWriter with SetWriteDeadline, which net/http's have; behind a
	// middleware that hides it there is no limit, and whatever deadline the
	// server has set stays.
	//
	// On HTTP/2 it is the stream that is cut off. A client whose connection takes
	// nothing at all is cut off by http.Server.HTTP2.WriteByteTimeout alone, so
	// that is to be set.
	WriteTimeout time.Duration

	// Retry is the reconnection time that a client is told at the beginning of
	// the stream, in whole milliseconds. Zero or less tells none.
	Retry time.Duration

	// LastEventIDParam names a query parameter that has the last event ID of a
	// request without the header field: a page that makes a new EventSource
	// can't set the header. Empty reads the header only.
	LastEventIDParam string

	// Origins are the origins of other sites whose pages may read the stream
	// (CORS): each as a browser sends it, such as "https://example.com" or
	// "http://localhost:8080". There are no patterns. Their scripts may send the
	// fields Last-Event-ID, Authorization, Cache-Control and Content-Type.
	//
	// With it, a request from a page of any other site gets 403, so that no
	// stream is produced which the browser would not show. The server's own
	// pages pass: their origin has the host of the request. A proxy that
	// changes the Host makes them others, and their origin is to be listed then.
	// A request without Origin is not from a page of another site and passes.
	//
	// Without it, Origin is not looked at and CORS is left to middleware.
	Origins []string

	// AllowCredentials lets pages of Origins send cookies with the request.
	AllowCredentials bool

	// Gzip compresses the stream for clients that accept it, each event flushed
	// on its own. Each such stream holds a compressor, most of a megabyte
	// (BenchmarkCompressor). Leave it off for streams that have a secret beside
	// something that others choose: the size of what is sent tells of both.
	Gzip bool

	// Stop ends the Context of each stream with ErrStopped when it is closed, so
	// that http.Server.Shutdown, which waits for handlers, comes to its end.
	// Sending goes on to work until the handler returns: there may be a farewell
	// to say.
	Stop <-chan struct{}

	// Logger gets a record for each request that was refused and each client
	// that was cut off, at level Info; and one for each error of this side, of a
	// Handler's function too, at level Error. Nil logs nothing; only why a
	// Handler answered 500 is then told to http.Server.ErrorLog.
	Logger *slog.Logger
}

// serverSettings is an Options with its defaults filled in; 0 means no limit, or
// off. It is never changed.
type serverSettings struct {
	Options
	retry   []byte   // the field to begin with, or nil
	methods []string // that Accept takes
}

// Check finds what is wrong with o: an origin that no browser sends, a Retry
// below a millisecond, AllowCredentials without Origins. [Accept], [Serve] and
// [Handler] find the same, but can only answer 500.
func (o *Options) Check() error {
	_, err := newServerSettings(o)
	return err
}

// newServerSettings fills in the defaults. With an error the settings are good
// for logging it.
func newServerSettings(o *Options) (*serverSettings, error) {
	s := &serverSettings{methods: []string{http.MethodGet, http.MethodHead, http.MethodPost}}
	if o != nil {
		s.Options = *o
	}
	s.Heartbeat = durationOr(s.Heartbeat, DefaultHeartbeat)
	s.WriteTimeout = durationOr(s.WriteTimeout, DefaultWriteTimeout)
	s.Origins = slices.Clone(s.Origins)
	if len(s.Origins) > 0 {
		s.methods = append(s.methods, http.MethodOptions)
	}
	for _, origin := range s.Origins {
		if err := checkOrigin(origin); err != nil {
			return s, err
		}
	}
	if s.AllowCredentials && len(s.Origins) == 0 {
		return s, errors.New("sse: Options.AllowCredentials: there are no Origins to allow them for")
	}
	if s.Retry > 0 {
		var err error
		if s.retry, err = parser.AppendRetry(nil, s.Retry); err != nil {
			return s, fmt.Errorf("sse: Options.Retry: %w", err)
		}
	}
	return s, nil
}

// durationOr gives def for zero and 0 for what is negative.
func durationOr(d, def time.Duration) time.Duration {
	if d == 0 {
		return def
	}
	return max(d, 0)
}
