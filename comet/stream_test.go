package comet_test

import (
	"bytes"
	"cmp"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
	"longwire.example/ws/wstest"
)

// streaming are the transports of one long response.
var streaming = []string{"stream", "multipart", "iframe"}

// After MaxStream octets a response ends in good order, and the client goes on in
// the next one.
func TestMaxStream(t *testing.T) {
	for _, name := range streaming {
		t.Run(name, func(t *testing.T) {
			h := allow()
			h.MaxStream = 4096
			inBubble(t, h, func(s *site) {
				cursor := s.publish(0, 1)
				s.publish(1, 150)
				var got []string
				responses := 0
				for len(got) < 199 {
					responses++
					src := transportsThatPush[name](s, cursor)
					// One that has room for more is silent now, until there is more.
					synctest.Wait()
					s.publish(150+10*(responses-1), min(150+10*responses, 200))
					var err error
					for err == nil && len(got) < 199 {
						var e item
						if e, err = src.next(); err != nil {
							break
						}
						cursor = cmp.Or(e.ID, cursor)
						if e.Type != "" {
							got = append(got, e.Data)
						}
					}
					if len(got) < 199 {
						require.ErrorIs(t, err, io.EOF)
					}
					src.close()
				}
				assert.Equal(t, numbers(1, 200), got)
				assert.Greater(t, responses, 1)
			})
		})
	}
}

// MaxStream counts events that are too large to be collected, too, however many of
// them wait.
func TestMaxStreamOfLargeEvents(t *testing.T) {
	for _, name := range streaming {
		t.Run(name, func(t *testing.T) {
			h := allow()
			h.MaxStream = 100_000
			inBubble(t, h, func(s *site) {
				cursor := s.publish(0, 1)
				for range 10 {
					s.say("news", sse.Message{Data: strings.Repeat("x", 40_000)})
				}
				src := transportsThatPush[name](s, cursor)
				var got []int
				for {
					e, err := src.next()
					if err != nil {
						require.ErrorIs(t, err, io.EOF)
						break
					}
					if e.Type != "" {
						got = append(got, len(e.Data))
					}
				}
				assert.Equal(t, []int{40_000, 40_000, 40_000}, got)
				src.close()
			})
		})
	}
}

// While nothing happens, something without meaning is sent, and while other topics
// have events, a cursor. ReadTimeout and WriteTimeout of the server end nothing.
func TestHeartbeat(t *testing.T) {
	for _, name := range streaming {
		t.Run(name, func(t *testing.T) {
			h := allow()
			h.Heartbeat = 10 * time.Second
			inBubble(t, h, func(s *site) {
				src := transportsThatPush[name](s, "")
				start := time.Now()
				first, err := src.next()
				require.NoError(t, err)
				for i := range 3 {
					e, err := src.next()
					require.NoError(t, err)
					assert.Equal(t, item{}, e)
					assert.Equal(t, time.Duration(i+1)*10*time.Second, time.Since(start))
				}
				other := s.say("secret", sse.Message{Data: "nobody's"})
				e, err := src.next()
				require.NoError(t, err)
				assert.Equal(t, item{ID: other}, e)
				assert.NotEqual(t, first.ID, other)
				src.close()
			})
		})
	}
	t.Run("ws", func(t *testing.T) {
		h := allow()
		inBubble(t, h, func(s *site) {
			src := openWebSocket(s, "")
			_, err := src.next()
			require.NoError(t, err)
			other := s.say("secret", sse.Message{Data: "nobody's"})
			e, err := src.next()
			require.NoError(t, err)
			assert.Equal(t, item{ID: other}, e, "its Pings say that it is alive, so there is nothing else")
			src.close()
		})
	})
	t.Run("not while there are events", func(t *testing.T) {
		h := allow()
		h.Heartbeat = 10 * time.Second
		inBubble(t, h, func(s *site) {
			src := openStream(s, "")
			_, err := src.next()
			require.NoError(t, err)
			for i := range 5 {
				<-time.After(9 * time.Second)
				s.publish(i, i+1)
				e, err := src.next()
				require.NoError(t, err)
				assert.Equal(t, numbers(i, i+1), data([]item{e}))
			}
			last := time.Now()
			_, err = src.next()
			require.NoError(t, err)
			assert.Equal(t, 10*time.Second, time.Since(last))
			src.close()
		})
	})
	t.Run("off", func(t *testing.T) {
		h := allow()
		h.Heartbeat = -1
		inBubble(t, h, func(s *site) {
			src := openStream(s, "")
			_, err := src.next()
			require.NoError(t, err)
			go func() {
				<-time.After(time.Hour)
				s.publish(0, 1)
			}()
			start := time.Now()
			_, err = src.next()
			require.NoError(t, err)
			assert.Equal(t, time.Hour, time.Since(start))
			src.close()
		})
	})
}

// A client that reads nothing loses its request after WriteTimeout, and meanwhile
// another one gets everything.
func TestStalledClientStallsNobody(t *testing.T) {
	for _, target := range []string{"stream", "multipart", "iframe?origin=" + own, "sse", "ws", "poll", "longpoll"} {
		name, _, _ := strings.Cut(target, "?")
		t.Run(name, func(t *testing.T) {
			h := allow()
			h.WriteTimeout = 7 * time.Second
			h.Hub.Stream.WriteTimeout = 7 * time.Second
			h.WebSocket.CloseTimeout = time.Second
			h.WebSocket.PingInterval = -1
			var record bytes.Buffer
			h.Logger = slog.New(slog.NewTextHandler(&record, nil))
			inBubbleWith(t, h, bubble{pipe: wstest.PipeOptions{Size: 4096}}, func(s *site) {
				c, err := s.l.Dial(s.t.Context(), "", "")
				require.NoError(t, err)
				defer c.Close()
				if !strings.Contains(target, "?") {
					target += "?"
				}
				r := s.request(http.MethodGet, target+"&cursor=", nil)
				if name == "ws" {
					r.Header = upgrade.Clone()
				}
				if name == "poll" {
					s.say("news", sse.Message{Data: strings.Repeat("x", 100_000)})
				}
				start := time.Now()
				require.NoError(t, r.Write(c))
				synctest.Wait() // and reads nothing
				reader := openStream(s, "")
				for i := range 5 {
					s.say("news", sse.Message{Data: strings.Repeat("y", 100_000)})
					events, _ := reader.take(s, 1)
					assert.Len(t, events[0].Data, 100_000)
					assert.Zero(t, time.Since(start), "event %d", i)
				}
				reader.close()
				// The other one is cut off at its time: the rest can be read to its end.
				<-time.After(10 * time.Second)
				synctest.Wait()
				assert.Equal(t, 0, h.Hub.Len())
				rest, _ := io.ReadAll(c)
				assert.Less(t, len(rest), 200_000)
			})
			assert.Equal(t, 1, strings.Count(record.String(), "\n"), "who was cut off, and not who went: %s", &record)
			assert.Regexp(t, "too slow|did not take", record.String())
		})
	}
}
