package docs

import (
	"strconv"
	"strings"
)

// The tables of docs/transports.md.

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
			joined(f.each(l.Name, n, p50), millis), joined(f.each(l.Name, n, p99), millis), joined(f.ratios(l.Name, n), decimal),
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
			return joined(f.quiets(tr.name, func(q quiet) float64 { return float64(of(q.opening())) }), whole)
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
