package interop

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
)

// quick is a client that waits for nobody's sake.
func quick(t *testing.T) *sse.Client {
	return &sse.Client{HTTP: ownClient(t), Retry: 5 * time.Millisecond, MinRetry: time.Millisecond}
}

// checkStream loops over the events of a stream to its end, and gives the error
// of that. after is called after each event.
func checkStream(t *testing.T, s *sse.Stream, want []sse.Event, after func()) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	i := 0
	for ev, err := range s.Events(ctx) {
		if err != nil {
			require.Equal(t, len(want), i, "events came, until %v", err)
			require.NotErrorIs(t, err, context.DeadlineExceeded)
			assert.Equal(t, sse.Closed, s.State())
			return err
		}
		require.Less(t, i, len(want), "%+v", ev)
		require.Equal(t, want[i], ev, "event %d", i)
		assert.Equal(t, ev.LastEventID, s.LastEventID())
		assert.Equal(t, sse.Open, s.State())
		i++
		after()
	}
	require.Equal(t, len(want), i, "events came")
	assert.Equal(t, sse.Closed, s.State())
	return nil
}

func none() {}

func TestClientTransports(t *testing.T) {
	forEachServing(t, func(t *testing.T, p *servingProgram) {
		for _, tr := range transports {
			t.Run(tr.name, func(t *testing.T) {
				s := p.script(t, tr.answer(tour), streamOf("data: again\n\n"))
				c := quick(t)
				var comments []string
				var retries []time.Duration
				var lost []error
				c.Observer.Comment = func(text string) { comments = append(comments, text) }
				c.Observer.Retry = func(d time.Duration) { retries = append(retries, d) }
				c.Observer.Lost = func(err error) { lost = append(lost, err) }
				stream := c.Stream(get(t, s.url(0)))
				assert.Equal(t, sse.Connecting, stream.State())
				permit := s.eachPart(t)
				permit()
				err := checkStream(t, stream, append(append([]sse.Event{}, tourEvents...),
					sse.Event{Type: "message", Data: "again", LastEventID: "b17e-9"}), permit)
				require.NoError(t, err, "204 is a silent end")
				assert.Equal(t, tourComments, comments)
				assert.Equal(t, []time.Duration{30 * time.Millisecond}, retries)
				assert.Len(t, lost, 2)

				first := s.request(t)
				assert.Equal(t, []string{"text/event-stream"}, first.get("accept"))
				assert.Equal(t, []string{"no-cache"}, first.get("cache-control"))
				assert.Empty(t, first.get("last-event-id"))
				for range 2 {
					assert.Equal(t, []string{"b17e-9"}, s.request(t).get("last-event-id"))
				}
				s.quiet(t)
			})
		}
	})
}

// What a connection ends with in the middle, and what the next one begins with.
func TestClientResumes(t *testing.T) {
	cut := func(parts ...string) servedAnswer {
		a := streamOf(parts...)
		a.Cut = true
		return a
	}
	untilClose := func(parts ...string) servedAnswer {
		a := streamOf(parts...)
		a.UntilClose = true
		return a
	}
	forEachServing(t, func(t *testing.T, p *servingProgram) {
		for _, test := range []struct {
			name    string
			answers []servedAnswer
			events  []sse.Event
			ids     []string // of the requests after the first, up to the one that gets 204
		}{
			{
				name:    "a cut inside an event",
				answers: []servedAnswer{cut("id: 1\ndata: a\n\n", "id: 2\ndata: b\nda"), cut("id: 2\ndata: b\n\n: c")},
				events:  []sse.Event{{Type: "message", Data: "a", LastEventID: "1"}, {Type: "message", Data: "b", LastEventID: "2"}},
				ids:     []string{"1", "2"},
			},
			{
				name:    "an end inside an event",
				answers: []servedAnswer{untilClose("id: 1\ndata: a\n\nid: 2\ndata: b\n"), streamOf("data: c\n\nid: 3\ndata: d")},
				events:  []sse.Event{{Type: "message", Data: "a", LastEventID: "1"}, {Type: "message", Data: "c", LastEventID: "1"}},
				ids:     []string{"1", "1"},
			},
			{
				name:    "neither type nor data outlives a stream",
				answers: []servedAnswer{cut("id: 1\ndata: a\n\nevent: x\ndata: lost\n"), streamOf("data: b\n\n")},
				events:  []sse.Event{{Type: "message", Data: "a", LastEventID: "1"}, {Type: "message", Data: "b", LastEventID: "1"}},
				ids:     []string{"1", "1"},
			},
			{
				name:    "an id without an event",
				answers: []servedAnswer{streamOf("id: 1\n\n"), streamOf("id: 2\n\n", "data: a\n\n"), cut("id: 3\n")},
				events:  []sse.Event{{Type: "message", Data: "a", LastEventID: "2"}},
				ids:     []string{"1", "2", "2"},
			},
			{
				name:    "an id reset",
				answers: []servedAnswer{streamOf("id: 1\ndata: a\n\n"), streamOf("id\ndata: b\n\n"), streamOf("data: c\n\n")},
				events:  []sse.Event{{Type: "message", Data: "a", LastEventID: "1"}, {Type: "message", Data: "b"}, {Type: "message", Data: "c"}},
				ids:     []string{"1", "", ""},
			},
			{
				name:    "an id beyond ASCII",
				answers: []servedAnswer{streamOf("id: № 🚀\ndata: a\n\n")},
				events:  []sse.Event{{Type: "message", Data: "a", LastEventID: "№ 🚀"}},
				ids:     []string{"№ 🚀"},
			},
			{
				name:    "an id that no header can have",
				answers: []servedAnswer{streamOf("id: \x01\ndata: a\n\n"), streamOf("data: b\n\n")},
				events:  []sse.Event{{Type: "message", Data: "a", LastEventID: "\x01"}, {Type: "message", Data: "b", LastEventID: "\x01"}},
				ids:     []string{"", ""},
			},
			{
				name:    "a byte order mark in each",
				answers: []servedAnswer{streamOf("\ufeffdata: a\n\n"), streamOf("\ufeff", "data: b\n\n")},
				events:  []sse.Event{{Type: "message", Data: "a"}, {Type: "message", Data: "b"}},
				ids:     []string{"", ""},
			},
		} {
			t.Run(test.name, func(t *testing.T) {
				s := p.script(t, test.answers...)
				require.NoError(t, checkStream(t, quick(t).Stream(get(t, s.url(0))), test.events, none))
				assert.Empty(t, s.request(t).get("last-event-id"))
				for i, id := range test.ids {
					got := s.request(t).get("last-event-id")
					if id == "" {
						assert.Empty(t, got, "request %d", i+1)
					} else {
						assert.Equal(t, []string{id}, got, "request %d", i+1)
					}
				}
				s.quiet(t)
			})
		}
	})
}

// The time between two requests is not less than the stream or the answer says.
func TestClientWaits(t *testing.T) {
	const least = 300 * time.Millisecond
	forEachServing(t, func(t *testing.T, p *servingProgram) {
		for _, test := range []struct {
			name  string
			first servedAnswer
			least time.Duration
		}{
			{"retry", streamOf("retry: 300\ndata: a\n\n"), least},
			{"retry alone", streamOf("data: a\n\nretry: 300\n"), least},
			{"503 with Retry-After", servedAnswer{Status: 503, Header: map[string]string{"Retry-After": "1"}}, time.Second},
			{"429 with Retry-After", servedAnswer{Status: 429, Header: map[string]string{"Retry-After": "1"}}, time.Second},
		} {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				s := p.script(t, test.first, streamOf("data: b\n\n"))
				var events []sse.Event
				if test.first.Status == http.StatusOK {
					events = append(events, sse.Event{Type: "message", Data: "a"})
				}
				var ended []time.Time
				c := quick(t)
				c.Observer.Lost = func(error) { ended = append(ended, time.Now()) }
				require.NoError(t, checkStream(t, c.Stream(get(t, s.url(0))), append(events, sse.Event{Type: "message", Data: "b"}), none))
				s.request(t)
				assert.GreaterOrEqual(t, s.request(t).came.Sub(ended[0]), test.least)
			})
		}
	})
}

// What is final.
func TestClientRefusals(t *testing.T) {
	html := streamOf("data: a\n\n")
	html.Header["Content-Type"] = "text/html"
	forEachServing(t, func(t *testing.T, p *servingProgram) {
		for _, test := range []struct {
			name   string
			policy sse.Policy
			answer servedAnswer
			status int // 0: the Content-Type is wrong
		}{
			{"404", sse.Resilient, servedAnswer{Status: 404}, 404},
			{"401", sse.Resilient, servedAnswer{Status: 401}, 401},
			{"503, strict", sse.Strict, servedAnswer{Status: 503, Header: map[string]string{"Retry-After": "1"}}, 503},
			{"HTML", sse.Resilient, html, 0},
			{"HTML, strict", sse.Strict, html, 0},
		} {
			t.Run(test.name, func(t *testing.T) {
				s := p.script(t, streamOf("data: before\n\n"), test.answer)
				c := quick(t)
				c.Policy = test.policy
				err := checkStream(t, c.Stream(get(t, s.url(0))), []sse.Event{{Type: "message", Data: "before"}}, none)
				require.Error(t, err)
				if status, ok := errors.AsType[*sse.StatusError](err); ok {
					assert.Equal(t, test.status, status.StatusCode)
				} else {
					var contentType *sse.ContentTypeError
					require.ErrorAs(t, err, &contentType)
					assert.Zero(t, test.status)
				}
				s.request(t)
				s.request(t)
				s.quiet(t)
			})
		}
		t.Run("204 at once", func(t *testing.T) {
			s := p.script(t)
			require.NoError(t, checkStream(t, quick(t).Stream(get(t, s.url(0))), nil, none))
			s.request(t)
			s.quiet(t)
		})
	})
}

// Each connection begins at the first URL, with all headers, and takes none of
// them to another origin.
func TestClientRedirects(t *testing.T) {
	forEachServing(t, func(t *testing.T, p *servingProgram) {
		for origin, kept := range []bool{true, false} {
			name := map[bool]string{true: "within an origin", false: "to another origin"}[kept]
			t.Run(name, func(t *testing.T) {
				end := p.script(t, streamOf("id: 1\ndata: a\n\n"), streamOf("id: 2\ndata: b\n\n"))
				redirect := servedAnswer{Status: 307, Header: map[string]string{"Location": end.url(origin)}}
				first := p.script(t, redirect, redirect, redirect)
				req := get(t, first.url(0))
				for _, name := range secrets {
					if name != "Last-Event-ID" {
						req.Header.Set(name, "secret="+name)
					}
				}
				stream := quick(t).Stream(req)
				err := checkStream(t, stream, []sse.Event{
					{Type: "message", Data: "a", LastEventID: "1"},
					{Type: "message", Data: "b", LastEventID: "2"},
				}, none)
				require.NoError(t, err)
				assert.Equal(t, end.url(origin), stream.URL().String())
				for _, id := range []string{"", "1", "2"} {
					for _, hop := range []*served{first, end} {
						r := hop.request(t)
						for _, name := range secrets {
							want := []string{"secret=" + name}
							if name == "Last-Event-ID" {
								want = []string{id}
							}
							if id == "" && name == "Last-Event-ID" || hop == end && !kept {
								want = nil
							}
							assert.Equal(t, want, r.get(strings.ToLower(name)), name)
						}
					}
				}
				first.quiet(t)
				end.quiet(t)
			})
		}
	})
}

// A server that falls silent within a stream is given up.
func TestClientIdle(t *testing.T) {
	forEachServing(t, func(t *testing.T, p *servingProgram) {
		silent := streamOf("id: 1\ndata: a\n\n", "data: never\n\n")
		silent.Live = true
		s := p.script(t, silent, streamOf("data: b\n\n"))
		c := quick(t)
		c.IdleTimeout = 200 * time.Millisecond
		var lost []error
		c.Observer.Lost = func(err error) { lost = append(lost, err) }
		err := checkStream(t, c.Stream(get(t, s.url(0))), []sse.Event{
			{Type: "message", Data: "a", LastEventID: "1"},
			{Type: "message", Data: "b", LastEventID: "1"},
		}, none)
		require.NoError(t, err)
		require.NotEmpty(t, lost)
		assert.ErrorIs(t, lost[0], sse.ErrIdleTimeout)
	})
}

// A request with a body is sent again with it.
func TestClientPost(t *testing.T) {
	forEachServing(t, func(t *testing.T, p *servingProgram) {
		s := p.script(t, streamOf("id: 1\ndata: a\n\n"), streamOf("id: 2\ndata: b\n\n"))
		const body = `{"topics":["κόσμε"]}`
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url(0), strings.NewReader(body))
		require.NoError(t, err)
		err = checkStream(t, quick(t).Stream(req), []sse.Event{
			{Type: "message", Data: "a", LastEventID: "1"},
			{Type: "message", Data: "b", LastEventID: "2"},
		}, none)
		require.NoError(t, err)
		for range 3 {
			r := s.request(t)
			assert.Equal(t, http.MethodPost, r.Method)
			same := string(r.Body) == body
			assert.True(t, same, "%q came", r.Body)
		}
		s.quiet(t)
	})
}
