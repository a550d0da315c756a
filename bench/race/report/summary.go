package report

import (
	"fmt"
	"io"

	"longwire.example/bench/race/results"
)

// summaryOf tells how each of Longwire's servers relates to the best of each
// other group, contest by contest: below 1 is better.
func summaryOf(r *results.Results) table {
	t := table{{"load", "server", "x tcp", "x epoll", "x the best Go library", "x the best of other languages"}}
	for _, v := range views {
		for _, c := range contestsOf(r, v) {
			for _, s := range c.Ranked(v.metric) {
				if r.Of(s.Server).Group != results.Ours {
					continue
				}
				t = append(t, []string{
					heading(c), s.Server,
					ratioTo(v, s, c.Of("tcp"), false), ratioTo(v, s, c.Of("epoll"), false),
					ratioTo(v, s, bestOf(r, c, results.GoPeer), true), ratioTo(v, s, bestOf(r, c, results.Other), true),
				})
			}
		}
	}
	return t
}

// contestsOf gives the contests of one kind that have figures.
func contestsOf(r *results.Results, v view) (all []*results.Contest) {
	for i := range r.Contests {
		if c := &r.Contests[i]; c.Kind == v.kind && v.base(c) != nil {
			all = append(all, c)
		}
	}
	return all
}

// ratioTo gives a ratio, and the name of what it is to; nothing if that was not
// raced.
func ratioTo(v view, s, to *results.Series, named bool) string {
	if to == nil {
		return ""
	}
	ratio := s.Ratio(v.metric, to).Median
	if ratio == 0 {
		return ""
	}
	text := fmt.Sprintf("%.3f", ratio)
	if named {
		text += " (" + to.Server + ")"
	}
	return text
}

// bestOf gives the best series of a group, or nil.
func bestOf(r *results.Results, c *results.Contest, group results.Group) *results.Series {
	for _, s := range c.Ranked(of(c.Kind).metric) {
		if r.Of(s.Server).Group == group {
			return s
		}
	}
	return nil
}

// Summary prints how Longwire stands in all contests.
func Summary(w io.Writer, r *results.Results) {
	if t := summaryOf(r); len(t) > 1 {
		fmt.Fprintln(w)
		t.text(w)
	}
}
