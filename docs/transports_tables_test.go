package docs

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// The tables that are made of the figures. A cell has one number, or one for each
// browser if they differ: "529 / 471 / 402", in the order of figures.Browsers.

func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(values))
	n := len(s)
	return (s[(n-1)/2] + s[n/2]) / 2
}

// rounds gives the samples of one transport in one browser.
func (f *figures) rounds(load, transport, browser string) []sample {
	var all []sample
	for _, s := range f.Samples {
		if s.Load == load && s.Transport == transport && s.Browser == browser {
			all = append(all, s)
		}
	}
	return all
}

// each gives for each browser the median of the rounds.
func (f *figures) each(load, transport string, of func(sample) float64) []float64 {
	var all []float64
	for _, b := range f.Browsers {
		var values []float64
		for _, s := range f.rounds(load, transport, b.Name) {
			values = append(values, of(s))
		}
		all = append(all, median(values))
	}
	return all
}

// ratios compares a latency with that of the WebSocket beside it in the same page
// at the same time, which is what holds on other machines, too.
func (f *figures) ratios(load, transport string) []float64 {
	return f.each(load, transport, func(s sample) float64 {
		for _, w := range f.rounds(load, "websocket", s.Browser) {
			if w.Round == s.Round {
				return s.P50 / w.P50
			}
		}
		return math.NaN()
	})
}

func p50(s sample) float64      { return s.P50 }
func p99(s sample) float64      { return s.P99 }
func requests(s sample) float64 { return float64(s.Requests) / float64(s.Events) }
func up(s sample) float64       { return float64(s.Up) / float64(s.Events) }
func down(s sample) float64     { return float64(s.Down) / float64(s.Events) }
func around(s sample) float64   { return float64(s.Up+s.Down-s.Data) / float64(s.Events) }

// decimal writes two digits or more of a number.
func decimal(v float64) string {
	switch {
	case v == 0:
		return "0"
	case v < 0.995:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case v < 9.95:
		return strings.TrimSuffix(strconv.FormatFloat(v, 'f', 1, 64), ".0")
	}
	return whole(v)
}

// whole writes a whole number, with commas.
func whole(v float64) string {
	s := strconv.FormatFloat(math.Round(v), 'f', 0, 64)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func joined(values []float64, format func(float64) string) string {
	var all []string
	for _, v := range values {
		all = append(all, format(v))
	}
	if len(slices.Compact(slices.Clone(all))) == 1 {
		return all[0]
	}
	return strings.Join(all, " / ")
}

func tableRow(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |\n" }

func tableHead(cells ...string) string {
	return tableRow(cells...) + strings.Repeat("|---", len(cells)) + "|\n"
}

// loadTable has a row for each transport under one load.
func loadTable(f *figures, l load, all []transport) string {
	var b strings.Builder
	b.WriteString(tableHead("transport", "p50, ms", "p99, ms", "p50, × WebSocket", "requests an event", "octets up an event", "octets down", "octets around it", "missed, doubled"))
	for _, tr := range all {
		n := tr.name
		wrong := 0
		for _, s := range f.Samples {
			if s.Load == l.Name && s.Transport == n {
				wrong += s.Missed + s.Doubled
			}
		}
		b.WriteString(tableRow(tr.title,
			joined(f.each(l.Name, n, p50), decimal), joined(f.each(l.Name, n, p99), decimal), joined(f.ratios(l.Name, n), decimal),
			joined(f.each(l.Name, n, requests), decimal), joined(f.each(l.Name, n, up), whole), joined(f.each(l.Name, n, down), whole),
			joined(f.each(l.Name, n, around), whole), strconv.Itoa(wrong)))
	}
	return b.String()
}

// quiets gives something of an open, silent transport for each browser.
func (f *figures) quiets(transport string, of func(quiet) float64) []float64 {
	var all []float64
	for _, b := range f.Browsers {
		for _, q := range f.Quiet {
			if q.Browser == b.Name && q.Transport == transport {
				all = append(all, of(q))
			}
		}
	}
	return all
}

func quietTable(f *figures, all []transport) string {
	var b strings.Builder
	b.WriteString(tableHead("transport", "to open: requests", "connections", "octets up", "octets down", "a silent minute: requests", "octets up", "octets down"))
	for _, tr := range all {
		opening := func(of func(wireCount) int) string {
			return joined(f.quiets(tr.name, func(q quiet) float64 { return float64(of(q.Opening)) }), whole)
		}
		minute := func(of func(wireCount) int, format func(float64) string) string {
			return joined(f.quiets(tr.name, func(q quiet) float64 { return float64(of(q.Silence)) * 60 / q.Seconds }), format)
		}
		requests := func(c wireCount) int { return c.Requests }
		up := func(c wireCount) int { return c.Up }
		down := func(c wireCount) int { return c.Down }
		b.WriteString(tableRow(tr.title, opening(requests), opening(func(c wireCount) int { return c.Connections }), opening(up), opening(down),
			minute(requests, decimal), minute(up, whole), minute(down, whole)))
	}
	return b.String()
}

func cutTable(f *figures, all []transport) string {
	var b strings.Builder
	b.WriteString(tableHead("transport", "back after, s", "events caught up", "missed", "doubled"))
	for _, tr := range all {
		each := func(of func(cut) float64, format func(float64) string) string {
			var values []float64
			for _, browser := range f.Browsers {
				for _, c := range f.Cuts {
					if c.Browser == browser.Name && c.Transport == tr.name {
						values = append(values, of(c))
					}
				}
			}
			return joined(values, format)
		}
		b.WriteString(tableRow(tr.title,
			each(func(c cut) float64 { return c.Milliseconds / 1000 }, func(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }),
			each(func(c cut) float64 { return float64(c.CaughtUp) }, whole),
			each(func(c cut) float64 { return float64(c.Missed) }, whole), each(func(c cut) float64 { return float64(c.Doubled) }, whole)))
	}
	return b.String()
}

// glance has a row for each transport, with the middle one of the browsers: what
// the survey compares, and what was measured.
func glance(f *figures, all []transport) string {
	var b strings.Builder
	b.WriteString(tableHead("transport", "late, ms", "× WebSocket", "requests an event", "octets around an event", "a silent minute", "direction", "from other origins", "gets through"))
	for _, tr := range all {
		b.WriteString(tableRow(tr.title, glanceCell(f, tr.name), tr.direction, tr.origins, tr.compatibility))
	}
	return b.String()
}

func glanceCell(f *figures, name string) string {
	first := f.Loads[0].Name
	return strings.Join([]string{
		decimal(median(f.each(first, name, p50))), decimal(median(f.ratios(first, name))),
		decimal(median(f.each(first, name, requests))), whole(median(f.each(first, name, around))), silence(f, name),
	}, " | ")
}

func silence(f *figures, name string) string {
	requests := median(f.quiets(name, func(q quiet) float64 { return float64(q.Silence.Requests) * 60 / q.Seconds }))
	octets := median(f.quiets(name, func(q quiet) float64 { return float64(q.Silence.Up+q.Silence.Down) * 60 / q.Seconds }))
	if requests == 0 {
		return whole(octets) + " octets"
	}
	return counted(requests, "request") + ", " + whole(octets) + " octets"
}

func counted(n float64, noun string) string {
	s := decimal(n)
	if s != "1" {
		noun += "s"
	}
	return s + " " + noun
}

// inShort has the loads as columns, for one transport, with the middle one of the
// browsers.
func inShort(f *figures, name string) string {
	head, rule := []string{""}, []string{}
	late, times, asked, octets := []string{"late, ms"}, []string{"× WebSocket"}, []string{"requests an event"}, []string{"octets around it"}
	for _, l := range f.Loads {
		what := decimal(l.Rate) + "/s of " + whole(float64(l.Size))
		if l.Burst > 1 {
			what = fmt.Sprintf("%d at once", l.Burst)
		}
		head = append(head, what)
		late = append(late, decimal(median(f.each(l.Name, name, p50))))
		times = append(times, decimal(median(f.ratios(l.Name, name))))
		asked = append(asked, decimal(median(f.each(l.Name, name, requests))))
		octets = append(octets, whole(median(f.each(l.Name, name, around))))
	}
	quiets := func(of func(quiet) float64, format func(float64) string) string {
		return format(median(f.quiets(name, of)))
	}
	head = append(head, "to open", "a silent minute")
	asked = append(asked,
		quiets(func(q quiet) float64 { return float64(q.Opening.Requests) }, whole),
		quiets(func(q quiet) float64 { return float64(q.Silence.Requests) * 60 / q.Seconds }, decimal))
	octets = append(octets,
		quiets(func(q quiet) float64 { return float64(q.Opening.Up + q.Opening.Down) }, whole),
		quiets(func(q quiet) float64 { return float64(q.Silence.Up+q.Silence.Down) * 60 / q.Seconds }, whole))
	late, times = append(late, "", ""), append(times, "", "")
	for range head {
		rule = append(rule, "---")
	}
	var b strings.Builder
	for _, row := range [][]string{head, rule, late, times, asked, octets} {
		b.WriteString(tableRow(row...))
	}
	return b.String()
}
