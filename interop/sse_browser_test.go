package interop

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
)

// readStream reads a stream with an EventSource and tells what it sees to the
// binding longwire.
const readStream = `((url, types, init) => {
	const source = new EventSource(url, init);
	const tell = (what) => longwire(JSON.stringify(what));
	source.addEventListener("open", () => tell({ saw: "open" }));
	source.addEventListener("error", () =>
		tell({ saw: source.readyState === EventSource.CLOSED ? "closed" : "lost" }));
	for (const type of ["message", ...types])
		source.addEventListener(type, (e) => tell({ saw: "event", type: e.type, data: e.data, id: e.lastEventId }));
})(%s, %s, %s)`

// chromiumReader starts a browser. What it gives reads a stream in a page of the
// stream's own origin.
func chromiumReader(t *testing.T) func(*testing.T, string, []string) seeing {
	b := startBrowser(t)
	return func(t *testing.T, url string, types []string) seeing {
		return b.read(t, strings.TrimSuffix(url, streamPath), url, types, "{}")
	}
}

// read reads a stream in a tab with a page.
func (b browser) read(t *testing.T, page, url string, types []string, init string) seeing {
	t.Helper()
	p := b.open(t, page)
	what := make(chan seen, 64)
	require.NoError(t, chromedp.Listen(p.ctx, func(ev any) {
		call, ok := ev.(*runtime.EventBindingCalled)
		if !ok || call.Name != "longwire" {
			return
		}
		var v seen
		if !assert.NoError(t, json.Unmarshal([]byte(call.Payload), &v)) {
			return
		}
		what <- v
		if v.Saw == "closed" {
			close(what) // an EventSource says nothing more
		}
	}))
	_, err := chromedp.Call(p.ctx, runtime.AddBinding, runtime.AddBindingParams{Name: "longwire"})
	require.NoError(t, err)
	list, err := json.Marshal(append([]string{}, types...))
	require.NoError(t, err)
	where, err := json.Marshal(url)
	require.NoError(t, err)
	_, err = chromedp.Call(p.ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: fmt.Sprintf(readStream, where, list, init)})
	require.NoError(t, err)
	return what
}

// A page of another origin reads a stream if Origins names it, and its cookies
// come along if AllowCredentials says so, too. A refused page sees nothing.
func TestStreamAcrossOrigins(t *testing.T) {
	t.Parallel()
	b := startBrowser(t)
	origin := serveStreams(t, nil).root
	for _, test := range []struct {
		name    string
		options sse.Options
		init    string
		reads   bool
	}{
		{name: "not named", options: sse.Options{}, init: "{}"},
		{name: "another is named", options: sse.Options{Origins: []string{"http://127.0.0.1"}}, init: "{}"},
		{name: "named", options: sse.Options{Origins: []string{"http://a.example", origin}}, init: "{}", reads: true},
		{name: "named, without credentials", options: sse.Options{Origins: []string{origin}}, init: "{ withCredentials: true }"},
		{name: "named, with credentials", options: sse.Options{Origins: []string{origin}, AllowCredentials: true}, init: "{ withCredentials: true }", reads: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.options.Retry = helloRetry
			srv := serveStreams(t, &test.options)
			what := b.read(t, origin, srv.url, nil, test.init)
			if !test.reads {
				require.Equal(t, seen{Saw: "closed"}, what.next(t))
				what.end(t)
				return
			}
			sc := streamScenario{streams: []stream{
				{steps: []step{numbered("1", "one")}},
				{resume: "1", steps: []step{numbered("2", "two")}},
			}}
			new(streamClient).check(t, what, srv, sc)
		})
	}
}
