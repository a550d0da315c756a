package sse

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse/ssetest"
)

// Nothing of a buffer is sent but what was put there for this stream.
func TestFramesCarryNothingOver(t *testing.T) {
	fresh := frameBuffers.New
	t.Cleanup(func() { frameBuffers.New = fresh })
	frameBuffers.New = func() any {
		return &frameBuffer{b: bytes.Repeat([]byte{0xDB}, 4096)} // its length too is whatever it was
	}
	for _, o := range []*Options{nil, {Gzip: true}} {
		rec := &ssetest.Recorder{}
		req := httptest.NewRequest(http.MethodGet, "/", nil)
		req.Header.Set("Accept-Encoding", "gzip")
		c, err := Accept(rec, req, o)
		require.NoError(t, err)
		for _, size := range []int{0, 1, 100, 4095, 4096, 4097, maxPooledFrame, 1} {
			var held []*frameBuffer
			for range 4 { // what has been given back meanwhile
				f := getFrame()
				copy(f.b[:cap(f.b)], bytes.Repeat([]byte{0xDB}, cap(f.b)))
				held = append(held, f)
			}
			for _, f := range held {
				f.put()
			}
			before := len(rec.Body())
			text := strings.Repeat("x", size)
			require.NoError(t, c.Send(Message{Data: text}))
			require.NoError(t, c.Comment(text))
			require.NoError(t, c.SetRetry(time.Second))
			c.mu.lock()
			require.NoError(t, c.writeHeartbeat())
			c.mu.unlock()
			sent := rec.Body()[before:]
			if c.zip == nil {
				comment := ": " + text + "\n"
				if size == 0 {
					comment = ":\n"
				}
				assert.Equal(t, "data: "+text+"\n\n"+comment+"retry: 1000\n\n:\n", sent)
			} else {
				assert.NotContains(t, sent, strings.Repeat("\xDB", 4))
			}
		}
		require.NoError(t, c.Close())
	}
}

func TestLargeFramesAreNotKept(t *testing.T) {
	f := &frameBuffer{b: make([]byte, 0, maxPooledFrame+1)}
	f.put()
	for range 100 {
		g := getFrame()
		require.LessOrEqual(t, cap(g.b), maxPooledFrame)
	}
}
