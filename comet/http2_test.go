package comet_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	"longwire.example/comet"
	"longwire.example/sse"
	"longwire.example/ws/wstest"
)

// overHTTP gives the names of what needs no upgrade.
func overHTTP() (names []string) {
	for name := range transportsThatPush {
		if name != "ws" {
			names = append(names, name)
		}
	}
	return names
}

// All transports of HTTP work over HTTP/2, and Shutdown ends what they hold. A
// WebSocket is refused: its handshake is one of HTTP/1.1 (RFC 6455 section 4.1).
func TestOverHTTP2(t *testing.T) {
	for _, version := range []string{overHTTP2, overH2C} {
		for _, name := range overHTTP() {
			t.Run(version+" "+name, func(t *testing.T) {
				h := allow()
				h.JSONP = true
				inBubbleWith(t, h, bubble{version: version}, func(s *site) {
					begin := s.publish(0, 1)
					s.publish(1, 10)
					src := transportsThatPush[name](s, begin)
					go func() {
						synctest.Wait()
						s.publish(10, 20)
					}()
					events, last := src.take(s, 19)
					assert.Equal(t, numbers(1, 20), data(events))
					assert.Equal(t, http.StatusHTTPVersionNotSupported, s.do(http.MethodGet, "ws", "").StatusCode)
					if !pushes(name) {
						src = transportsThatPush["longpoll"](s, last)
					}
					ended := make(chan error, 1)
					go func() {
						<-time.After(time.Second) // a long poll is held now
						ended <- h.Shutdown(s.t.Context())
					}()
					_, err := src.next()
					require.True(t, err == nil || errors.Is(err, io.EOF), err)
					require.NoError(t, <-ended)
					src.close()
				})
			})
		}
	}
}

// A stream whose window is closed is reset after WriteTimeout, its place is free
// then, and meanwhile another stream of the same connection gets everything.
func TestClosedWindow(t *testing.T) {
	for _, target := range []string{"stream", "multipart", "iframe?origin=" + own, "sse", "poll", "longpoll"} {
		t.Run(target, func(t *testing.T) {
			h := allow()
			h.MaxHeld = 2
			var record bytes.Buffer
			h.Logger = slog.New(slog.NewTextHandler(&record, nil))
			h.WriteTimeout = 7 * time.Second
			h.Hub.Stream.WriteTimeout = 7 * time.Second
			inBubbleWith(t, h, bubble{version: overH2C}, func(s *site) {
				if target == "poll" {
					s.say("news", sse.Message{Data: strings.Repeat("x", 5000)})
				}
				p := s.dialHTTP2(1500)
				stalled := p.ask(http.MethodGet, target)
				synctest.Wait()
				start := time.Now()
				if target != "poll" {
					s.say("news", sse.Message{Data: strings.Repeat("y", 5000)})
				}
				for i := range 5 { // more than MaxHeld allows at a time
					quick := p.ask(http.MethodGet, "longpoll")
					synctest.Wait()
					s.publish(i, i+1)
					got := p.of(quick)
					require.True(t, got.ended)
					assert.Contains(t, string(got.data), `{"cursor":"`)
					assert.Zero(t, time.Since(start))
				}
				got := p.of(stalled)
				assert.Len(t, got.data, 1500, "as much as there was room for")
				assert.False(t, got.ended)
				<-time.After(7*time.Second - 1)
				assert.False(t, p.of(stalled).ended)
				<-time.After(1)
				assert.Equal(t, http2.ErrCodeInternal, p.of(stalled).reset)
				assert.Equal(t, 0, h.Hub.Len())
				assert.Regexp(t, "too slow|did not take", record.String())
				a, b := p.ask(http.MethodGet, "longpoll"), p.ask(http.MethodGet, "longpoll")
				assert.False(t, p.of(a).ended || p.of(b).ended, "there are two places again")
				s.publish(0, 1)
				assert.True(t, p.of(a).ended && p.of(b).ended)
			})
		})
	}
}

// The window of the connection may be closed as well (RFC 9113 section 6.9.1): then
// all its streams are reset in their time, and those of other connections get on.
func TestClosedWindowOfTheConnection(t *testing.T) {
	h := allow()
	h.MaxHeld = 3
	inBubbleWith(t, h, bubble{version: overH2C}, func(s *site) {
		p := s.dialHTTP2(1 << 20)
		a, b := p.ask(http.MethodGet, "stream"), p.ask(http.MethodGet, "multipart")
		reader := openStream(s, "")
		synctest.Wait() // all have subscribed
		start := time.Now()
		s.say("news", sse.Message{Data: strings.Repeat("x", 100_000)})
		events, _ := reader.take(s, 1)
		assert.Len(t, events[0].Data, 100_000)
		assert.Zero(t, time.Since(start))
		assert.Equal(t, 1<<16-1, len(p.of(a).data)+len(p.of(b).data))
		<-time.After(comet.DefaultWriteTimeout)
		assert.True(t, p.of(a).ended && p.of(b).ended)
		assert.Equal(t, 1, h.Hub.Len())
		reader.close()
	})
}

// A body that does not come is waited for no longer than over HTTP/1.
func TestSlowBodyOverHTTP2(t *testing.T) {
	h := allow()
	h.WriteTimeout = 3 * time.Second
	inBubbleWith(t, h, bubble{version: overH2C}, func(s *site) {
		p := s.dialHTTP2(1 << 16)
		send := p.ask(http.MethodPost, "send")
		require.NoError(t, p.framer.WriteData(send, false, []byte("ab")))
		<-time.After(3*time.Second - 1)
		assert.False(t, p.of(send).ended)
		<-time.After(1)
		got := p.of(send)
		assert.True(t, got.ended)
		assert.Equal(t, "the body could not be read\n", string(got.data))
	})
}

// Shutdown waits for a stream whose window is closed no longer than WriteTimeout.
func TestShutdownWithAClosedWindow(t *testing.T) {
	for _, target := range []string{"stream", "multipart", "iframe?origin=" + own, "sse", "longpoll"} {
		t.Run(target, func(t *testing.T) {
			h := allow()
			inBubbleWith(t, h, bubble{version: overH2C}, func(s *site) {
				p := s.dialHTTP2(0)
				stalled := p.ask(http.MethodGet, target)
				synctest.Wait()
				s.publish(0, 1)
				start := time.Now()
				require.NoError(t, h.Shutdown(s.t.Context()))
				assert.LessOrEqual(t, time.Since(start), comet.DefaultWriteTimeout)
				<-time.After(comet.DefaultWriteTimeout)
				assert.True(t, p.of(stalled).ended)
			})
		})
	}
}

// gate is a connection of which nothing is read any more, for good.
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

// When the connection takes nothing at all, net/http can't even reset a stream:
// what ends it is http.Server.HTTP2.WriteByteTimeout, as WriteTimeout says.
func TestClosedConnectionOfHTTP2(t *testing.T) {
	for _, target := range []string{"stream", "multipart", "iframe?origin=" + own, "sse", "longpoll"} {
		t.Run(target, func(t *testing.T) {
			h := allow()
			inBubbleWith(t, h, bubble{version: overH2C, pipe: wstest.PipeOptions{Size: 4096}, server: func(srv *http.Server) {
				srv.HTTP2 = &http.HTTP2Config{WriteByteTimeout: 10 * time.Second}
			}}, func(s *site) {
				g := &gate{shut: make(chan struct{}), open: make(chan struct{})}
				s.client.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
					c, err := s.l.Dial(ctx, network, addr)
					g.Conn = c
					return g, err
				}
				go func() {
					resp, err := s.client.Do(s.request(http.MethodGet, target, nil))
					if err == nil {
						_, _ = io.Copy(io.Discard, resp.Body)
						resp.Body.Close()
					}
				}()
				synctest.Wait()
				close(g.shut)
				s.say("news", sse.Message{Data: strings.Repeat("x", 100_000)})
				<-time.After(30 * time.Second)
				synctest.Wait()
				assert.Equal(t, 0, h.Hub.Len())
				close(g.open)
			})
		})
	}
}
