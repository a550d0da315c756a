package sse_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
	"longwire.example/sse/ssetest"
)

// Over real connections, HTTP/1.1 and HTTP/2: a cut, a resume, a restart out
// of silence, an error body that is cut, and a stream that is closed while it
// is silent. The server sees the client leave each time.
func TestStreamOverANetwork(t *testing.T) {
	for _, h2 := range []bool{false, true} {
		server := ssetest.NewServer(
			ssetest.Script{ssetest.Send("id: 1\nda", "ta: x\n\n", "data: cut"), ssetest.Break()},
			ssetest.Script{ssetest.Send("id: 2\ndata: y\n\n"), ssetest.Hold()},
			ssetest.Script{ssetest.Status(503), ssetest.Send("end"), ssetest.Break()},
			ssetest.Script{ssetest.Send("data: z\n\n"), ssetest.Hold()},
		)
		left := make(chan struct{}, 4) // one for each answer that has ended
		srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer func() { left <- struct{}{} }()
			server.ServeHTTP(w, r)
		}))
		srv.EnableHTTP2 = h2
		srv.StartTLS()
		var lost []error
		c := sse.Client{
			HTTP: srv.Client(), Retry: time.Millisecond, MinRetry: time.Millisecond,
			Observer: sse.Observer{
				Open: func(r *http.Response) { assert.Equal(t, h2, r.ProtoMajor == 2) },
				Lost: func(err error) { lost = append(lost, err) },
			},
		}
		s := c.Stream(request(t, http.MethodGet, srv.URL, ""))
		var got []sse.Event
		for e, err := range s.Events(t.Context()) {
			require.NoError(t, err)
			got = append(got, e)
			switch e.Data {
			case "y":
				go s.Restart()
			case "z":
				go s.Close()
			}
		}
		assert.Equal(t, "x y z", dataOf(got))
		assert.Equal(t, []string{"-", "1", "2", "2"}, sentIDs(server))
		require.Len(t, lost, 3)
		require.ErrorIs(t, lost[1], sse.ErrRestart)
		for range server.Requests() {
			<-left
		}
		assert.Zero(t, server.Open())
		srv.Close()
		require.NoError(t, server.Close())
	}
}

// All methods may be called from any goroutine, while the loop runs, waits and
// begins anew.
func TestStreamFromManyGoroutines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.NewServerFunc(func(r *ssetest.Request) ssetest.Script {
			if r.Number%3 == 0 {
				return status(503)
			}
			return ssetest.Script{ssetest.Send("id: 1\ndata: x\n\n"), ssetest.Pause(50 * time.Millisecond), ssetest.Send("id: 2\ndata: y\n\n")}
		})
		c := sse.Client{HTTP: inMemory(server), Retry: 10 * time.Millisecond}
		s := c.Stream(request(t, http.MethodGet, "http://example.com/", ""))
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				for range 200 {
					assert.LessOrEqual(t, s.State(), sse.Closed)
					assert.Equal(t, "example.com", s.URL().Host)
					assert.Contains(t, []string{"", "1", "2"}, s.LastEventID())
					if i < 2 {
						s.Restart()
					}
					pass(7 * time.Millisecond)
				}
				assert.NoError(t, s.Close())
			})
		}
		events, err := eventsOf(t, s.Events(t.Context()))
		require.NoError(t, err)
		assert.NotEmpty(t, events)
		wg.Wait()
		assert.Zero(t, server.Open())
	})
}
