package sse

import (
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The table of the doc comment of Policy, row by row.
//
//req:test SSE-9.2.1-02 SSE-9.2.2-07 SSE-9.2.2-08 SSE-9.2.2-12
func TestPolicy(t *testing.T) {
	status := func(code int) error { return fmt.Errorf("wrapped: %w", &StatusError{StatusCode: code}) }
	for _, c := range []struct {
		name              string
		err               error
		resilient, strict verdict
	}{
		{"refused", &net.OpError{Op: "dial", Err: errors.New("connection refused")}, again, again},
		{"cut", io.ErrUnexpectedEOF, again, again},
		{"end", io.EOF, again, again},
		{"end within an event", &IncompleteError{Octets: 3}, again, again},
		{"silence", ErrIdleTimeout, again, again},
		{"restart", ErrRestart, again, again},
		{"201", status(201), fail, fail},
		{"204", status(204), nothing, nothing},
		{"205", status(205), fail, fail},
		{"206", status(206), fail, fail},
		{"302 without Location", status(302), fail, fail},
		{"304", status(304), fail, fail},
		{"400", status(400), fail, fail},
		{"401", status(401), fail, fail},
		{"403", status(403), fail, fail},
		{"404", status(404), fail, fail},
		{"407", status(407), fail, fail},
		{"408", status(408), again, fail},
		{"409", status(409), fail, fail},
		{"410", status(410), fail, fail},
		{"425", status(425), fail, fail},
		{"429", status(429), again, fail},
		{"431", status(431), fail, fail},
		{"500", status(500), again, fail},
		{"501", status(501), again, fail},
		{"502", status(502), again, fail},
		{"503", status(503), again, fail},
		{"504", status(504), again, fail},
		{"599", status(599), again, fail},
		{"Content-Type", &ContentTypeError{ContentType: "text/html"}, fail, fail},
		{"Content-Encoding", &ContentEncodingError{ContentEncoding: "br"}, fail, fail},
		{"redirect", fmt.Errorf("%w: no", ErrRedirect), fail, fail},
		{"large", &LimitError{Limit: 1}, fail, fail},
	} {
		assert.Equal(t, c.resilient, Resilient.judge(c.err), c.name)
		assert.Equal(t, c.strict, Strict.judge(c.err), c.name)
	}
	assert.Equal(t, "resilient strict", fmt.Sprint(Client{}.Policy, Strict))
}

// What fails after Close did not make the stream end.
func TestCloseBeforeAnError(t *testing.T) {
	s := &Stream{}
	assert.NoError(t, s.Close())
	assert.NoError(t, s.end(io.EOF))
	over, err := s.over()
	assert.True(t, over)
	assert.NoError(t, err)
}
