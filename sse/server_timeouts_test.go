package sse_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
	"longwire.example/sse/ssetest"
)

// quiet sends two events with an hour between them.
func quiet(o sse.Options) http.Handler {
	return sse.Handler(func(_ context.Context, c *sse.Conn) error {
		if err := c.Send(sse.Message{Data: "before"}); err != nil {
			return err
		}
		passTime(time.Hour)
		return c.Send(sse.Message{Data: "after"})
	}, &o)
}

// The server's ReadTimeout and WriteTimeout are 50 ms.
func TestS10_TimeoutsOfTheServerCutNoIdleStream(t *testing.T) {
	for name, h := range map[string]http.Handler{
		"with heartbeats":    quiet(sse.Options{}),
		"without heartbeats": quiet(sse.Options{Heartbeat: -1}),
		"no write timeout":   quiet(sse.Options{Heartbeat: -1, WriteTimeout: -1}),
		"behind middleware": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			quiet(sse.Options{Heartbeat: -1}).ServeHTTP(ssetest.Unwrapping(w), r)
		}),
	} {
		t.Run(name, func(t *testing.T) {
			overEach(t, h, func(s *site) {
				in := s.get()
				in.expect("before")
				in.expect("after")
				in.expectEnd()
			})
		})
	}
}

func TestS10_TimeoutsOfTheServerCutNoCompressedStream(t *testing.T) {
	overEach(t, quiet(sse.Options{Gzip: true}), func(s *site) {
		in := s.get() // http.Transport asks for gzip and decompresses
		assert.True(t, in.Uncompressed)
		in.expect("before")
		in.expect("after")
		in.expectEnd()
	})
}

// A middleware that compresses on the way, written as many are.
type compressing struct {
	http.ResponseWriter
	zw *gzip.Writer
}

func (c *compressing) Write(p []byte) (int, error) { return c.zw.Write(p) }
func (c *compressing) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c *compressing) Flush() {
	_ = c.zw.Flush()
	_ = http.NewResponseController(c.ResponseWriter).Flush()
}

func TestS10_BehindMiddlewareThatCompresses(t *testing.T) {
	h := quiet(sse.Options{Gzip: true}) // which has to leave it at one compression
	overEach(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Length", "17")
		zw := gzip.NewWriter(w)
		h.ServeHTTP(&compressing{w, zw}, r)
		_ = zw.Close()
	}), func(s *site) {
		in := s.get()
		assert.True(t, in.Uncompressed)
		in.expect("before")
		in.expect("after")
		in.expectEnd()
	})
}

// actionsOf gives the calls that were made on a Recorder, as text.
func actionsOf(rec *ssetest.Recorder) []string {
	var texts []string
	for _, a := range rec.Actions() {
		texts = append(texts, a.String())
	}
	return texts
}

func TestS10_EachSendSetsTheDeadlineAndClearsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := &ssetest.Recorder{}
		c, err := sse.Accept(rec, httptest.NewRequest(http.MethodGet, "/", nil), nil)
		require.NoError(t, err)
		assert.Equal(t, []string{
			"write deadline cleared",
			"write deadline set", "header 200", "flush", "write deadline cleared",
			"read deadline cleared",
		}, actionsOf(rec))
		before := len(rec.Actions())
		passTime(time.Second)
		require.NoError(t, c.Send(sse.Message{Data: "1"}))
		require.NoError(t, c.Comment("2"))
		require.NoError(t, c.SendRaw([]byte("data: 3\n\n")))
		require.NoError(t, c.SetRetry(time.Second))
		passTime(sse.DefaultHeartbeat)
		synctest.Wait()
		var want []string
		for _, write := range []string{"write 9 octets", "write 4 octets", "write 9 octets", "write 13 octets", "write 2 octets"} {
			want = append(want, "write deadline set", write, "flush", "write deadline cleared")
		}
		assert.Equal(t, want, actionsOf(rec)[before:])
		for _, a := range rec.Actions() {
			if a.Kind == ssetest.ActWriteDeadline && !a.Deadline.IsZero() {
				assert.Equal(t, sse.DefaultWriteTimeout, a.Deadline.Sub(a.Time))
			}
		}
		require.NoError(t, c.Close())
		assert.Equal(t, time.Now().Add(sse.DefaultWriteTimeout), rec.WriteDeadline(), "for the end of the response")
	})
}

func TestS10_WithoutAWriteTimeoutTheDeadlineIsClearedOnce(t *testing.T) {
	rec := &ssetest.Recorder{}
	c, err := sse.Accept(rec, httptest.NewRequest(http.MethodGet, "/", nil), &sse.Options{WriteTimeout: -1})
	require.NoError(t, err)
	require.NoError(t, c.Send(sse.Message{}))
	require.NoError(t, c.Close())
	assert.Equal(t, []string{
		"write deadline cleared", "header 200", "flush", "read deadline cleared", "write 8 octets", "flush",
	}, actionsOf(rec))
}

func TestS10_AWriterWithoutDeadlines(t *testing.T) {
	rec := &ssetest.Recorder{}
	c, err := sse.Accept(rec.WithoutDeadlines(), httptest.NewRequest(http.MethodGet, "/", nil), nil)
	require.NoError(t, err)
	require.NoError(t, c.Send(sse.Message{Data: "1"}))
	require.NoError(t, c.Close())
	assert.Equal(t, []string{"header 200", "flush", "write 9 octets", "flush"}, actionsOf(rec))
}

// flood sends until it fails, and tells how that was.
func flood(ended chan<- error, o *sse.Options) http.Handler {
	text := strings.Repeat("x", 60_000)
	return sse.Handler(func(ctx context.Context, c *sse.Conn) error {
		for {
			if err := c.Send(sse.Message{Data: text}); err != nil {
				<-ctx.Done()
				ended <- context.Cause(ctx)
				return err
			}
		}
	}, o)
}

func TestS9_AStalledClientIsCutOffByTheWriteDeadline(t *testing.T) {
	for _, version := range []string{overHTTP1, overHTTP2, overH2C} {
		t.Run(version, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ended := make(chan error, 1)
				withSite(t, siteOptions{version: version}, flood(ended, nil), func(s *site) {
					start := time.Now()
					in := s.get() // and reads nothing
					require.ErrorIs(t, <-ended, sse.ErrWriteTimeout)
					assert.Equal(t, sse.DefaultWriteTimeout, time.Since(start))
					in.close()
				})
			})
		})
	}
}

// Two streams on one connection of HTTP/2: the one that is not read costs the
// other nothing.
//
//req:test SSE-9.2.7-03
func TestS9_AStalledStreamDoesNotHoldItsNeighbour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan error, 1)
		stalled := flood(ended, nil)
		mux := http.NewServeMux()
		mux.Handle("/", stalled)
		mux.Handle("/news", sse.Handler(func(_ context.Context, c *sse.Conn) error {
			for range 20 {
				passTime(time.Second)
				if err := c.Send(sse.Message{Data: "news"}); err != nil {
					return err
				}
			}
			return nil
		}, nil))
		withSite(t, siteOptions{version: overHTTP2}, mux, func(s *site) {
			start := time.Now()
			slow := s.get()
			s.url += "news"
			news := s.get()
			for i := range 20 {
				news.expect("news")
				require.Equal(t, time.Duration(i+1)*time.Second, time.Since(start))
			}
			news.expectEnd()
			require.ErrorIs(t, <-ended, sse.ErrWriteTimeout)
			slow.close()
		})
	})
}

// gate is a connection whose reading can be stopped for good.
type gate struct {
	net.Conn
	shut, open chan struct{}
}

func (g *gate) Read(p []byte) (int, error) {
	select {
	case <-g.shut:
		<-g.open
	default:
	}
	return g.Conn.Read(p)
}

// When the whole connection of HTTP/2 takes nothing, net/http can't even reset
// the stream, and the write deadline has no effect. Options.WriteTimeout says so.
func TestS9_AStalledConnectionOfHTTP2IsCutOffByWriteByteTimeout(t *testing.T) {
	for _, version := range []string{overHTTP2, overH2C} {
		t.Run(version, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ended := make(chan error, 1)
				o := siteOptions{version: version, pipe: pipeOptions{Size: 16 << 10}}
				o.server = func(srv *http.Server) { srv.HTTP2 = &http.HTTP2Config{WriteByteTimeout: 10 * time.Second} }
				withSite(t, o, flood(ended, nil), func(s *site) {
					g := &gate{shut: make(chan struct{}), open: make(chan struct{})}
					s.client.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
						c, err := s.l.Dial(ctx, network, addr)
						g.Conn = c
						return g, err
					}
					in := s.get()
					close(g.shut)
					start := time.Now()
					require.Error(t, <-ended)
					assert.LessOrEqual(t, time.Since(start), 20*time.Second)
					close(g.open)
					in.close()
				})
			})
		})
	}
}

func TestS9_AStalledSendAndThoseBehindIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := &ssetest.Recorder{}
		c, err := sse.Accept(rec, httptest.NewRequest(http.MethodGet, "/", nil), &sse.Options{Heartbeat: time.Second})
		require.NoError(t, err)
		rec.StallAt(5)
		start := time.Now()
		errs := make(chan error)
		for range 3 {
			go func() { errs <- c.Send(sse.Message{Data: "1"}) }()
		}
		for range 3 {
			err := <-errs
			require.ErrorIs(t, err, sse.ErrWriteTimeout)
			require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		}
		assert.Equal(t, sse.DefaultWriteTimeout, time.Since(start), "the heartbeat did not make it longer")
		require.ErrorIs(t, context.Cause(c.Context()), sse.ErrWriteTimeout)
		assert.Equal(t, "data:", rec.Body(), "and nothing after it")
		require.NoError(t, c.Close())
	})
}

// The end of a response has a deadline too: here the client's window is exactly
// full when the handler returns.
func TestS9_AStalledClientDoesNotHoldTheEnd(t *testing.T) {
	const size = 1000
	for name, leaves := range map[string]bool{"stalled": false, "half-closed and stalled": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				full, left := make(chan struct{}), make(chan struct{})
				h := sse.Handler(func(ctx context.Context, c *sse.Conn) error {
					<-full
					// "3e1" CRLF, the frame, CRLF: 1000 octets.
					frame := "data: " + strings.Repeat("x", size-7-8) + "\n\n"
					if err := c.SendRaw([]byte(frame)); err != nil {
						return err
					}
					if leaves {
						close(left)
						<-ctx.Done()
					}
					return nil
				}, nil)
				closed := make(chan time.Time, 1)
				o := siteOptions{version: overHTTP1, pipe: pipeOptions{Size: size}}
				o.server = func(srv *http.Server) {
					srv.WriteTimeout = 0
					srv.ConnState = func(_ net.Conn, s http.ConnState) {
						if s == http.StateClosed {
							closed <- time.Now()
						}
					}
				}
				withSite(t, o, h, func(s *site) {
					c := s.dial("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n")
					resp, err := http.ReadResponse(bufio.NewReaderSize(c, 16), nil)
					require.NoError(t, err)
					start := time.Now()
					close(full)
					if leaves {
						<-left
						require.NoError(t, c.(interface{ CloseWrite() error }).CloseWrite())
					}
					assert.Equal(t, sse.DefaultWriteTimeout, (<-closed).Sub(start))
					_, err = io.ReadAll(resp.Body)
					require.ErrorIs(t, err, io.ErrUnexpectedEOF)
					c.Close()
				})
			})
		})
	}
}

// A client that announces a body and never sends it counts as gone after the
// write timeout. net/http waits for the body twice, and by itself for ever.
func TestS10_ABodyThatNeverComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := make(chan error, 1)
		h := sse.Handler(func(_ context.Context, c *sse.Conn) error {
			err := c.Send(sse.Message{Data: "1"})
			sent <- err
			return err
		}, nil)
		o := siteOptions{version: overHTTP1, server: func(srv *http.Server) { srv.ReadTimeout = 0 }}
		withSite(t, o, h, func(s *site) {
			start := time.Now()
			c := s.dial("POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 10\r\n\r\n")
			_, err := io.ReadAll(c)
			require.NoError(t, err)
			require.ErrorIs(t, <-sent, sse.ErrGone)
			assert.Equal(t, 2*sse.DefaultWriteTimeout, time.Since(start), "before the answer and after it")
			c.Close()
		})
	})
}

// A POST whose body the handler reads first, as servers of language models do.
func TestS10_APostWhoseBodyWasRead(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		c, err := sse.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer c.Close()
		_ = c.Send(sse.Message{Data: string(body)})
		passTime(time.Hour)
		_ = c.Send(sse.Message{Data: "[DONE]"})
	})
	overEach(t, h, func(s *site) {
		req := s.request(http.MethodPost)
		req.Body, req.ContentLength = io.NopCloser(strings.NewReader("hello")), 5
		in := s.open(req)
		in.expect("hello")
		in.expect("[DONE]")
		in.expectEnd()
	})
}
