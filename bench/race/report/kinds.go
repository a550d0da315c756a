package report

import (
	"fmt"

	"longwire.example/bench/race/results"
)

// view is how contests of one kind are told.
type view struct {
	kind      results.Kind
	title     string
	words     string         // what was done, for the page
	metric    results.Metric // ranks servers, and is what ratios are of
	reference []string       // what ratios are to: the first of these that was raced
	columns   []column       // of a table of one contest
	together  bool           // contests are the columns of one table, too
	growth    [][2]string    // loads of which the second is divided by the first there
}

type column struct {
	head string
	cell func(*results.Series) string
}

// The metric of a column as its median, and as the ends of its samples.
func median(head string, m results.Metric) column {
	return column{head, func(s *results.Series) string { return short(s.Spread(m).Median) }}
}

func ends(m results.Metric) column {
	return column{"min..max", func(s *results.Series) string {
		spread := s.Spread(m)
		return short(spread.Min) + ".." + short(spread.Max)
	}}
}

var cpuColumns = []column{median("CPU µs", results.CPU), ends(results.CPU), median("a second", results.Rate)}

// of gives the view of a kind.
func of(kind results.Kind) view {
	for _, v := range views {
		if v.kind == kind {
			return v
		}
	}
	return view{kind: kind, title: string(kind), metric: results.CPU, columns: cpuColumns}
}

// views are all kinds, in the order of the page.
var views = []view{
	{
		kind: results.Echo, title: "Echo under full load", metric: results.CPU, reference: []string{"tcp"},
		words: "Connections x octets x messages under way on each: as soon as an echo is back, the next message goes out. " +
			"CPU is the server's own time of the processor for a message, and load that of the load generator. " +
			"Where a server is not busy for all of the time, the load generator is what limits the messages a second, and the CPU time is what counts.",
		columns: append(cpuColumns[:3:3],
			median("busy", results.Busy), median("p50 µs", results.P50), median("p99 µs", results.P99), median("p99.9 µs", results.P999), median("load µs", results.LoadCPU)),
	},
	{
		kind: results.FixedRate, title: "Latency at a fixed rate", metric: results.P99, reference: []string{"tcp"},
		words: "Connections x octets @ messages a second on all connections together. Messages are due at fixed times, whatever has come back until then, and latency counts from the time when a message was due: " +
			"a server that stops for a while delays all messages of that while. Late is by how much 99.9 % of the messages were sent too late at most, by the load generator's own fault; it is part of the latencies.",
		columns: []column{median("p50 µs", results.P50), median("p99 µs", results.P99), median("p99.9 µs", results.P999), median("late µs", results.Late), median("CPU µs", results.CPU)},
	},
	{
		kind: results.Handshakes, title: "Opening handshakes", metric: results.CPU, reference: []string{"gobwas"},
		words:   "So many at the same time: connect, send the request of a browser, read the answer, close, again. Most of the time goes into the kernel's work for a new connection, which is the same for all.",
		columns: cpuColumns,
	},
	{
		kind: results.Broadcast, title: "Broadcast", metric: results.CPU, reference: []string{"gws"},
		words:   "Connections x octets. A message that comes on one connection goes to all of them, and the next one is sent when all have it. Each delivery counts as a message.",
		columns: cpuColumns,
	},
	{
		kind: results.Idle, title: "Memory of idle connections", metric: results.Memory, reference: []string{"bun"}, together: true,
		growth:  [][2]string{{"1000", "18000"}},
		words:   "KiB of resident memory that a connection takes which has echoed one message of 1 KiB, by the number of connections.",
		columns: []column{median("KiB", results.Memory), ends(results.Memory), median("all MiB", results.Resident)},
	},
	{
		kind: results.Growth, title: "Growth", metric: results.CPU, reference: []string{"tcp"}, together: true,
		growth:  [][2]string{{"100/100", "10000/10000"}, {"64/100", "64/10000"}},
		words:   "CPU time for an echo of 32 octets in µs, by active connections / all connections. The others are open and silent.",
		columns: cpuColumns,
	},
}

// base gives the series that others are compared with: the view's reference,
// or the best one.
func (v view) base(c *results.Contest) *results.Series {
	for _, name := range v.reference {
		if s := c.Of(name); s != nil && len(s.Samples) > 0 {
			return s
		}
	}
	if ranked := c.Ranked(v.metric); len(ranked) > 0 {
		return ranked[0]
	}
	return nil
}

// ratio says how the metric relates to that of the base, and between which
// quartiles.
func (v view) ratio(s, base *results.Series) (median, quartiles string) {
	r := s.Ratio(v.metric, base)
	return fmt.Sprintf("%.3f", r.Median), fmt.Sprintf("%.3f..%.3f", r.Low, r.High)
}
