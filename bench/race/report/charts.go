package report

import (
	"fmt"
	"strings"

	"longwire.example/bench/race/chart"
	"longwire.example/bench/race/results"
)

// file is the name of the chart of a contest.
func file(c *results.Contest) string {
	return string(c.Kind) + "-" + strings.NewReplacer("@", "-", "/", "-").Replace(shape(c)) + ".svg"
}

// groupOf is how a server is coloured.
func groupOf(r *results.Results, name string) chart.Group {
	switch r.Of(name).Group {
	case results.Ours:
		return chart.Ours
	case results.Limit:
		return chart.Limit
	case results.Other:
		return chart.Other
	case results.GoPeer:
		return chart.Peer
	default:
		return chart.Peer
	}
}

// draw gives the chart of a contest.
func draw(r *results.Results, c *results.Contest) string {
	if c.Kind == results.FixedRate {
		return drawLatency(r, c)
	}
	v := of(c.Kind)
	m := v.metric
	if c.Kind == results.Echo && wide(c) {
		m = perCPU
	}
	base := v.base(c)
	var rows []chart.Bar
	for _, s := range c.Ranked(v.metric) {
		spread := s.Spread(m)
		rows = append(rows, chart.Bar{
			Name: s.Server, Group: groupOf(r, s.Server),
			Value: spread.Median, Low: spread.Min, High: spread.Max,
			Note: "x " + short(s.Ratio(m, base).Median),
		})
	}
	better := "less is better"
	if m.More {
		better = "more is better"
	}
	unit := fmt.Sprintf("%s (%s); %s; %s and the ends; x %s of the same round", m.Name, m.Unit, better, rounds(c), base.Server)
	return chart.Bars(v.title+": "+shape(c), describe(v, c), unit, rows)
}

func drawLatency(r *results.Results, c *results.Contest) string {
	v := of(c.Kind)
	var rows []chart.Range
	for _, s := range c.Ranked(v.metric) {
		rows = append(rows, chart.Range{
			Name: s.Server, Group: groupOf(r, s.Server),
			Values: [3]float64{s.Spread(results.P50).Median, s.Spread(results.P99).Median, s.Spread(results.P999).Median},
		})
	}
	unit := fmt.Sprintf("µs on a logarithmic scale; less is better; %s", rounds(c))
	return chart.Ranges(v.title+": "+shape(c), describe(v, c), unit, [3]string{"p50", "p99", "p99.9"}, rows)
}

// perCPU is the inverse of CPU, for loads where some servers need many times as
// much as others: the bars of the best ones would be too short to compare.
var perCPU = results.Metric{
	Name: "messages for each second of CPU time", Unit: "/s", More: true,
	Of: func(s results.Sample) float64 { return 1e6 / s.CPU },
}

func wide(c *results.Contest) bool {
	ranked := c.Ranked(results.CPU)
	return ranked[len(ranked)-1].Spread(results.CPU).Median > 8*ranked[0].Spread(results.CPU).Median
}

// describe says in words what a chart shows.
func describe(v view, c *results.Contest) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Bar chart. %s of each server, the best first:", v.metric.Name)
	for i, s := range c.Ranked(v.metric) {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, " %s %s %s", s.Server, short(s.Spread(v.metric).Median), v.metric.Unit)
	}
	b.WriteByte('.')
	return b.String()
}

// rounds says of how many samples the figures are the median.
func rounds(c *results.Contest) string {
	most := 0
	for _, s := range c.Series {
		most = max(most, len(s.Samples))
	}
	if most == 1 {
		return "one round"
	}
	return fmt.Sprintf("median of %d rounds", most)
}
