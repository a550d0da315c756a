//go:build linux

package main

import (
	"fmt"
	"strings"
)

// table gives the table, with what it is of.
func (c *config) table(v versions, all []Sample) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Longwire %s (%s) beside nchan %s (%s). Medians of %d rounds: the ratio, and in brackets ours and nchan's in microseconds; below 1 ours is the smaller one. Events have %d octets of data",
		v.Ours, v.Go, v.Nchan, v.Nginx, c.rounds, c.size)
	for i, w := range c.crowds {
		fmt.Fprintf(&b, "%s %d a second to %d of them", []string{", and go at", ","}[min(i, 1)], w.rate, w.subscribers)
	}
	fmt.Fprintf(&b, "; polling is every %d ms.\n\n", c.interval.Milliseconds())

	b.WriteString("| transport | octets down, ours : nchan | octets up |")
	for _, w := range c.crowds {
		fmt.Fprintf(&b, " p50, %d | p99, %[1]d | CPU, %[1]d |", w.subscribers)
	}
	b.WriteString("\n|" + strings.Repeat("---|", 3+3*len(c.crowds)) + "\n")
	for _, t := range c.transports {
		fmt.Fprintf(&b, "| %s", t.name)
		big := c.crowds[len(c.crowds)-1]
		for _, of := range []func(Sample) float64{func(s Sample) float64 { return s.Down }, func(s Sample) float64 { return s.Up }} {
			fmt.Fprintf(&b, " | %s", octets(pairs(all, t, big, of)))
		}
		for _, w := range c.crowds {
			for _, of := range []func(Sample) float64{
				func(s Sample) float64 { return s.P50 }, func(s Sample) float64 { return s.P99 }, func(s Sample) float64 { return s.CPU },
			} {
				fmt.Fprintf(&b, " | %s", ratio(pairs(all, t, w, of)))
			}
		}
		b.WriteString(" |\n")
	}
	return b.String()
}

// pairs gives one figure of both servers, round by round.
func pairs(all []Sample, t *transport, w crowd, of func(Sample) float64) (ours_, nchans []float64) {
	for _, s := range all {
		if s.Transport != t.name || s.Subscribers != w.subscribers {
			continue
		}
		if s.Server == ours {
			ours_ = append(ours_, of(s))
		} else {
			nchans = append(nchans, of(s))
		}
	}
	return ours_, nchans
}

func octets(a, b []float64) string {
	return fmt.Sprintf("%.0f : %.0f", median(a), median(b))
}

// ratio gives the median of the rounds' ratios, and both medians.
func ratio(a, b []float64) string {
	var r []float64
	for i := range a {
		r = append(r, a[i]/b[i])
	}
	return fmt.Sprintf("%.2f (%.3g : %.3g)", median(r), median(a), median(b))
}

func median(values []float64) float64 { return quantile(values, 0.5) }
