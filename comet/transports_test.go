package comet_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"log/slog"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
	"longwire.example/ws"
)

// each runs f for each transport.
func each(t *testing.T, f func(t *testing.T, name string, open func(*site, string) source)) {
	t.Helper()
	for name, open := range transportsThatPush {
		t.Run(name, func(t *testing.T) { f(t, name, open) })
	}
}

// pushes tells whether a transport sends events as they come, in one response.
func pushes(name string) bool { return !slices.Contains([]string{"poll", "longpoll", "jsonp"}, name) }

// Numbered events, some of them kept and some of them new, come in order, each
// once; those of other topics don't.
func TestEachTransportDeliversAll(t *testing.T) {
	each(t, func(t *testing.T, _ string, open func(*site, string) source) {
		h := allow()
		h.JSONP = true
		inBubble(t, h, func(s *site) {
			begin := s.publish(0, 1)
			s.publish(1, 50)
			src := open(s, begin)
			go func() {
				for i := 50; i < 200; i++ {
					s.publish(i, i+1)
					s.say("secret", sse.Message{Data: "nobody's"})
				}
			}()
			events, _ := src.take(s, 199)
			assert.Equal(t, numbers(1, 200), data(events))
			assert.Equal(t, "message", events[0].Type)
			src.close()
		})
	})
}

// A client that changes from any transport to the next one, with the ID of the last
// event that it has, gets the event after that, while others are published.
func TestChangeOfTransport(t *testing.T) {
	const perTurn, turns = 10, 3
	h := allow()
	h.JSONP = true
	s := overTCP(t, h)
	names := []string{"ws", "sse", "stream", "multipart", "longpoll", "iframe", "jsonp", "poll"}
	total := perTurn * turns * len(names)
	cursor := s.publish(0, 1)
	got := numbers(0, 1)
	go func() {
		for i := 1; i < total; i++ {
			if _, err := h.Hub.Publish(t.Context(), "news", sse.Message{Data: strconv.Itoa(i)}); err != nil {
				return
			}
		}
	}()
	for i := 0; len(got) < total; i++ {
		src := transportsThatPush[names[i%len(names)]](s, cursor)
		var events []item
		events, cursor = src.take(s, min(perTurn, total-len(got)))
		got = append(got, data(events)...)
		src.close()
	}
	assert.Equal(t, numbers(0, total), got)
}

// Without a cursor poll begins with what is kept, and the others with what comes.
// A stream tells at once where it begins.
func TestWithoutACursor(t *testing.T) {
	each(t, func(t *testing.T, name string, open func(*site, string) source) {
		h := allow()
		h.JSONP = true
		inBubble(t, h, func(s *site) {
			last := s.publish(0, 3)
			go func() {
				synctest.Wait()
				s.publish(3, 6)
			}()
			src := open(s, "")
			if name == "poll" {
				events, _ := src.take(s, 6)
				assert.Equal(t, numbers(0, 6), data(events))
				return
			}
			if pushes(name) && name != "sse" { // its reader shows no ID without an event
				e, err := src.next()
				require.NoError(t, err)
				assert.Equal(t, item{ID: last}, e)
			}
			events, _ := src.take(s, 3)
			assert.Equal(t, numbers(3, 6), data(events))
			src.close()
		})
	})
}

// What can't be given any more is told on each transport, and it goes on from there.
func TestEachTransportTellsOfAGap(t *testing.T) {
	each(t, func(t *testing.T, _ string, open func(*site, string) source) {
		h := allow()
		h.JSONP = true
		h.Hub.Store = &sse.Ring{Events: 4}
		inBubble(t, h, func(s *site) {
			old := s.publish(0, 1)
			last := s.publish(1, 20)
			src := open(s, old)
			events, at := src.take(s, 1)
			assert.Equal(t, last, at, "where it goes on")
			assert.Equal(t, sse.GapType, events[0].Type)
			var told struct{ After, Reason string }
			require.NoError(t, json.Unmarshal([]byte(events[0].Data), &told))
			assert.Equal(t, old, told.After)
			assert.Equal(t, sse.GapEvicted, told.Reason)
			s.publish(20, 22)
			events, _ = src.take(s, 2)
			assert.Equal(t, numbers(20, 22), data(events))
			src.close()
		})
	})
}

// A cursor that nobody has given is a gap, and what is sent back of it is bounded.
func TestUnknownCursor(t *testing.T) {
	inBubble(t, allow(), func(s *site) {
		long := "x"
		for len(long) < 1000 {
			long += "\u00e9<"
		}
		b := s.poll("longpoll", long)
		require.Len(t, b.Events, 1)
		var told struct{ After, Reason string }
		require.NoError(t, json.Unmarshal([]byte(b.Events[0].Data), &told))
		assert.Equal(t, sse.GapMalformed, told.Reason)
		assert.Len(t, told.After, 127, "128 octets would end in the middle of a letter")
		assert.Equal(t, b.Cursor, b.Events[0].ID)
	})
}

// Whoever loses the connection right after it was told of dropped messages comes
// back with an ID that is older than they are: those that are kept it gets then.
func TestDroppedMessagesLeaveTheCursorBeforeThem(t *testing.T) {
	for _, name := range []string{"stream", "multipart", "iframe", "ws"} {
		t.Run(name, func(t *testing.T) {
			h := allow()
			h.Hub.Overflow = sse.DropOldest
			h.Hub.QueueMessages = 1
			inBubble(t, h, func(s *site) {
				begin := s.publish(0, 1)
				src := transportsThatPush[name](s, "")
				first, err := src.next()
				require.NoError(t, err)
				require.Equal(t, begin, first.ID)
				events, gap := []item{first}, -1
				for round := 1; gap < 0; round++ { // until the server is slower
					last := s.publish(round*1000, round*1000+1000)
					for events[len(events)-1].ID != last {
						next, _ := src.take(s, 1)
						events = append(events, next...)
					}
					gap = slices.IndexFunc(events, func(e item) bool { return e.Type == sse.GapType })
				}
				before := events[gap-1].ID
				assert.Equal(t, before, events[gap].ID)
				src.close()
				missed := s.poll("poll", before)
				require.NotEmpty(t, missed.Events)
				assert.NotEqual(t, sse.GapType, missed.Events[0].Type)
			})
		})
	}
}

// A long poll that has been told of dropped messages goes on before them, likewise.
func TestLongPollIsToldOfDroppedMessages(t *testing.T) {
	h := allow()
	h.Hub.Overflow = sse.DropOldest
	h.Hub.QueueMessages = 1
	inBubble(t, h, func(s *site) {
		cursor := s.publish(0, 1)
		for round := 1; ; round++ { // until the server is slower
			published := make(chan string)
			go func() {
				synctest.Wait()
				published <- s.publish(round*1000, round*1000+1000)
			}()
			b := s.poll("longpoll", cursor)
			last := <-published
			if gap := slices.IndexFunc(b.Events, func(e item) bool { return e.Type == sse.GapType }); gap >= 0 {
				before := cursor
				if gap > 0 {
					before = b.Events[gap-1].ID
				}
				assert.Equal(t, before, b.Events[gap].ID)
				missed := s.poll("poll", before)
				require.NotEmpty(t, missed.Events)
				assert.NotEqual(t, sse.GapType, missed.Events[0].Type)
				return
			}
			cursor = last
		}
	})
}

// failing is a Store that gives nothing from the second time on that it is read.
type failing struct {
	*sse.Ring
	reads int
}

func (f *failing) After(ctx context.Context, r sse.Range) iter.Seq2[sse.Published, error] {
	if f.reads++; f.reads < 2 {
		return f.Ring.After(ctx, r)
	}
	return func(yield func(sse.Published, error) bool) { yield(sse.Published{}, errors.New("the disk is gone")) }
}

// An error of the Store in the middle cuts off what has begun, so that nobody takes it
// for an end in good order and asks again at once, and is logged.
func TestStoreThatFailsInTheMiddle(t *testing.T) {
	for _, name := range []string{"stream", "multipart", "iframe", "ws"} {
		t.Run(name, func(t *testing.T) {
			h := allow()
			h.Hub.Store = &failing{Ring: &sse.Ring{}}
			h.Hub.QueueMessages = 2
			var record bytes.Buffer
			h.Logger = slog.New(slog.NewTextHandler(&record, nil))
			inBubble(t, h, func(s *site) {
				begin := s.publish(0, 1)
				s.publish(1, 9)
				src := transportsThatPush[name](s, begin)
				events, _ := src.take(s, 2)
				assert.Equal(t, numbers(1, 3), data(events))
				var err error
				for err == nil {
					_, err = src.next()
				}
				if e, ok := errors.AsType[*ws.CloseError](err); ok {
					assert.Equal(t, ws.StatusInternalError, e.Code)
				} else {
					require.ErrorIs(t, err, io.ErrUnexpectedEOF)
				}
				src.close()
				synctest.Wait()
				assert.Equal(t, 0, h.Hub.Len())
			})
			assert.Contains(t, record.String(), "the disk is gone")
		})
	}
}

// Shutdown gives each that is held what it has, and ends it in good order.
func TestShutdownEndsWhatIsHeld(t *testing.T) {
	each(t, func(t *testing.T, name string, open func(*site, string) source) {
		h := allow()
		h.JSONP = true
		inBubble(t, h, func(s *site) {
			cursor := s.publish(0, 1)
			src := open(s, cursor)
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				synctest.Wait()
				s.publish(1, 3)
				assert.NoError(t, h.Shutdown(s.t.Context()))
			}()
			if !pushes(name) {
				e, err := src.next()
				require.NoError(t, err)
				assert.NotEqual(t, sse.GapType, e.Type)
				<-ended
				return
			}
			events, _ := src.take(s, 2)
			assert.Equal(t, numbers(1, 3), data(events))
			var err error
			for err == nil {
				_, err = src.next()
			}
			require.ErrorIs(t, err, io.EOF)
			<-ended
		})
	})
}
