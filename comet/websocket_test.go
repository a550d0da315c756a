package comet_test

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
	"longwire.example/ws"
)

func dial(s *site) *ws.Conn {
	s.t.Helper()
	c, _, err := ws.Dial(s.t.Context(), "ws"+strings.TrimPrefix(s.url, "http")+"ws", &ws.DialOptions{NetDial: s.l.Dial})
	require.NoError(s.t, err)
	s.t.Cleanup(func() { c.CloseNow() })
	return c
}

// closedWith reads to the end and gives the code of it.
func closedWith(s *site, c *ws.Conn) ws.StatusCode {
	s.t.Helper()
	for {
		if _, _, err := c.Read(s.t.Context()); err != nil {
			e, ok := errors.AsType[*ws.CloseError](err)
			require.True(s.t, ok, "%v", err)
			return e.Code
		}
	}
}

// What a client sends over its WebSocket comes to Receive, with its request.
func TestWebSocketReceives(t *testing.T) {
	h := allow()
	publishes := h.Receive
	h.Receive = func(r *http.Request, data []byte) (string, error) {
		if err := r.Context().Err(); err != nil {
			return "", err
		}
		return publishes(r, append([]byte(r.URL.Path+" "), data...))
	}
	inBubble(t, h, func(s *site) {
		c := dial(s)
		require.NoError(t, c.Write(s.t.Context(), ws.Text, []byte("hello")))
		for {
			_, text, err := c.Read(s.t.Context())
			require.NoError(t, err)
			if e := parse(s, string(text)); e.Type != "" {
				assert.Equal(t, "/ws hello", e.Data)
				break
			}
		}
		require.NoError(t, c.Close(ws.StatusNormalClosure, ""))
	})
}

// A message that is not taken ends the connection, by the code that says why.
func TestWebSocketRefusesMessages(t *testing.T) {
	for _, c := range []struct {
		what    string
		receive func(*http.Request, []byte) (string, error)
		send    int
		code    ws.StatusCode
	}{
		{"nothing is taken", nil, 1, ws.StatusPolicyViolation},
		{"this is not", func(*http.Request, []byte) (string, error) { return "", errors.New("no") }, 1, ws.StatusPolicyViolation},
		{"a panic", func(*http.Request, []byte) (string, error) { panic("no") }, 1, ws.StatusPolicyViolation},
		{"too long", func(*http.Request, []byte) (string, error) { return "", nil }, 9, ws.StatusMessageTooBig},
	} {
		t.Run(c.what, func(t *testing.T) {
			h := allow()
			h.Receive, h.MaxBody = c.receive, 8
			var record bytes.Buffer
			h.Logger = slog.New(slog.NewTextHandler(&record, nil))
			inBubble(t, h, func(s *site) {
				conn := dial(s)
				require.NoError(t, conn.Write(s.t.Context(), ws.Text, make([]byte, c.send)))
				synctest.Wait()
				s.publish(0, 3) // which can't be sent any more, and that is no failure
				synctest.Wait()
				assert.Equal(t, c.code, closedWith(s, conn))
			})
			assert.Equal(t, c.receive != nil && c.send == 1, strings.Contains(record.String(), "comet message refused"), record.String())
			assert.NotContains(t, record.String(), "failed")
		})
	}
}

// A client that is too slow for its queue is told to come back.
func TestWebSocketOverflow(t *testing.T) {
	h := allow()
	h.Hub.QueueMessages = 1
	inBubble(t, h, func(s *site) {
		c := dial(s)
		s.say("news", sse.Message{Data: strings.Repeat("x", 1<<19)}) // more than the connection holds, less than MaxMessage
		s.publish(0, 1000)
		assert.Equal(t, ws.StatusTryAgainLater, closedWith(s, c))
	})
}

// panicking is a Store that panics while it is read, once it is to.
type panicking struct {
	*sse.Ring
	now bool
}

func (p *panicking) After(ctx context.Context, r sse.Range) iter.Seq2[sse.Published, error] {
	if p.now {
		panic("no")
	}
	p.now = true
	return p.Ring.After(ctx, r)
}

// A Store that panics ends the connection that reads it, and not the program.
func TestWebSocketOutlivesStore(t *testing.T) {
	h := allow()
	h.Hub.Store = &panicking{Ring: &sse.Ring{}}
	h.Hub.QueueMessages = 2
	var record bytes.Buffer
	h.Logger = slog.New(slog.NewTextHandler(&record, nil))
	inBubble(t, h, func(s *site) {
		begin := s.publish(0, 1)
		s.publish(1, 9)
		c, _, err := ws.Dial(s.t.Context(), "ws"+strings.TrimPrefix(s.url, "http")+"ws?cursor="+begin, &ws.DialOptions{NetDial: s.l.Dial})
		require.NoError(t, err)
		defer c.CloseNow()
		assert.Equal(t, ws.StatusInternalError, closedWith(s, c))
	})
	assert.Contains(t, record.String(), "the Store has panicked: no")
}
