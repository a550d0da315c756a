package report

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/bench/race/results"
)

// example has a contest of each kind, of servers of each group, one of which has
// failed.
func example() *results.Results {
	r := &results.Results{
		Date: "2026-01-02", Rounds: 2, Seconds: 2,
		Machine: results.Machine{CPU: "a processor", Cores: 2, Memory: "1 GiB", Kernel: "6.1", System: "amd64"},
		Servers: []results.Server{
			{Name: "tcp", Group: results.Limit, What: "no protocol"},
			{Name: "longwire-raw", Group: results.Ours, What: "ws.Upgrade", Version: "abc"},
			{Name: "gws", Group: results.GoPeer, What: "github.com/lxzan/gws", Version: "v1"},
			{Name: "bun", Group: results.Other, What: "Bun.serve", Version: "1"},
			{Name: "gone", Group: results.GoPeer, What: "not there", Skipped: "missing tool: x"},
		},
	}
	for _, load := range []string{"64x32x1", "rate:64x1024@20000", "handshakes:64", "broadcast:5x128", "idle:1000", "idle:18000", "growth:100/100", "growth:10000/10000"} {
		kind, _, ok := strings.Cut(load, ":")
		if !ok {
			kind = string(results.Echo)
		}
		c := results.Contest{Kind: results.Kind(kind), Load: load}
		for i, name := range []string{"tcp", "longwire-raw", "gws", "bun"} {
			v := float64(4 - i)
			c.Series = append(c.Series, results.Series{Server: name, Samples: []results.Sample{
				{CPU: v, Rate: 1e6 / v, P50: v, P99: 2 * v, P999: 3 * v, Memory: v, Resident: v, Busy: 1, LoadCPU: 1},
				{CPU: 10 * v, Rate: 1e5 / v, P50: v, P99: 20 * v, P999: 30 * v, Memory: 10 * v, Resident: v, Busy: 1, LoadCPU: 1},
			}})
		}
		c.Series = append(c.Series, results.Series{Server: "loop", Failed: "the server ended"})
		r.Contests = append(r.Contests, c)
	}
	return r
}

func TestFiles(t *testing.T) {
	r := example()
	files := Files(r)
	require.Len(t, files, 1+len(r.Contests))
	page := files["README.md"]
	for name, text := range files {
		if !strings.HasSuffix(name, ".svg") {
			continue
		}
		assert.Contains(t, page, "]("+name+")")
		for d := xml.NewDecoder(strings.NewReader(text)); ; {
			_, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err, name)
		}
		for _, server := range []string{"tcp", "longwire-raw", "gws", "bun"} {
			assert.Contains(t, text, ">"+server+"<", name)
		}
		assert.NotContains(t, text, ">loop<", "%s: it has no figures", name)
		assert.NotContains(t, text, "NaN", name)
	}
	for _, words := range []string{
		"a processor", "2 cores", "Linux 6.1", "| gone | not there | not raced: missing tool: x |",
		"loop: the server ended.", "### echo 64x32x1\n", "### rate 64x1024@20000\n",
		"| echo 64x32x1 | longwire-raw | 0.750 |  | 1.500 (gws) | 3.000 (bun) |",
		"| longwire-raw | 0.750 | 0.750..0.750 |", // of tcp, in both rounds
		"| server | 18000 : 1000 | 1000 | 18000 |",
		"| server | 10000/10000 : 100/100 | 100/100 | 10000/10000 |",
	} {
		assert.Contains(t, page, words)
	}
}

func TestText(t *testing.T) {
	var b strings.Builder
	Text(&b, &example().Contests[0])
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	require.Len(t, lines, 7)
	assert.Equal(t, "Echo under full load: 64x32x1", lines[0])
	assert.Equal(t, []string{"server", "x", "tcp", "quartiles", "CPU", "µs"}, strings.Fields(lines[1])[:6])
	assert.Equal(t, []string{"bun", "0.250", "0.250..0.250", "5.50", "1.00..10.0"}, strings.Fields(lines[2])[:5])
	assert.Equal(t, "tcp", strings.Fields(lines[5])[0])
	assert.Equal(t, "loop: the server ended", lines[6])
}

func TestSummary(t *testing.T) {
	var b strings.Builder
	r := example()
	Summary(&b, r)
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	require.Len(t, lines, 1+len(r.Contests))
	assert.Equal(t, []string{"echo", "64x32x1", "longwire-raw", "0.750", "1.500", "(gws)", "3.000", "(bun)"}, strings.Fields(lines[1]))
	b.Reset()
	Summary(&b, &results.Results{})
	assert.Empty(t, b.String())
}

// Nobody has run, or only some have.
func TestTextOfNothing(t *testing.T) {
	var b strings.Builder
	Text(&b, &results.Contest{Kind: results.Echo, Load: "1x1x1", Series: []results.Series{{Server: "a", Failed: "no"}}})
	assert.Equal(t, "\nEcho under full load: 1x1x1\na: no\n", b.String())
	assert.Len(t, Files(&results.Results{Contests: []results.Contest{{Kind: results.Echo, Load: "1x1x1"}}}), 1)
}

func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "bench")
	r := example()
	require.NoError(t, Write(dir, r))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "old.svg"), nil, 0o600))
	r.Contests = r.Contests[1:]
	require.NoError(t, Write(dir, r))
	assert.NoFileExists(t, filepath.Join(dir, "old.svg"))
	assert.NoFileExists(t, filepath.Join(dir, "echo-64x32x1.svg"))
	same(t, dir)
}

// same says that page and charts are what the results in the folder give.
func same(t *testing.T, dir string) {
	t.Helper()
	r, err := results.Load(filepath.Join(dir, DataFile))
	require.NoError(t, err)
	require.NotNil(t, r)
	for name, want := range Files(r) {
		got, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		assert.Equal(t, want, string(got), "%s: go run ./race -redraw -out ../docs/bench", name)
	}
}

// The published page says what the published results say.
func TestPublished(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "docs", "bench")
	if _, err := os.Stat(filepath.Join(dir, DataFile)); errors.Is(err, os.ErrNotExist) {
		t.Skip("nothing is published yet")
	}
	same(t, dir)
}
