//go:build linux

package main

import (
	"cmp"
	"fmt"
	"io"
	"text/tabwriter"

	"longwire.example/bench/race/results"
)

// table prints one contest, ratios first.
func table(w io.Writer, c *results.Contest) {
	fmt.Fprintf(w, "\n%s\n", c.Load)
	ranked := c.Ranked(results.CPU)
	base := c.Of(reference)
	if len(ranked) > 0 && (base == nil || len(base.Samples) == 0) {
		base = ranked[0]
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "server\tx %s\tquartiles\tCPU µs\tmin..max\tper second\tp50 µs\tp99 µs\tp99.9 µs\tload µs\t\n", cmp.Or(nameOf(base), "-"))
	for _, s := range ranked {
		ratio, cpu := s.Ratio(results.CPU, base), s.Spread(results.CPU)
		fmt.Fprintf(t, "%s\t%.3f\t%.3f..%.3f\t%s\t%s..%s\t%.0f\t%.0f\t%.0f\t%.0f\t%s\t\n", s.Server, ratio.Median, ratio.Low, ratio.High,
			short(cpu.Median), short(cpu.Min), short(cpu.Max), s.Spread(results.Rate).Median,
			s.Spread(results.P50).Median, s.Spread(results.P99).Median, s.Spread(results.P999).Median, short(s.Spread(results.LoadCPU).Median))
	}
	_ = t.Flush()
	for _, s := range c.Series {
		if s.Failed != "" {
			fmt.Fprintf(w, "%s: %s\n", s.Server, s.Failed)
		}
	}
}

func nameOf(s *results.Series) string {
	if s == nil {
		return ""
	}
	return s.Server
}

// short gives three digits.
func short(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	case v >= 1:
		return fmt.Sprintf("%.2f", v)
	default:
		return fmt.Sprintf("%.3f", v)
	}
}
