package docs

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every transport is there, in every browser and round, and nothing was lost.
func TestFiguresAreWhole(t *testing.T) {
	f, all := readFigures(t), transports(t)
	times := map[string]int{}
	for _, s := range f.Samples {
		times[fmt.Sprint(s.Load, s.Round, s.Browser, s.Transport)]++
		assert.Positive(t, s.Events, "%+v", s)
		assert.Zero(t, s.Missed+s.Doubled, "%+v", s)
		assert.LessOrEqual(t, s.P50, s.P99, "%+v", s)
		assert.Greater(t, s.Down, s.Data, "%+v", s)
	}
	for _, q := range f.Quiet {
		times[fmt.Sprint("quiet", q.Browser, q.Transport)]++
		assert.Positive(t, q.Opening.Requests, "%+v", q)
	}
	for _, c := range f.Cuts {
		times[fmt.Sprint("cut", c.Browser, c.Transport)]++
		assert.Zero(t, c.Missed+c.Doubled, "%+v", c)
		assert.Positive(t, c.CaughtUp, "%+v", c)
	}
	for _, b := range f.Browsers {
		for _, tr := range all {
			for _, l := range f.Loads {
				for round := range f.Rounds {
					assert.Equal(t, 1, times[fmt.Sprint(l.Name, round, b.Name, tr.name)], "%s %d %s %s", l.Name, round, b.Name, tr.name)
				}
			}
			assert.Equal(t, 1, times[fmt.Sprint("quiet", b.Name, tr.name)])
			assert.Equal(t, 1, times[fmt.Sprint("cut", b.Name, tr.name)])
		}
	}
	assert.Len(t, f.Samples, len(f.Browsers)*len(all)*len(f.Loads)*f.Rounds)
}

// docs/transports.md is what its figures make of it, but for the part that comes
// from elsewhere.
func TestTransportsPage(t *testing.T) {
	const name = "docs/transports.md"
	is := read(t, name)
	_, kept, _, ok := section(is, nchanSection)
	require.True(t, ok, "the marks of %s", nchanSection)
	is2be := transportsPage(readFigures(t), transports(t), kept)
	if *update {
		write(t, name, is2be)
		return
	}
	assert.Equal(t, is2be, is, "%s: run make transports, or go test ./docs -update", name)
}

// So are the figures in docs/choosing.md, of which every transport has some.
func TestChoosingFigures(t *testing.T) {
	const name = "docs/choosing.md"
	f, all := readFigures(t), transports(t)
	is := read(t, name)
	is2be := is
	fill := func(mark, body string) {
		before, _, after, ok := section(is2be, mark)
		require.True(t, ok, "%s has no section %s", name, mark)
		is2be = before + body + after
	}
	fill("figures", glance(f, all))
	fill("figures of a minute", minuteTable(f))
	for _, tr := range all {
		fill("figures of "+tr.name, inShort(f, tr.name))
	}
	if *update {
		write(t, name, is2be)
		return
	}
	assert.Equal(t, is2be, is, "%s: run go test ./docs -update", name)
}

// What docs/choosing.md reads from the figures in words is in them.
func TestChoosingIsRight(t *testing.T) {
	f := readFigures(t)
	middle := func(load, name string, of func(sample) float64) float64 { return median(f.each(load, name, of)) }
	for _, pushed := range []string{"websocket", "sse", "stream", "multipart", "iframe", "longpoll", "jsonp-longpoll"} {
		assert.Less(t, middle("steady", pushed, p50), middle("steady", "poll", p50)/20, "%s is there within milliseconds", pushed)
	}
	assert.InDelta(t, 1000, middle("steady", "poll", p50), 250, "half the pause of two seconds")
	assert.InDelta(t, 1, middle("steady", "longpoll", requests), 0.1, "a request an event")
	assert.Less(t, middle("bursts", "longpoll", requests), 0.1, "next to nothing")
	assert.Less(t, middle("bursts", "longpoll", around), middle("steady", "longpoll", around)/5)
	assert.Greater(t, f.silentMinute("poll"), 100*f.silentMinute("websocket"))
	assert.Greater(t, f.silentMinute("poll"), 100*f.silentMinute("sse"))
	assert.Greater(t, f.inVain("poll"), 10*f.silentMinute("sse"), "dearer than many minutes of an event stream")
	assert.Greater(t, f.minute("longpoll", 60, 0), 1.5*f.minute("poll", 60, 2), "an event a second")
	assert.InDelta(t, middle("steady", "websocket", around), middle("steady", "sse", around), 20, "framing decides nothing")
}

func TestSection(t *testing.T) {
	before, body, after, ok := section("a\n<!-- begin: x -->\nb\nc\n<!-- end: x -->\nd\n", "x")
	assert.True(t, ok)
	assert.Equal(t, []string{"a\n<!-- begin: x -->\n", "b\nc\n", "<!-- end: x -->\nd\n"}, []string{before, body, after})
	for _, bad := range []string{"", "<!-- begin: y -->\n<!-- end: y -->\n", "<!-- begin: x -->\n"} {
		_, _, _, ok := section(bad, "x")
		assert.False(t, ok, bad)
	}
}

func TestFigureTables(t *testing.T) {
	f := &figures{Loads: []load{{Name: "steady", Rate: 4, Burst: 1, Size: 128}}, Rounds: 3}
	f.Browsers = append(f.Browsers, struct{ Name, Version string }{"A", "1"}, struct{ Name, Version string }{"B", "2"})
	for round, p50 := range []float64{1, 4, 2} {
		for i, b := range []string{"A", "B"} {
			scale := float64(i + 1)
			f.Samples = append(f.Samples,
				sample{Load: "steady", Round: round, Browser: b, Transport: "websocket", Events: 100, Down: 15000, Data: 12800, P50: scale * p50, P99: 20},
				sample{Load: "steady", Round: round, Browser: b, Transport: "poll", Events: 100, Requests: 12, Up: 100 * (i + 1), Down: 30000, Data: 12800, P50: 1000, P99: 2000})
		}
	}
	for _, b := range []string{"A", "B"} {
		f.Quiet = append(f.Quiet,
			quiet{Browser: b, Transport: "websocket", Seconds: 120, Silence: wireCount{Up: 24, Down: 8}},
			quiet{Browser: b, Transport: "poll", Seconds: 120, Silence: wireCount{Requests: 60, Up: 30000, Down: 30000}})
	}
	row := strings.Split(loadTable(f, f.Loads[0], []transport{{name: "poll", title: "Short polling"}}), "\n")[2]
	assert.Equal(t, "| Short polling | 1,000 | 2,000 | 500 / 250 | 0.12 | 1 / 2 | 300 | 173 / 174 | 0 |", row)
	assert.Equal(t, "3 | 1 | 0 | 22 | 16 octets", glanceCell(f, "websocket"))
	assert.Equal(t, "1,000 | 375 | 0.12 | 174 | 30 requests, 30,000 octets", glanceCell(f, "poll"))
	assert.InDelta(t, 16+60*22, f.minute("websocket", 60, 0), 1e-9)
	assert.InDelta(t, 6*1000+60*(173.5-0.12*1000), f.minute("poll", 60, 10), 1e-9, "six requests, and what is around each event in an answer")
	f.Samples = append(f.Samples, sample{Load: "steady", Browser: "C", Transport: "websocket", P50: 0.04}, sample{Load: "steady", Browser: "C", Transport: "sse", P50: 3})
	f.Browsers = f.Browsers[:1]
	f.Browsers[0].Name = "C"
	assert.Equal(t, []float64{3}, f.ratios("steady", "sse"), "less than the clock can tell")
	assert.Equal(t, []string{"< 1", "3"}, []string{millis(0.04), millis(3)})
	assert.Equal(t, wireCount{Requests: 1, Up: 50, Down: 30}, quiet{Transport: "poll", Opening: wireCount{Requests: 2, Up: 100, Down: 60}}.opening())
	assert.InDelta(t, 3, median([]float64{9, 3, 1}), 0)
	assert.InDelta(t, 2, median([]float64{3, 1}), 0)
	assert.True(t, slices.Equal([]string{"0", "0.05", "1.5", "12", "12,346"}, []string{decimal(0), decimal(0.05), decimal(1.5), decimal(12.3), decimal(12345.6)}))
}
