//go:build !race

package sse

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// discard is a ResponseWriter with all that a stream needs.
type discard struct{ h http.Header }

func (d discard) Header() http.Header             { return d.h }
func (discard) WriteHeader(int)                   {}
func (discard) Write(p []byte) (int, error)       { return len(p), nil }
func (discard) FlushError() error                 { return nil }
func (discard) SetWriteDeadline(time.Time) error  { return nil }
func (discard) SetReadDeadline(_ time.Time) error { return nil }

// (sync.Pool drops items under the race detector, so this file is not built
// there.)
func TestNoAllocationForASend(t *testing.T) {
	for name, o := range map[string]*Options{"plain": nil, "gzip": {Gzip: true}} {
		t.Run(name, func(t *testing.T) {
			req := httptest.NewRequest(http.MethodGet, "/", nil)
			req.Header.Set("Accept-Encoding", "gzip")
			c, err := Accept(discard{http.Header{}}, req, o)
			require.NoError(t, err)
			require.Equal(t, o != nil, c.zip != nil)
			m := Message{Type: "delta", Data: strings.Repeat("some text\n", 20), ID: "1-7"}
			raw, err := m.Append(nil)
			require.NoError(t, err)
			for call, f := range map[string]func() error{
				"Send":    func() error { return c.Send(m) },
				"SendRaw": func() error { return c.SendRaw(raw) },
				"Comment": func() error { return c.Comment("text") },
				"beat":    func() error { c.beat(); return nil },
			} {
				assert.Zero(t, testing.AllocsPerRun(1000, func() {
					if f() != nil {
						t.Fatal("it failed")
					}
				}), call)
			}
			require.NoError(t, c.Close())
		})
	}
}

func BenchmarkSend(b *testing.B) {
	c, err := Accept(discard{http.Header{}}, httptest.NewRequest(http.MethodGet, "/", nil), nil)
	require.NoError(b, err)
	m := Message{Data: strings.Repeat("x", 170), ID: "1-7"}
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Send(m); err != nil {
			b.Fatal(err)
		}
	}
	require.NoError(b, c.Close())
}

// What a compressed stream holds.
func BenchmarkCompressor(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		z := compressors.New().(*compressor)
		if _, err := z.frame(nil, []byte("data: 1\n\n")); err != nil {
			b.Fatal(err)
		}
	}
}
