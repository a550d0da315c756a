package ssetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// RoundTrip answers a request in memory.
func (s *Server) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	if ctx.Err() != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, context.Cause(ctx)
	}
	script, err := s.take(r)
	if err != nil {
		return nil, err
	}
	b := &body{ctx: ctx, p: newPlayer(s, script), closed: make(chan struct{})}
	piece, ok, err := b.p.next(ctx, nil)
	if err != nil {
		s.done()
		if errors.Is(err, errLeft) {
			err = context.Cause(ctx)
		}
		return nil, err
	}
	b.piece, b.ended = piece, !ok
	resp := &http.Response{
		Status:        fmt.Sprintf("%d %s", b.p.status, http.StatusText(b.p.status)),
		StatusCode:    b.p.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        b.p.finalHeader(),
		Body:          b,
		ContentLength: -1,
		Request:       r,
	}
	if b.p.bodyless(r.Method) {
		s.done()
		resp.Body, resp.ContentLength = http.NoBody, 0
	}
	return resp, nil
}

// body is the body of an answer in memory. The steps run as it is read.
type body struct {
	ctx    context.Context
	p      *player
	closed chan struct{} // by Close
	once   sync.Once     // the answer has ended
	close  sync.Once

	piece string // what is left of the piece in progress
	ended bool   // there are no more steps
	err   error  // how the answer ended
}

// Read gives octets of one piece. It waits as the script says, until the
// context of the request ends or Close is called.
func (b *body) Read(p []byte) (int, error) {
	select {
	case <-b.closed:
		return 0, http.ErrBodyReadAfterClose
	default:
	}
	if b.err == nil && b.ctx.Err() != nil {
		b.end(context.Cause(b.ctx))
	}
	for b.piece == "" && b.err == nil {
		if b.ended {
			b.end(io.EOF)
			break
		}
		piece, ok, err := b.p.next(b.ctx, b.closed)
		b.piece, b.ended = piece, !ok
		if err != nil {
			b.end(b.seen(err))
		}
	}
	if b.err != nil {
		return 0, b.err
	}
	n := copy(p, b.piece)
	b.piece = b.piece[n:]
	return n, nil
}

// seen gives the error as the client sees it.
func (b *body) seen(err error) error {
	switch {
	case errors.Is(err, ErrBreak), errors.Is(err, ErrClosed):
		return io.ErrUnexpectedEOF
	case !errors.Is(err, errLeft):
		return err
	case b.ctx.Err() != nil:
		return context.Cause(b.ctx)
	default:
		return http.ErrBodyReadAfterClose
	}
}

func (b *body) end(err error) {
	b.err = err
	b.once.Do(b.p.server.done)
}

// Close ends the answer. It may be called while Read waits.
func (b *body) Close() error {
	b.close.Do(func() { close(b.closed) })
	b.once.Do(b.p.server.done)
	return nil
}
