//go:build !race

package comet_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"longwire.example/comet"
	"longwire.example/sse"
)

// audience is the viewers of a Handler, who tell of each write.
type audience struct {
	h       *comet.Handler
	viewers int
	writes  sync.WaitGroup
}

// gather opens target for so many viewers, until the test ends.
func gather(t testing.TB, target string, viewers int) *audience {
	t.Helper()
	a := &audience{h: allow(), viewers: viewers}
	a.h.MaxStream = -1
	a.h.Hub.Store = &sse.Ring{Events: 1}
	a.writes.Add(viewers) // where each begins
	for range viewers {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, own+"/"+target, nil)
		v := &viewer{a: a, header: http.Header{}, ended: make(chan struct{})}
		if target == "ws" {
			a.writes.Add(1) // the answer to the handshake
			r.Header = upgrade.Clone()
		}
		go a.h.ServeHTTP(v, r)
	}
	a.writes.Wait()
	t.Cleanup(func() {
		a.writes.Add(2 * viewers) // nobody counts the ends
		now, cancel := context.WithCancel(context.Background())
		cancel()
		_ = a.h.Shutdown(now)
	})
	return a
}

// see publishes an event and waits until all have been sent it.
func (a *audience) see(t testing.TB, data string) {
	a.writes.Add(a.viewers)
	if _, err := a.h.Hub.Publish(t.Context(), "news", sse.Message{Data: data}); err != nil {
		t.Fatal(err)
	}
	a.writes.Wait()
}

// viewer is the http.ResponseWriter of one of them, and the connection behind it.
type viewer struct {
	a      *audience
	header http.Header
	end    sync.Once
	ended  chan struct{}
}

func (v *viewer) Header() http.Header { return v.header }
func (v *viewer) WriteHeader(int)     {}
func (v *viewer) Flush()              {}
func (v *viewer) Write(p []byte) (int, error) {
	v.a.writes.Done()
	return len(p), nil
}

func (v *viewer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return v, bufio.NewReadWriter(bufio.NewReader(v), bufio.NewWriter(v)), nil
}

func (v *viewer) Read([]byte) (int, error) {
	<-v.ended
	return 0, io.EOF
}

func (v *viewer) Close() error {
	v.end.Do(func() { close(v.ended) })
	return nil
}
func (v *viewer) SetDeadline(time.Time) error      { return nil }
func (v *viewer) SetReadDeadline(time.Time) error  { return nil }
func (v *viewer) SetWriteDeadline(time.Time) error { return nil }
func (v *viewer) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (v *viewer) RemoteAddr() net.Addr             { return &net.TCPAddr{} }

var pushed = map[string]string{"stream": "stream", "multipart": "multipart", "iframe": "iframe?origin=" + own, "ws": "ws"}

// An event is allocated for all who get it, and for nobody alone.
func TestEventsAllocateForNobodyAlone(t *testing.T) {
	for name, target := range pushed {
		t.Run(name, func(t *testing.T) {
			allocs := func(viewers int) float64 {
				a := gather(t, target, viewers)
				text := strings.Repeat("x", 100)
				return testing.AllocsPerRun(100, func() { a.see(t, text) })
			}
			assert.InDelta(t, allocs(1), allocs(100), 10)
		})
	}
}

// BenchmarkBroadcast is one event to 500 viewers, without a network.
func BenchmarkBroadcast(b *testing.B) {
	const viewers = 500
	for name, target := range pushed {
		b.Run(name, func(b *testing.B) {
			a := gather(b, target, viewers)
			text := strings.Repeat("x", 200)
			b.ReportAllocs()
			for b.Loop() {
				a.see(b, text)
			}
		})
	}
}
