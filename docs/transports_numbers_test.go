package docs

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// How the figures are summed up and written. A cell has one number, or one for each
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

// finest is what latencies are told apart by, in milliseconds: browsers' clocks
// count by so much.
const finest = 1.0

// ratios compares a latency with that of the WebSocket beside it in the same page
// at the same time, which is what holds on other machines, too.
func (f *figures) ratios(load, transport string) []float64 {
	return f.each(load, transport, func(s sample) float64 {
		for _, w := range f.rounds(load, "websocket", s.Browser) {
			if w.Round == s.Round {
				return max(s.P50, finest) / max(w.P50, finest)
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

// millis writes a latency.
func millis(v float64) string {
	if v < finest {
		return "< " + decimal(finest)
	}
	return decimal(v)
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
