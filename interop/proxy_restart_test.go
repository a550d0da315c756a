package interop

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"longwire.example/sse"
)

// A proxy that dies and comes back costs no event: our client connects again,
// and the hub replays what was published meanwhile.
func TestProxyRestart(t *testing.T) {
	forEachProxy(t, func(t *testing.T, px *proxy) {
		h := newHub()
		hub := h.Handler(func(*http.Request) ([]string, error) { return []string{"a"}, nil })
		p := px.start(t, serveStreamsBy(t, func(*streamRequest) http.Handler { return hub }), silence)

		c := &sse.Client{HTTP: ownClient(t), MinRetry: 10 * time.Millisecond, MaxRetry: 100 * time.Millisecond}
		refused := make(chan struct{}, 1) // an attempt came to nothing
		c.Decide = func(_ context.Context, a *sse.Attempt) error {
			if a.Failed > 0 {
				select {
				case refused <- struct{}{}:
				default:
				}
			}
			return nil
		}
		stream := c.Stream(get(t, p.url()))
		events, over := make(chan sse.Event, 100), make(chan error, 1)
		go func() {
			for ev, err := range stream.Events(context.Background()) {
				if err != nil {
					over <- err
					return
				}
				events <- ev
			}
			over <- nil
		}()
		t.Cleanup(func() { stream.Close() })
		receive := func(want []sse.Event) {
			t.Helper()
			for _, ev := range want {
				select {
				case got := <-events:
					require.Equal(t, ev, got)
				case err := <-over:
					require.FailNow(t, "the stream ended", "%v", err)
				case <-time.After(patience):
					require.FailNow(t, "no event comes")
				}
			}
		}

		subscribed(t, h)
		for round := range 3 {
			receive(publish(t, h, 20*round, 20*round+5))
			p.stop()
			missed := publish(t, h, 20*round+5, 20*round+10)
			select { // the proxy is missed
			case <-refused:
			case <-time.After(patience):
				require.FailNow(t, "the client does not try")
			}
			missed = append(missed, publish(t, h, 20*round+10, 20*round+15)...)
			require.True(t, p.run(t), "the proxy does not start again")
			receive(missed)
			// An attempt before the proxy was there may still be told of.
			select {
			case <-refused:
			default:
			}
		}
		require.NoError(t, stream.Close())
		require.NoError(t, <-over)
		require.Empty(t, events, "events came twice")
	})
}
