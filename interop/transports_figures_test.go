package interop

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "measure the transports for some minutes, and rewrite docs/transports.json")

// figuresFile is what docs/transports.md is made of, by a test in docs.
const figuresFile = root + "/docs/transports.json"

// figures is that file; docs/transports_test.go says what is in it.
type figures struct {
	Date     string           `json:"date"`
	Machine  string           `json:"machine"`
	Rounds   int              `json:"rounds"`
	Browsers []browserVersion `json:"browsers"`
	Loads    []galleryLoad    `json:"loads"`
	Samples  []gallerySample  `json:"samples"`
	Quiet    []galleryQuiet   `json:"quiet"`
	Cuts     []galleryCut     `json:"cuts"`
}

type browserVersion struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

const figureRounds = 3

var galleryLoads = []galleryLoad{
	{Name: "steady", Rate: 4, Burst: 1, Size: 128, seconds: 8},
	{Name: "lively", Rate: 20, Burst: 1, Size: 128, seconds: 3},
	{Name: "bursts", Rate: 1, Burst: 50, Size: 128, seconds: 4},
	{Name: "large", Rate: 10, Burst: 1, Size: 4096, seconds: 3},
}

// What is published of the transports is measured here: all loads in all browsers,
// in rounds, so that what else the machine does meets all of them alike.
func TestTransportsFigures(t *testing.T) {
	if !*update {
		t.Skip("make transports measures them; TestTransportsFiguresHold compares")
	}
	g := startGallery(t)
	f := &figures{Date: time.Now().Format(time.DateOnly), Machine: machine(), Rounds: figureRounds, Loads: galleryLoads}
	windows := make([]*window, len(browserKinds))
	for i, k := range browserKinds {
		s := k.start(t)
		windows[i] = s.open(t, "about:blank")
		f.Browsers = append(f.Browsers, browserVersion{k.name, s.version})
	}
	for round := range figureRounds {
		for _, l := range galleryLoads {
			for _, w := range windows {
				f.Samples = append(f.Samples, g.measure(w, round, l)...)
				w.navigate("about:blank")
			}
		}
	}
	for _, w := range windows {
		f.Cuts = append(f.Cuts, g.cut(w, galleryLoads[0])...)
		w.navigate("about:blank")
	}

	// Silence is the same for all at once.
	g.publish(t, galleryLoad{Size: 128})
	opened := make([]map[string]exportedTransport, len(windows))
	for i, w := range windows {
		g.open(w)
		opened[i] = g.export(w).Transports
	}
	for i, w := range windows {
		f.Quiet = append(f.Quiet, g.silence(w, opened[i])...)
	}
	f.write(t)
}

// What is published holds: octets on the wire are the same on every machine.
func TestTransportsFiguresHold(t *testing.T) {
	if *update {
		t.Skip("they are measured")
	}
	text, err := os.ReadFile(figuresFile)
	require.NoError(t, err)
	var f figures
	require.NoError(t, json.Unmarshal(text, &f))
	lively := galleryLoads[1]
	published := map[string][]float64{} // octets an event, by browser and transport
	for _, s := range f.Samples {
		if s.Load == lively.Name {
			name := s.Browser + " " + s.Transport
			published[name] = append(published[name], float64(s.Down)/float64(s.Events))
		}
	}
	g := startGallery(t)
	eachBrowser(t, func(t *testing.T, b *session) {
		for _, s := range g.measureAll(b.open(t, "about:blank"), lively) {
			assert.Zero(t, s.Missed+s.Doubled, s.Transport)
			switch s.Transport {
			case "websocket", "sse", "stream", "multipart", "iframe":
				// How many events go together in a chunk is a matter of timing, and so
				// is the number of requests of the others.
				all := published[b.name+" "+s.Transport]
				require.Len(t, all, f.Rounds, s.Transport)
				slices.Sort(all)
				assert.InEpsilon(t, all[len(all)/2], float64(s.Down)/float64(s.Events), 0.06, "%s: run make transports", s.Transport)
				assert.Zero(t, s.Requests, s.Transport)
			default:
				assert.Positive(t, s.Requests, s.Transport)
			}
		}
	})
}

// write writes the file, a line for each thing that was measured.
func (f *figures) write(t *testing.T) {
	t.Helper()
	lines := func(list any) string {
		var all []json.RawMessage
		b, err := json.Marshal(list)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(b, &all))
		s := make([]string, len(all))
		for i, one := range all {
			s[i] = "\n  " + string(one)
		}
		return "[" + strings.Join(s, ",") + "\n ]"
	}
	text := fmt.Sprintf("{\n \"date\": %q,\n \"machine\": %q,\n \"rounds\": %d,\n \"browsers\": %s,\n \"loads\": %s,\n \"samples\": %s,\n \"quiet\": %s,\n \"cuts\": %s\n}\n",
		f.Date, f.Machine, f.Rounds, lines(f.Browsers), lines(f.Loads), lines(f.Samples), lines(f.Quiet), lines(f.Cuts))
	require.True(t, json.Valid([]byte(text)))
	require.NoError(t, os.WriteFile(filepath.FromSlash(figuresFile), []byte(text), 0o644))
}
