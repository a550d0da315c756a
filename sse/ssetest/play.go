package ssetest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// player walks through a script and says what comes next, for an answer in
// memory and one over a network alike.
type player struct {
	server *Server
	steps  Script
	pieces []string // of the Send in progress
	status int
	header http.Header
}

// errLeft says that the client has left.
var errLeft = errors.New("ssetest: the client has left")

func newPlayer(s *Server, steps Script) *player {
	return &player{server: s, steps: steps, status: http.StatusOK, header: http.Header{}}
}

// next gives the next piece of the body. ok is false at the end of the script,
// and piece is "" for a Send without pieces. The error is ErrBreak, ErrClosed,
// errLeft or that of a step that can't be.
func (p *player) next(ctx context.Context, left <-chan struct{}) (piece string, ok bool, err error) {
	for {
		if len(p.pieces) > 0 {
			piece, p.pieces = p.pieces[0], p.pieces[1:]
			return piece, true, nil
		}
		if len(p.steps) == 0 {
			return "", false, nil
		}
		step := p.steps[0]
		p.steps = p.steps[1:]
		switch step.kind {
		case kindStatus:
			if step.status < 200 || step.status > 599 {
				return "", false, fmt.Errorf("ssetest: status %d can't be sent", step.status)
			}
			p.status = step.status
		case kindHeader:
			p.header[http.CanonicalHeaderKey(step.texts[0])] = []string{step.texts[1]}
		case kindSend:
			if p.pieces = step.texts; len(p.pieces) == 0 {
				return "", true, nil
			}
		case kindWait:
			err = p.wait(ctx, left, step.signal)
		case kindPause:
			err = p.pause(ctx, left, step.d)
		case kindCall:
			step.call()
		case kindHold:
			err = p.wait(ctx, left, nil)
		case kindBreak:
			err = ErrBreak
		}
		if err != nil {
			return "", false, err
		}
	}
}

func (p *player) pause(ctx context.Context, left <-chan struct{}, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
	case <-left:
	case <-p.server.closed:
		return ErrClosed
	}
	return errLeft
}

func (p *player) wait(ctx context.Context, left, signal <-chan struct{}) error {
	select {
	case <-signal:
		return nil
	case <-ctx.Done():
	case <-left:
	case <-p.server.closed:
		return ErrClosed
	}
	return errLeft
}

// finalHeader gives the headers as they go out.
func (p *player) finalHeader() http.Header {
	h := p.header.Clone()
	if _, set := h["Content-Type"]; !set && p.status == http.StatusOK {
		h.Set("Content-Type", "text/event-stream")
	}
	for name, v := range h {
		if v[0] == "" {
			delete(h, name)
		}
	}
	return h
}

// bodyless tells whether the answer can't have a body (RFC 9110 section 6.4.1).
func (p *player) bodyless(method string) bool {
	return method == http.MethodHead || p.status == http.StatusNoContent || p.status == http.StatusNotModified
}
