package comet_test

import (
	"context"
	"iter"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/comet"
	"longwire.example/sse"
	"longwire.example/ws"
)

// counter is a client that counts the lines of its answer.
type counter struct {
	header http.Header
	lines  int
}

func (c *counter) Header() http.Header { return c.header }
func (c *counter) WriteHeader(int)     {}
func (c *counter) Flush()              {}
func (c *counter) Write(p []byte) (int, error) {
	c.lines += strings.Count(string(p), "\n")
	return len(p), nil
}

// However many get an event, it is encoded once.
func TestEncodedOnce(t *testing.T) {
	const viewers, events = 1000, 100
	h := allow()
	synctest.Test(t, func(t *testing.T) {
		counters := make([]counter, viewers)
		for i := range counters {
			counters[i].header = http.Header{}
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, own+"/stream", nil)
			go h.ServeHTTP(&counters[i], r)
		}
		synctest.Wait()
		s := &site{t: t, h: h}
		for i := range events {
			s.publish(i, i+1)
			if i%10 == 0 { // some one by one, others together
				synctest.Wait()
			}
		}
		synctest.Wait()
		for i := range counters {
			require.Equal(t, 1+events, counters[i].lines)
		}
		made, _, _ := h.Encodings()
		assert.Equal(t, events, made)
		require.NoError(t, h.Shutdown(t.Context()))
	})
}

// All transports of JSON share what is encoded, and so do those who come later.
func TestTransportsShareEncodings(t *testing.T) {
	h := allow()
	h.JSONP = true
	inBubble(t, h, func(s *site) {
		begin := s.publish(0, 1)
		var open []source
		for name, from := range transportsThatPush {
			if pushes(name) {
				open = append(open, from(s, begin), from(s, begin))
			}
		}
		s.publish(1, 21)
		for name, from := range transportsThatPush {
			if !pushes(name) {
				open = append(open, from(s, begin))
			}
		}
		for _, src := range open {
			events, _ := src.take(s, 20)
			assert.Equal(t, numbers(1, 21), data(events))
			src.close()
		}
		made, kept, _ := h.Encodings()
		assert.Equal(t, 20, made)
		assert.Equal(t, 20, kept)
	})
}

// What is kept of encodings has bounds in events and in octets.
func TestEncodingsAreBounded(t *testing.T) {
	h := allow()
	h.Hub.QueueMessages = -1
	h.Hub.QueueBytes = -1
	h.MaxStream = -1
	inBubble(t, h, func(s *site) {
		begin := s.publish(0, 1)
		s.publish(1, 1000)
		read := func() {
			src := openStream(s, begin)
			src.take(s, 999)
			src.close()
		}
		read()
		made, kept, _ := h.Encodings()
		assert.Equal(t, 999, made)
		assert.Equal(t, comet.MaxEncodings, kept)
		read()
		made, _, _ = h.Encodings()
		assert.Equal(t, 2*999, made, "what has gone is encoded anew")

		src := openStream(s, "")
		_, err := src.next()
		require.NoError(t, err)
		for _, size := range []int{1000, comet.MaxEncodingOctets / 2, comet.MaxEncodingOctets/2 - 2000, 1500, 2 * comet.MaxEncodingOctets, 1} {
			s.say("news", sse.Message{Data: strings.Repeat("x", size)})
			events, _ := src.take(s, 1)
			assert.Len(t, events[0].Data, size)
			_, kept, octets := h.Encodings()
			assert.LessOrEqual(t, octets, max(comet.MaxEncodingOctets, size))
			switch size {
			case 1500:
				assert.Equal(t, 3, kept, "only the first had to go")
			case 1, 2 * comet.MaxEncodingOctets:
				assert.Equal(t, 1, kept, "one of any size is kept, and alone")
			}
		}
		src.close()
	})
}

// changing is a Store that gives its messages otherwise than before.
type changing struct {
	plain
	change func(*sse.Message)
}

func (r *changing) After(ctx context.Context, g sse.Range) iter.Seq2[sse.Published, error] {
	return func(yield func(sse.Published, error) bool) {
		for p, err := range r.plain.After(ctx, g) {
			p.Frame = nil
			r.change(&p.Message)
			if !yield(p, err) {
				return
			}
		}
	}
}

// An encoding is not given for another message, though the ID is the same.
func TestEncodingsOfAStoreThatChanges(t *testing.T) {
	store := &changing{plain{&sse.Ring{}}, func(*sse.Message) {}}
	h := allow()
	h.Hub.Store = store
	inBubble(t, h, func(s *site) {
		begin := s.publish(0, 1)
		s.publish(1, 2)
		first := s.poll("longpoll", begin).Events[0]
		assert.Equal(t, "1", first.Data)
		store.change = func(m *sse.Message) { m.Data = "" }
		assert.Equal(t, item{first.ID, "message", ""}, s.poll("longpoll", begin).Events[0])
		store.change = func(m *sse.Message) { m.Type = "secret" }
		assert.Equal(t, item{first.ID, "secret", "1"}, s.poll("longpoll", begin).Events[0])
	})
}

// tally counts what comes.
type tally struct {
	net.Conn
	octets *atomic.Int64
}

func (c tally) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.octets.Add(int64(n))
	return n, err
}

// Compressed messages are shared where each is compressed by itself; where they may
// refer to those before, they do.
func TestWebSocketCompression(t *testing.T) {
	text := "" // with nothing that comes twice
	for i := range 100 {
		text += string(rune('A'+i*7%26)) + string(rune('a'+i*11%26)) + string(rune('0'+i%10)) + string(rune('a'+i/26))
	}
	for _, takeover := range []bool{false, true} {
		h := allow()
		h.WebSocket.Compression = &ws.Compression{ServerContextTakeover: takeover}
		inBubble(t, h, func(s *site) {
			var octets atomic.Int64
			c, _, err := ws.Dial(s.t.Context(), "ws://example.com/comet/ws", &ws.DialOptions{
				Options: ws.Options{Compression: &ws.Compression{ServerContextTakeover: true}},
				NetDial: func(ctx context.Context, network, addr string) (net.Conn, error) {
					c, err := s.l.Dial(ctx, network, addr)
					return tally{c, &octets}, err
				},
			})
			require.NoError(t, err)
			defer c.CloseNow()
			read := func() {
				_, _, err := c.Read(s.t.Context())
				require.NoError(t, err)
			}
			read() // where it begins
			for i := range 3 {
				before := octets.Load()
				s.say("news", sse.Message{Data: text})
				read()
				synctest.Wait()
				if took := octets.Load() - before; takeover && i > 0 {
					assert.Less(t, took, int64(60))
				} else {
					assert.Greater(t, took, int64(200))
				}
			}
		})
	}
}
