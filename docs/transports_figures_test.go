package docs

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// figures is docs/transports.json: what the page /transports of cmd/echo has
// measured in browsers. `make transports` (interop/transports_figures_test.go)
// writes it, and docs/transports.md and the tables of docs/choosing.md are made of
// it here, so neither can say anything else. Octets are the server's count, times
// are in milliseconds.
type figures struct {
	Date     string
	Machine  string
	Rounds   int
	Browsers []struct{ Name, Version string }
	Loads    []load
	Samples  []sample
	Quiet    []quiet
	Cuts     []cut
}

// load is what is published: so many bursts a second, of so many events, of so
// many octets.
type load struct {
	Name  string
	Rate  float64
	Burst int
	Size  int
}

// sample is one transport in one browser, for some seconds of one load.
type sample struct {
	Load               string
	Round              int
	Browser, Transport string
	Events             int
	Missed, Doubled    int
	Requests           int
	Up, Down, Data     int
	P50, P99           float64
}

// quiet is one that is opened, and then left alone.
type quiet struct {
	Browser, Transport string
	Opening            wireCount
	Seconds            float64
	Silence            wireCount
}

// opening is what it took until there could be events: of short polling, which may
// have asked again before that was read, one request.
func (q quiet) opening() wireCount {
	c := q.Opening
	if strings.HasSuffix(q.Transport, "poll") && !strings.HasSuffix(q.Transport, "longpoll") {
		c.Up, c.Down, c.Requests = c.Up/c.Requests, c.Down/c.Requests, 1
	}
	return c
}

type wireCount struct{ Requests, Connections, Up, Down int }

// cut is one that is cut off for some time and comes back.
type cut struct {
	Browser, Transport string
	Milliseconds       float64 // until it is back
	CaughtUp           int     // events
	Missed, Doubled    int
}

// transport is one of those that are compared, with what the page says of it.
type transport struct{ name, title, how, direction, origins, compatibility string }

var transportText = regexp.MustCompile(`(?s)name: "(.*?)", title: "(.*?)", how: "(.*?)",\s+direction: "(.*?)", origins: "(.*?)", compatibility: "(.*?)",`)

func transports(t *testing.T) []transport {
	t.Helper()
	var all []transport
	for _, m := range transportText.FindAllStringSubmatch(read(t, "cmd/echo/page/transports-about.js"), -1) {
		all = append(all, transport{m[1], m[2], m[3], m[4], m[5], m[6]})
	}
	require.Len(t, all, 9)
	return all
}

func readFigures(t *testing.T) *figures {
	t.Helper()
	f := new(figures)
	d := json.NewDecoder(strings.NewReader(read(t, "docs/transports.json")))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(f))
	return f
}

// A section of a page that is written by something else stands between two marks:
//
//	<!-- begin: NAME -->
//	<!-- end: NAME -->
func section(text, name string) (before, body, after string, ok bool) {
	begin, end := "<!-- begin: "+name+" -->\n", "<!-- end: "+name+" -->\n"
	before, rest, ok := strings.Cut(text, begin)
	if !ok {
		return text, "", "", false
	}
	body, after, ok = strings.Cut(rest, end)
	return before + begin, body, end + after, ok
}
