package ws_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
)

// echo sends every message back.
func echo(ctx context.Context, c *ws.Conn) error {
	for m, err := range c.Messages(ctx) {
		if err != nil {
			return err
		}
		if err := c.Write(ctx, m.Type, m.Data); err != nil {
			return err
		}
	}
	return nil
}

// wsURLOf gives the ws URL of an httptest server.
func wsURLOf(s *httptest.Server) string { return "ws" + s.URL[len("http"):] }

// roundTrip sees that c is echoed, and closes it.
func roundTrip(t *testing.T, c *ws.Conn) {
	t.Helper()
	require.NoError(t, c.Write(t.Context(), ws.Text, []byte("hello")))
	typ, p, err := c.Read(t.Context())
	require.NoError(t, err)
	assert.Equal(t, ws.Text, typ)
	assert.Equal(t, "hello", string(p))
	require.NoError(t, c.Close(ws.StatusNormalClosure, ""))
}

func TestHandlerAndDial(t *testing.T) {
	s := httptest.NewServer(ws.Handler(echo, nil))
	defer s.Close()
	c, resp, err := ws.Dial(t.Context(), wsURLOf(s), nil)
	require.NoError(t, err)
	assert.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
	roundTrip(t, c)
}

func TestUpgradeAndDial(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				c, err := ws.Upgrade(context.Background(), nc, nil)
				if assert.NoError(t, err) {
					_ = echo(context.Background(), c)
				}
			}()
		}
	}()
	c, _, err := ws.Dial(t.Context(), "ws://"+l.Addr().String()+"/chat?x=1", nil)
	require.NoError(t, err)
	roundTrip(t, c)
}
