package sse

import (
	"context"
	"errors"
	"math"
	"net/http"
	"time"
)

// The defaults of Client.
const (
	DefaultRetry    = 3 * time.Second
	DefaultMinRetry = 100 * time.Millisecond
	DefaultMaxRetry = 60 * time.Second
)

// leastMinRetry is the floor below which no floor goes.
const leastMinRetry = time.Millisecond

// Client subscribes to event streams, as EventSource does in browsers: it
// connects again when a connection ends, and goes on after the last event ID.
// [Do] is for a single response that ends, such as that of a language model.
//
// The zero value is ready. With it a host that does not exist looks like a
// network that is down: the loop waits and tries again, and says nothing. See
// MaxAttempts, and Observer.Lost for a log.
//
// A Stream copies its Client, so changing it later changes nothing for that
// stream.
type Client struct {
	// HTTP sends the requests: nil means one of this package's own, on
	// http.DefaultTransport. It is copied and not changed. Redirects are
	// followed as Do does. Its Timeout bounds a whole stream: leave it zero.
	HTTP *http.Client

	// Policy says which answers are final: Resilient by default.
	Policy Policy

	// Retry is the reconnection time until the stream sets another: 3 s by
	// default. A negative one means MinRetry.
	Retry time.Duration

	// MinRetry is the shortest wait before connecting again, whatever the
	// stream says: 100 ms by default. It is at least a millisecond: a negative
	// one means that.
	MinRetry time.Duration

	// MaxRetry limits how long the wait becomes by doubling, before its random
	// part of up to a half: 60 s by default, negative means no limit. A
	// reconnection time that is longer stands.
	MaxRetry time.Duration

	// MaxAttempts is how many attempts in a row may fail, in the sense of
	// Attempt.Failed, until the stream ends with ErrMaxAttempts: zero and
	// negative mean no limit.
	MaxAttempts int

	// IdleTimeout is how long the server may be silent, before its answer and
	// within the stream, until the connection is given up and another attempt
	// made. Any octet is life, also those of comments. Zero and negative mean
	// no limit, since many servers are silent while nothing happens; for one
	// that sends comments, such as this package's every 15 s, three times that
	// is a good value. The time that the loop takes for an event does not count.
	IdleTimeout time.Duration

	// MaxEventBytes limits the octets of an event, as in ReadOptions: 8 MiB by
	// default, negative means no limit.
	MaxEventBytes int

	// Decide, when set, is called before each attempt, also the first, and
	// before the wait for it. It may change the request (put a fresh token into
	// it, or go to another server) and the wait, take an end back (see
	// Attempt.Final), and end the stream with an error of its own. The context
	// ends when the loop, the Stream or this attempt does.
	Decide func(ctx context.Context, a *Attempt) error

	// Observer is told what happens.
	Observer Observer
}

// withDefaults gives a copy in which every value means itself.
//
//req:impl SSE-9.2.2-01
func (c *Client) withDefaults() Client {
	if c == nil {
		c = &Client{}
	}
	d := *c
	orDefault := func(v *time.Duration, zero, negative time.Duration) {
		switch {
		case *v == 0:
			*v = zero
		case *v < 0:
			*v = negative
		}
	}
	orDefault(&d.Retry, DefaultRetry, 0)
	orDefault(&d.MinRetry, DefaultMinRetry, leastMinRetry)
	orDefault(&d.MaxRetry, DefaultMaxRetry, math.MaxInt64)
	d.MinRetry = max(d.MinRetry, leastMinRetry)
	d.IdleTimeout = max(d.IdleTimeout, 0)
	return d
}

// Stream gives the stream that answers a request. Nothing is sent before the
// first loop over [Stream.Events], which is also told what is wrong with the
// request, if anything is.
//
// The request is copied, and the copy is sent for each attempt, with Accept:
// text/event-stream and Cache-Control: no-cache where it has no such header. A
// Last-Event-ID in it is where the stream begins. A request with a body needs
// GetBody, which http.NewRequest sets for the usual kinds of readers; Body
// itself is not used. The request's context is that of the whole stream: when
// it ends, the stream is Closed.
func (c *Client) Stream(r *http.Request) *Stream {
	s := &Stream{c: c.withDefaults()}
	s.wait = backoff{retry: s.c.Retry, floor: s.c.MinRetry, limit: s.c.MaxRetry, random: newRandom()}
	s.http = safeClient(s.c.HTTP)
	if err := checkStreamRequest(r); err != nil {
		s.state, s.err = Closed, err
		return s
	}
	s.request = r.Clone(r.Context())
	if s.request.Header == nil {
		s.request.Header = http.Header{}
	}
	s.id, s.url = r.Header.Get(headerLastEventID), s.request.URL
	s.in = newReader(nil, s.readerConfig())
	return s
}

func checkStreamRequest(r *http.Request) error {
	if err := checkRequest(r); err != nil {
		return err
	}
	if r.Body != nil && r.Body != http.NoBody && r.GetBody == nil {
		return errors.New("sse: the request has a body and no GetBody, so it can't be sent again")
	}
	return nil
}
