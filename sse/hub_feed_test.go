package sse_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
	"longwire.example/sse/ssetest"
)

// addresses notes where the octets of each Write were.
type addresses struct {
	http.ResponseWriter
	writes []*byte
}

func (w *addresses) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *addresses) Write(p []byte) (int, error) {
	w.writes = append(w.writes, &p[0])
	return w.ResponseWriter.Write(p)
}

// A large message is not copied for each stream, also when others wait before
// and behind it.
func TestS9_LargeMessagesAreShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &sse.Hub{QueueBytes: -1}
		s := subscribe(t, h, "", "a")
		rec := &ssetest.Recorder{}
		w := &addresses{ResponseWriter: rec}
		ended := make(chan error)
		go func() { ended <- h.Serve(w, httptest.NewRequest(http.MethodGet, "/", nil), "a") }()
		synctest.Wait()
		rec.StallAt(len(rec.Body()))
		publish(t, h, "a", "first")
		synctest.Wait()
		large := strings.Repeat("x", 1<<20)
		for _, data := range []string{"small", large, large, "small", "small"} {
			publish(t, h, "a", data)
		}
		rec.StallAt(-1)
		synctest.Wait()

		var got []string
		for _, e := range rec.Events() {
			got = append(got, e.Data)
		}
		assert.Equal(t, []string{"first", "small", large, large, "small", "small"}, got)
		for range 2 {
			_, err := s.Next(t.Context())
			require.NoError(t, err)
		}
		for range 2 {
			p, err := s.Next(t.Context())
			require.NoError(t, err)
			assert.True(t, slices.Contains(w.writes, &p.Frame[0]))
		}
		s.Close()
		require.NoError(t, h.Shutdown(t.Context()))
		require.ErrorIs(t, <-ended, sse.ErrHubClosed)
	})
}
