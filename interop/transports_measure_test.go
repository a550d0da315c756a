package interop

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// gallery is a running cmd/echo whose page /transports is read.
type gallery struct{ url string }

// galleryLoad is what its publisher is told, and for how long that is measured.
type galleryLoad struct {
	Name  string  `json:"name"`
	Rate  float64 `json:"rate"`
	Burst int     `json:"burst"`
	Size  int     `json:"size"`

	seconds int
}

// exportedPage is what the page exports, and exportedTransport what it says there
// of one transport.
type exportedPage struct {
	Publisher  galleryLoad
	Transports map[string]exportedTransport
}

type exportedTransport struct {
	State                                 string
	Requests, Connections                 int
	OctetsUp, OctetsDown                  int
	EventsWhenCounted                     int
	Missed, Doubled, Gaps, LatencySamples int
	LatencyP50, LatencyP99                float64
	LastCut                               *struct {
		Milliseconds              float64
		CaughtUp, Missed, Doubled int
	}
}

// gallerySample, galleryQuiet and galleryCut are lines of docs/transports.json.
type gallerySample struct {
	Load      string  `json:"load"`
	Round     int     `json:"round"`
	Browser   string  `json:"browser"`
	Transport string  `json:"transport"`
	Events    int     `json:"events"`
	Missed    int     `json:"missed"`
	Doubled   int     `json:"doubled"`
	Requests  int     `json:"requests"`
	Up        int     `json:"up"`
	Down      int     `json:"down"`
	Data      int     `json:"data"`
	P50       float64 `json:"p50"`
	P99       float64 `json:"p99"`
}

type galleryQuiet struct {
	Browser   string       `json:"browser"`
	Transport string       `json:"transport"`
	Opening   galleryCount `json:"opening"`
	Seconds   float64      `json:"seconds"`
	Silence   galleryCount `json:"silence"`
}

type galleryCount struct {
	Requests    int `json:"requests"`
	Connections int `json:"connections"`
	Up          int `json:"up"`
	Down        int `json:"down"`
}

type galleryCut struct {
	Browser      string  `json:"browser"`
	Transport    string  `json:"transport"`
	Milliseconds float64 `json:"milliseconds"`
	CaughtUp     int     `json:"caughtUp"`
	Missed       int     `json:"missed"`
	Doubled      int     `json:"doubled"`
}

// silentSeconds is a common multiple of all times that are kept in silence:
// heartbeats (15 s), Pings (30 s) and held requests (25 s).
const silentSeconds = 150

func startGallery(t *testing.T) gallery {
	t.Helper()
	return gallery{startEcho(t, buildEcho(t)).url}
}

// publish sets what is published from now on.
func (g gallery) publish(t *testing.T, l galleryLoad) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"rate": l.Rate, "burst": max(l.Burst, 1), "size": l.Size})
	require.NoError(t, err)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, g.url+"transports/publisher", bytes.NewReader(body))
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusOK, resp.StatusCode)
}

// open opens the page and waits until every transport is open, the first figures
// are read, and the page counts latencies.
func (g gallery) open(w *window) {
	w.t.Helper()
	w.navigate(g.url + "transports")
	w.until(everyPanel(`d.state === "open" && Number(d.requests) > 0`))
	waitFor(w, "2500 - performance.now()")
}

// waitFor lets so many milliseconds go by in the page.
func waitFor(w *window, milliseconds string) {
	w.t.Helper()
	valueOf[bool](w, `new Promise((resolve) => setTimeout(() => resolve(true), `+milliseconds+`))`)
}

// exportIt presses the page's button and takes what it would save.
const exportIt = `new Promise((resolve, reject) => {
	const made = URL.createObjectURL;
	URL.createObjectURL = (blob) => { blob.text().then((text) => resolve(JSON.parse(text)), reject); return "#"; };
	HTMLAnchorElement.prototype.click = () => {};
	document.getElementById("export").click();
	URL.createObjectURL = made;
	delete HTMLAnchorElement.prototype.click;
})`

func (g gallery) export(w *window) exportedPage {
	w.t.Helper()
	p := valueOf[exportedPage](w, exportIt)
	require.Len(w.t, p.Transports, 9)
	for name, tr := range p.Transports {
		require.Equal(w.t, "open", tr.State, name)
		require.Zero(w.t, tr.Gaps, name)
	}
	return p
}

// measure measures one load, between two moments of an open page.
func (g gallery) measure(w *window, round int, l galleryLoad) []gallerySample {
	w.t.Helper()
	g.publish(w.t, l)
	g.open(w)
	first := g.export(w)
	waitFor(w, fmt.Sprint(l.seconds*1000))
	last := g.export(w)
	require.Equal(w.t, []any{l.Rate, l.Burst, l.Size}, []any{last.Publisher.Rate, last.Publisher.Burst, last.Publisher.Size})
	w.quiet()
	return samples(w, round, l, first, last)
}

// measureAll measures a load from its first event to its last, with silence before
// and after it: no event is under way when octets are counted, and polling asks in
// vain.
func (g gallery) measureAll(w *window, l galleryLoad) []gallerySample {
	w.t.Helper()
	g.publish(w.t, galleryLoad{Size: l.Size})
	g.open(w)
	first := g.export(w)
	g.publish(w.t, l)
	waitFor(w, fmt.Sprint(l.seconds*1000))
	g.publish(w.t, galleryLoad{Size: l.Size})
	waitFor(w, "500") // what is shown is not what was shown before
	w.until(everyPanel(`d.events === document.querySelector("#panels > section").dataset.events && d.state === "open"`))
	waitFor(w, "2000") // and the figures have been read again
	last := g.export(w)
	w.quiet()
	return samples(w, 0, l, first, last)
}

// samples are what happened between two moments.
func samples(w *window, round int, l galleryLoad, first, last exportedPage) []gallerySample {
	w.t.Helper()
	var all []gallerySample
	for _, name := range slices.Sorted(maps.Keys(last.Transports)) {
		b := last.Transports[name]
		a := first.Transports[name]
		events := b.EventsWhenCounted - a.EventsWhenCounted
		require.Positive(w.t, events, name)
		require.Positive(w.t, b.LatencySamples, name)
		all = append(all, gallerySample{
			Load: l.Name, Round: round, Browser: w.session.name, Transport: name,
			Events: events, Missed: b.Missed, Doubled: b.Doubled, Data: events * l.Size,
			Requests: b.Requests - a.Requests, Up: b.OctetsUp - a.OctetsUp, Down: b.OctetsDown - a.OctetsDown,
			P50: b.LatencyP50, P99: b.LatencyP99,
		})
	}
	return all
}

// cut cuts all transports off for five seconds, and waits until they are back.
func (g gallery) cut(w *window, l galleryLoad) []galleryCut {
	w.t.Helper()
	g.publish(w.t, l)
	g.open(w)
	w.click("#cut-all")
	w.until(everyPanel(`d.resume === "cut"`))
	w.until(everyPanel(`d.resume === "done"`))
	var all []galleryCut
	cuts := g.export(w).Transports
	for _, name := range slices.Sorted(maps.Keys(cuts)) {
		c := cuts[name].LastCut
		require.NotNil(w.t, c, name)
		all = append(all, galleryCut{w.session.name, name, c.Milliseconds, c.CaughtUp, c.Missed, c.Doubled})
	}
	w.quiet()
	return all
}

// silence waits until an open page has been silent for silentSeconds. opened is
// what it had cost until then.
func (g gallery) silence(w *window, opened map[string]exportedTransport) []galleryQuiet {
	w.t.Helper()
	for range silentSeconds / 30 { // a script may take no longer than browserPatience
		waitFor(w, fmt.Sprintf("Math.min(30000, 2500 + %d - performance.now())", silentSeconds*1000))
	}
	var all []galleryQuiet
	silent := g.export(w).Transports
	for _, name := range slices.Sorted(maps.Keys(silent)) {
		o, tr := opened[name], silent[name]
		all = append(all, galleryQuiet{
			Browser: w.session.name, Transport: name, Seconds: silentSeconds,
			Opening: galleryCount{o.Requests, o.Connections, o.OctetsUp, o.OctetsDown},
			Silence: galleryCount{tr.Requests - o.Requests, tr.Connections - o.Connections, tr.OctetsUp - o.OctetsUp, tr.OctetsDown - o.OctetsDown},
		})
	}
	return all
}

// machine says where it was measured.
func machine() string {
	cpu := runtime.GOARCH
	if f, err := os.Open("/proc/cpuinfo"); err == nil {
		defer f.Close()
		for s := bufio.NewScanner(f); s.Scan(); {
			if name, value, ok := strings.Cut(s.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
				cpu = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%s, %d cores, %s, %s", cpu, runtime.NumCPU(), runtime.GOOS, runtime.Version())
}
