package comet_test

import (
	"context"
	"io"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
)

// An answer of polling in full, as documented.
func TestPollAnswer(t *testing.T) {
	inBubble(t, allow(), func(s *site) {
		a := s.do(http.MethodGet, "poll", "")
		empty := strings.Split(a.text, `"`)[3]
		assert.Equal(t, `{"cursor":"`+empty+`","events":[]}`, a.text)
		a.Header.Del("Date")
		assert.Equal(t, http.Header{ // each costs octets in each answer
			"Content-Type":                 {"application/json"},
			"Content-Length":               {strconv.Itoa(len(a.text))},
			"Cache-Control":                {"no-store"},
			"X-Content-Type-Options":       {"nosniff"},
			"Cross-Origin-Resource-Policy": {"same-origin"},
		}, a.Header)
		id := s.say("news", sse.Message{Type: "t", Data: "</script>\n\u2028\xff&"})
		a = s.do(http.MethodGet, "poll?cursor="+empty, "")
		assert.Equal(t, `{"cursor":"`+id+`","events":[{"id":"`+id+`","type":"t","data":"\u003c/script\u003e\n\u2028\ufffd\u0026"}]}`, a.text)
		for _, kind := range []string{"", "message"} { // the default is left out, and no data is data
			empty = id
			id = s.say("news", sse.Message{Type: kind})
			b := s.do(http.MethodGet, "poll?cursor="+empty, "")
			assert.Equal(t, `{"cursor":"`+id+`","events":[{"id":"`+id+`","data":""}]}`, b.text)
			a = b
		}
		head := s.do(http.MethodHead, "poll?cursor="+empty, "")
		assert.Equal(t, a.ContentLength, head.ContentLength)
		assert.Empty(t, head.text)
	})
}

// An answer has no more than MaxBatch events, and no more than 1 MiB and one
// event; then there is more.
func TestPollLimits(t *testing.T) {
	h := allow()
	h.MaxBatch = 4
	inBubble(t, h, func(s *site) {
		s.publish(0, 10)
		var got []string
		b := list{More: true}
		for want := range 3 {
			require.True(t, b.More)
			b = s.poll("poll", b.Cursor)
			assert.Len(t, b.Events, []int{4, 4, 2}[want])
			got = append(got, data(b.Events)...)
		}
		assert.False(t, b.More)
		assert.Equal(t, numbers(0, 10), got)
		for range 3 {
			s.say("news", sse.Message{Data: strings.Repeat("x", 600_000)})
		}
		b = s.poll("poll", b.Cursor)
		assert.Len(t, b.Events, 2)
		assert.True(t, b.More)
		b = s.poll("longpoll", b.Cursor)
		assert.Len(t, b.Events, 1)
	})
}

// A long poll waits for an event, no longer than Hold, and gives a cursor in any
// case: also that of events of other topics.
func TestLongPollHolds(t *testing.T) {
	h := allow()
	h.Hold = 20 * time.Second
	inBubble(t, h, func(s *site) {
		first := s.publish(0, 1)
		start := time.Now()
		b := s.poll("longpoll", first)
		assert.Equal(t, 20*time.Second, time.Since(start))
		assert.Equal(t, list{Cursor: first, Events: []item{}}, b)

		go func() {
			<-time.After(3 * time.Second)
			s.say("secret", sse.Message{Data: "nobody's"})
		}()
		b = s.poll("longpoll", first)
		assert.Equal(t, 40*time.Second, time.Since(start))
		assert.Empty(t, b.Events)
		assert.NotEqual(t, first, b.Cursor)

		go func() {
			<-time.After(5 * time.Second)
			s.publish(1, 2)
		}()
		b = s.poll("longpoll", b.Cursor)
		assert.Equal(t, 45*time.Second, time.Since(start))
		assert.Equal(t, numbers(1, 2), data(b.Events))

		for hold, took := range map[string]time.Duration{"0": 0, "7": 7 * time.Second, "65535": 20 * time.Second} {
			start = time.Now()
			s.do(http.MethodGet, "longpoll?hold="+hold, "")
			assert.Equal(t, took, time.Since(start))
		}
	})
}

// A negative Hold holds nothing, and a client that goes away leaves nothing behind.
func TestLongPollOfAClientThatGoes(t *testing.T) {
	h := allow()
	h.Hold = time.Hour
	inBubble(t, h, func(s *site) {
		ctx, cancel := context.WithCancel(s.t.Context())
		go func() {
			synctest.Wait()
			assert.Equal(t, 1, h.Hub.Len())
			cancel()
		}()
		_, err := s.client.Do(s.request(http.MethodGet, "longpoll", nil).WithContext(ctx))
		require.ErrorIs(t, err, context.Canceled)
		synctest.Wait()
		assert.Equal(t, 0, h.Hub.Len())
	})
	h = allow()
	h.Hold = -1
	inBubble(t, h, func(s *site) {
		start := time.Now()
		s.poll("longpoll", "")
		assert.Zero(t, time.Since(start))
	})
}

// plain is a Store that can't tell what is its oldest message.
type plain struct{ ring *sse.Ring }

func (p plain) Append(ctx context.Context, topic string, m sse.Message) (string, error) {
	return p.ring.Append(ctx, topic, m)
}
func (p plain) Last(ctx context.Context) (string, error) { return p.ring.Last(ctx) }
func (p plain) After(ctx context.Context, r sse.Range) iter.Seq2[sse.Published, error] {
	return p.ring.After(ctx, r)
}

// Without a cursor it keeps nothing, and poll begins with the next event.
func TestPollOfAStoreWithoutFirst(t *testing.T) {
	h := allow()
	h.Hub.Store = plain{&sse.Ring{}}
	inBubble(t, h, func(s *site) {
		last := s.publish(0, 3)
		b := s.poll("poll", "")
		assert.Equal(t, list{Cursor: last, Events: []item{}}, b)
		s.publish(3, 5)
		assert.Equal(t, numbers(3, 5), data(s.poll("poll", b.Cursor).Events))
	})
}

// forgetful is a Ring that has evicted everything when it is read for the second time.
type forgetful struct {
	*sse.Ring
	reads int
}

func (f *forgetful) After(ctx context.Context, r sse.Range) iter.Seq2[sse.Published, error] {
	if f.reads++; f.reads == 2 {
		for range 10 {
			_, _ = f.Append(ctx, "news", sse.Message{Data: "newer"})
		}
	}
	return f.Ring.After(ctx, r)
}

// What the Store lets go of in the middle of an answer is told by the next one: this
// one says that there is more.
func TestPollIsToldOfAGapInTheMiddle(t *testing.T) {
	for _, path := range []string{"poll", "longpoll"} {
		h := allow()
		h.Hub.Store = &forgetful{Ring: &sse.Ring{Events: 10}}
		h.Hub.QueueMessages = 2
		inBubble(t, h, func(s *site) {
			begin := s.publish(0, 1)
			s.publish(1, 9)
			b := s.poll(path, begin)
			assert.Equal(t, []string{"1", "2"}, data(b.Events))
			assert.Equal(t, b.Events[1].ID, b.Cursor)
			assert.True(t, b.More)
			b = s.poll(path, b.Cursor)
			require.Len(t, b.Events, 1)
			assert.Equal(t, sse.GapType, b.Events[0].Type)
		})
	}
}

// broken is a Store that gives nothing.
type broken struct{ plain }

func (broken) After(context.Context, sse.Range) iter.Seq2[sse.Published, error] {
	return func(yield func(sse.Published, error) bool) { yield(sse.Published{}, context.DeadlineExceeded) }
}

// An error of the Store is this server's, and is no empty answer.
func TestPollOfABrokenStore(t *testing.T) {
	h := allow()
	h.Hub.Store = broken{plain{&sse.Ring{}}}
	inBubble(t, h, func(s *site) {
		s.publish(0, 3)
		for _, target := range []string{"poll", "longpoll", "stream", "multipart", "iframe?origin=" + own, "ws"} {
			sep := "?"
			if strings.Contains(target, "?") {
				sep = "&"
			}
			assert.Equal(t, http.StatusInternalServerError, s.do(http.MethodGet, target+sep+"cursor=x", "").StatusCode, target)
		}
	})
}

// The id that Receive gives is that of the event; without one there is nothing to
// say. Any Content-Type is taken.
func TestSend(t *testing.T) {
	h := allow()
	publishes := h.Receive
	inBubble(t, h, func(s *site) {
		for _, kind := range []string{"", "text/plain", "application/json", "application/x-www-form-urlencoded"} {
			a := s.do(http.MethodPost, "send", "<b>hello", "Content-Type", kind)
			assert.Equal(t, http.StatusOK, a.StatusCode)
			assert.Equal(t, "text/plain; charset=utf-8", a.Header.Get("Content-Type"))
			assert.Equal(t, "nosniff", a.Header.Get("X-Content-Type-Options"))
			b := s.poll("poll", "")
			assert.Equal(t, a.text, b.Cursor)
			assert.Equal(t, "<b>hello", b.Events[len(b.Events)-1].Data)
		}
		h.Receive = func(r *http.Request, data []byte) (string, error) {
			_, err := publishes(r, data)
			return "", err
		}
		assert.Equal(t, http.StatusNoContent, s.do(http.MethodPost, "send", "x").StatusCode)
		h.Receive = nil
		assert.Equal(t, http.StatusForbidden, s.do(http.MethodPost, "send", "x").StatusCode)
	})
}

// A body that comes too slowly ends its request.
func TestSendOfASlowBody(t *testing.T) {
	h := allow()
	h.WriteTimeout = 3 * time.Second
	inBubble(t, h, func(s *site) {
		c, err := s.l.Dial(s.t.Context(), "", "")
		require.NoError(t, err)
		defer c.Close()
		start := time.Now()
		_, err = c.Write([]byte("POST /comet/send HTTP/1.1\r\nHost: example.com\r\nContent-Length: 5\r\n\r\nab"))
		require.NoError(t, err)
		answer := make([]byte, 12)
		_, err = c.Read(answer)
		require.NoError(t, err)
		assert.Equal(t, "HTTP/1.1 400", string(answer))
		assert.Equal(t, 3*time.Second, time.Since(start))
	})
}

// A body that is too large is refused before any of it has come, if its length is
// told (RFC 9110 section 10.1.1), and otherwise when it is.
func TestSendOfALargeBody(t *testing.T) {
	h := allow()
	h.MaxBody = 8
	inBubble(t, h, func(s *site) {
		for _, text := range []string{
			"Expect: 100-continue\r\nContent-Length: 9\r\n\r\n",
			"Content-Length: 1000000000000\r\n\r\n",
			"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n5\r\nworld\r\n",
		} {
			c, err := s.l.Dial(s.t.Context(), "", "")
			require.NoError(t, err)
			start := time.Now()
			_, err = c.Write([]byte("POST /comet/send HTTP/1.1\r\nHost: example.com\r\n" + text))
			require.NoError(t, err)
			answer := make([]byte, 12)
			_, err = io.ReadFull(c, answer)
			require.NoError(t, err)
			assert.Equal(t, "HTTP/1.1 413", string(answer))
			assert.Less(t, time.Since(start), time.Second)
			c.Close()
		}
	})
}
