package interop

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
)

// servingPrograms serve streams to our client.
var servingPrograms = []struct {
	name  string
	start func(t *testing.T) *servingProgram
}{
	{"node http", func(t *testing.T) *servingProgram { return startServing(t, tool(t, "node"), "node/stream_server.cjs") }},
	{"Python http.server", func(t *testing.T) *servingProgram {
		return startServing(t, tool(t, "python3"), "python/stream_server.py")
	}},
}

// forEachServing runs a test with each program.
func forEachServing(t *testing.T, test func(t *testing.T, p *servingProgram)) {
	t.Helper()
	for _, serving := range servingPrograms {
		t.Run(serving.name, func(t *testing.T) {
			t.Parallel()
			test(t, serving.start(t))
		})
	}
}

// get is a request for a script.
func get(t *testing.T, url string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	return req
}

// ownClient is an http.Client whose connections end with the test.
func ownClient(t *testing.T) *http.Client {
	t.Helper()
	transport := &http.Transport{ResponseHeaderTimeout: patience}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func TestDoTransports(t *testing.T) {
	forEachServing(t, func(t *testing.T, p *servingProgram) {
		for _, tr := range transports {
			t.Run(tr.name, func(t *testing.T) {
				s := p.script(t, tr.answer(tour))
				var comments []string
				var retries []time.Duration
				res, err := sse.Do(ownClient(t), get(t, s.url(0)), &sse.ReadOptions{
					OnComment: func(text string) { comments = append(comments, text) },
					OnRetry:   func(d time.Duration) { retries = append(retries, d) },
				})
				require.NoError(t, err)
				req := s.request(t)
				assert.Equal(t, []string{"text/event-stream"}, req.get("accept"))
				assert.Equal(t, []string{"no-cache"}, req.get("cache-control"))
				assert.Empty(t, req.get("last-event-id"))

				permit := s.eachPart(t)
				permit()
				checkEvents(t, res, tourEvents, permit)
				assert.Equal(t, tourComments, comments)
				assert.Equal(t, []time.Duration{30 * time.Millisecond}, retries)
				assert.Equal(t, "b17e-9", res.LastEventID())
				if tr.name == "with a trailer" {
					assert.Equal(t, "4711", res.HTTP.Trailer.Get("X-Sum"))
				}
				s.quiet(t)
			})
		}
	})
}

// checkEvents loops over the events of a response to its end, which has to be a
// clean one. after is called after each.
func checkEvents(t *testing.T, res *sse.Response, want []sse.Event, after func()) {
	t.Helper()
	i := 0
	for ev, err := range res.Events() {
		require.NoError(t, err)
		require.Less(t, i, len(want), "%+v", ev)
		require.Equal(t, want[i], ev, "event %d", i)
		i++
		after()
	}
	require.Len(t, want, i, "events came")
}

func TestDoOneMiB(t *testing.T) {
	forEachServing(t, func(t *testing.T, p *servingProgram) {
		for _, data := range []string{mebibyte, mebibyteLines} {
			stream := "data: " + strings.ReplaceAll(data, "\n", "\r\ndata: ") + "\r\n\r\n"
			for _, gzip := range []bool{false, true} {
				a := streamOf(inPieces(stream+"data: end\n\n", 65537)...)
				a.Gzip = gzip
				s := p.script(t, a)
				res, err := sse.Do(ownClient(t), get(t, s.url(0)), nil)
				require.NoError(t, err)
				var got []string
				for ev, err := range res.Events() {
					require.NoError(t, err)
					got = append(got, ev.Data)
				}
				require.Len(t, got, 2)
				same := got[0] == data
				assert.True(t, same, "%d octets came, not the %d that were sent", len(got[0]), len(data))
				assert.Equal(t, "end", got[1])
			}
		}
	})
}

// What is no stream is an error, with the body.
func TestDoRefusals(t *testing.T) {
	forEachServing(t, func(t *testing.T, p *servingProgram) {
		for _, test := range []struct {
			name   string
			answer servedAnswer
		}{
			{"404", servedAnswer{Status: 404, Parts: [][]byte{[]byte("no such stream")}}},
			{"503", servedAnswer{Status: 503, Header: map[string]string{"Retry-After": "7"}, Parts: [][]byte{[]byte("later")}}},
			{"201", servedAnswer{Status: 201, Header: map[string]string{"Content-Type": "text/event-stream"}, Parts: [][]byte{[]byte("data: x\n\n")}}},
		} {
			t.Run(test.name, func(t *testing.T) {
				_, err := sse.Do(ownClient(t), get(t, p.script(t, test.answer).url(0)), nil)
				var status *sse.StatusError
				require.ErrorAs(t, err, &status)
				assert.Equal(t, test.answer.Status, status.StatusCode)
				assert.Equal(t, string(test.answer.Parts[0]), string(status.Body))
				assert.Equal(t, test.answer.Header["Retry-After"], status.Header.Get("Retry-After"))
			})
		}
		t.Run("204", func(t *testing.T) {
			_, err := sse.Do(ownClient(t), get(t, p.script(t).url(0)), nil)
			var status *sse.StatusError
			require.ErrorAs(t, err, &status)
			assert.Equal(t, http.StatusNoContent, status.StatusCode)
		})
		t.Run("HTML", func(t *testing.T) {
			a := streamOf("data: x\n\n")
			a.Header["Content-Type"] = "text/html"
			_, err := sse.Do(ownClient(t), get(t, p.script(t, a).url(0)), nil)
			var contentType *sse.ContentTypeError
			require.ErrorAs(t, err, &contentType)
			assert.Equal(t, "text/html", contentType.ContentType)
			assert.Equal(t, "data: x\n\n", string(contentType.Body))
		})
	})
}

// A stream that breaks off is not taken for one that has ended.
func TestDoCut(t *testing.T) {
	forEachServing(t, func(t *testing.T, p *servingProgram) {
		for _, untilClose := range []bool{false, true} {
			a := streamOf("data: whole\n\n", "data: half\ndata: of an ev")
			a.Cut, a.UntilClose = true, untilClose
			res, err := sse.Do(ownClient(t), get(t, p.script(t, a).url(0)), nil)
			require.NoError(t, err)
			var last error
			var got []sse.Event
			for ev, err := range res.Events() {
				if last = err; err == nil {
					got = append(got, ev)
				}
			}
			assert.Equal(t, []sse.Event{{Type: "message", Data: "whole"}}, got)
			require.Error(t, last)
			if untilClose {
				// Nothing but the stream itself says that it is not whole.
				var incomplete *sse.IncompleteError
				assert.ErrorAs(t, last, &incomplete)
			}
		}
	})
}

// A language model's stream: a POST, and an end that the caller knows.
func TestDoPost(t *testing.T) {
	forEachServing(t, func(t *testing.T, p *servingProgram) {
		a := streamOf("data: {\"delta\":\"Hel\"}\n\n", "data: {\"delta\":\"lo\"}\n\n", "data: [DONE]\n\n", "data: {\"delta\":\"never\"}\n\n")
		s := p.script(t, a)
		const prompt = `{"prompt":"κόσμε","stream":true}`
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url(0), strings.NewReader(prompt))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer secret")
		res, err := sse.Do(ownClient(t), req, nil)
		require.NoError(t, err)

		type chunk struct{ Delta string }
		var text strings.Builder
		done := func(ev sse.Event) bool { return ev.Data == "[DONE]" }
		for c, err := range sse.Decode[chunk](sse.Until(res.Events(), done)) {
			require.NoError(t, err)
			text.WriteString(c.Delta)
		}
		assert.Equal(t, "Hello", text.String())

		got := s.request(t)
		assert.Equal(t, http.MethodPost, got.Method)
		same := string(got.Body) == prompt
		assert.True(t, same, "%q came", got.Body)
		assert.Equal(t, []string{"Bearer secret"}, got.get("authorization"))
		assert.Equal(t, []string{"application/json"}, got.get("content-type"))
		s.quiet(t)
	})
}

// secrets are headers that are meant for one origin.
var secrets = []string{"Authorization", "Cookie", "X-Api-Key", "Last-Event-ID"}

// A redirect within an origin takes the headers along, and one to another
// origin none of them.
func TestDoRedirects(t *testing.T) {
	forEachServing(t, func(t *testing.T, p *servingProgram) {
		for _, test := range []struct {
			name    string
			status  int
			origins []int // of the redirects, from origin 0 on
			kept    bool
		}{
			{"301 within", 301, []int{0}, true},
			{"307 within", 307, []int{0}, true},
			{"308 within, twice", 308, []int{0, 0}, true},
			{"302 to another", 302, []int{1}, false},
			{"307 to another", 307, []int{1}, false},
			{"307 to another and back", 307, []int{1, 0}, false},
			{"307 within, then to another", 307, []int{0, 1}, false},
		} {
			t.Run(test.name, func(t *testing.T) {
				end := p.script(t, streamOf("data: here\nid: 8\n\n"))
				first := end
				hops := []*served{end}
				for _, origin := range slices.Backward(test.origins) {
					first = p.script(t, servedAnswer{Status: test.status, Header: map[string]string{"Location": first.url(origin)}})
					hops = append(hops, first)
				}
				req := get(t, first.url(0))
				for _, name := range secrets {
					req.Header.Set(name, "secret="+name)
				}
				res, err := sse.Do(ownClient(t), req, nil)
				require.NoError(t, err)
				checkEvents(t, res, []sse.Event{{Type: "message", Data: "here", LastEventID: "8"}}, func() {})

				for _, name := range secrets {
					assert.Equal(t, "secret="+name, req.Header.Get(name), "the caller's request")
				}
				asked := hops[len(hops)-1].request(t)
				for _, name := range secrets {
					assert.Equal(t, []string{"secret=" + name}, asked.get(strings.ToLower(name)), "the first request")
				}
				last := end.request(t)
				assert.Equal(t, []string{"text/event-stream"}, last.get("accept"))
				for _, name := range secrets {
					if test.kept {
						assert.Equal(t, []string{"secret=" + name}, last.get(strings.ToLower(name)))
					} else {
						assert.Empty(t, last.get(strings.ToLower(name)), name)
					}
				}
			})
		}
	})
}
