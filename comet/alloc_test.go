//go:build !race

package comet_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"longwire.example/comet"
	"longwire.example/sse"
)

// audience is the viewers of a Handler, who tell of each flush, or of each write of a
// WebSocket.
type audience struct {
	h       *comet.Handler
	viewers int
	sends   sync.WaitGroup
}

// gather opens target for so many viewers, until the test ends.
func gather(t testing.TB, target string, viewers int) *audience {
	t.Helper()
	a := &audience{h: allow(), viewers: viewers}
	a.h.MaxStream = -1
	a.h.Hub.Store = &sse.Ring{Events: 1}
	a.sends.Add(viewers) // where each begins
	for range viewers {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, own+"/"+target, nil)
		v := &viewer{a: a, header: http.Header{}, ended: make(chan struct{}), unflushed: target == "ws"}
		if target == "ws" {
			a.sends.Add(1) // the answer to the handshake
			r.Header = upgrade.Clone()
		}
		go a.h.ServeHTTP(v, r)
	}
	a.sends.Wait()
	t.Cleanup(func() {
		a.sends.Add(2 * viewers) // nobody counts the ends
		now, cancel := context.WithCancel(context.Background())
		cancel()
		_ = a.h.Shutdown(now)
	})
	return a
}

// see publishes an event and waits until all have been sent it.
func (a *audience) see(t testing.TB, data string) {
	a.sends.Add(a.viewers)
	if _, err := a.h.Hub.Publish(t.Context(), "news", sse.Message{Data: data}); err != nil {
		t.Fatal(err)
	}
	a.sends.Wait()
}

// viewer is the http.ResponseWriter of one of them, and the connection behind it.
type viewer struct {
	a      *audience
	header http.Header
	end    sync.Once
	ended  chan struct{}

	unflushed bool
}

func (v *viewer) Header() http.Header { return v.header }
func (v *viewer) WriteHeader(int)     {}
func (v *viewer) Flush()              { v.a.sends.Done() }
func (v *viewer) Write(p []byte) (int, error) {
	if v.unflushed && len(p) < 32<<10 { // longer ones are written in pieces of that
		v.a.sends.Done()
	}
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
			assert.InDelta(t, allocs(1), allocs(100), 50, "the garbage collector empties pools")
		})
	}
}

// A large event is not copied for each client, and what it has taken is not held by
// those who wait for the next one.
func TestLargeEventsAreNotKept(t *testing.T) {
	const viewers = 1000
	for name, target := range pushed {
		t.Run(name, func(t *testing.T) {
			a := gather(t, target, viewers)
			a.see(t, "small")
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			a.see(t, strings.Repeat("x", 1<<20))
			runtime.ReadMemStats(&after)
			assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(50<<20), "what 50 copies take")
			a.see(t, strings.Repeat("x", 20<<10))
			a.see(t, "small")
			runtime.GC()
			runtime.GC() // what a sync.Pool has goes with the second
			runtime.ReadMemStats(&after)
			held := int64(after.HeapAlloc) - int64(before.HeapAlloc)
			assert.Less(t, held, int64(10<<20), "1,000 times 20 KiB would be twice as much")
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
