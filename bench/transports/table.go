//go:build linux

package main

import (
	"fmt"
	"strings"
)

// figure is a column of the table.
type figure struct {
	name string
	of   func(Sample) float64
}

var (
	down = figure{"octets down", func(s Sample) float64 { return s.Down }}
	up   = figure{"octets up", func(s Sample) float64 { return s.Up }}
	p50  = figure{"p50", func(s Sample) float64 { return s.P50 }}
	p99  = figure{"p99", func(s Sample) float64 { return s.P99 }}
	cpu  = figure{"CPU", func(s Sample) float64 { return s.CPU }}

	idleDown = figure{"octets down, idle", func(s Sample) float64 { return s.IdleDown }}
	idleUp   = figure{"octets up, idle", func(s Sample) float64 { return s.IdleUp }}
)

// table gives the table, with what it is of and what it says.
func (r *results) table() string {
	var b strings.Builder
	v, all := r.Versions, r.Samples
	fmt.Fprintf(&b, "%s: Longwire %s (%s) beside nchan %s (%s), by `cd bench && go run longwire.example/bench/transports`. ", v.Date, v.Ours, v.Go, v.Nchan, v.Nginx)
	fmt.Fprintf(&b, "Octets are those on the wire of a subscriber for one event of %d octets of data, measured with %s, ours : nchan's. ", r.Size, subscribers(r.Crowds[len(r.Crowds)-1]))
	fmt.Fprintf(&b, "Latency and the server's CPU time for a delivery are ratios, with ours : nchan's in microseconds; below 1, ours is less. All are medians of %d rounds. ", r.Rounds)
	for i, w := range r.Crowds {
		fmt.Fprintf(&b, "%s%s with %d events a second", []string{"Columns are for ", ", and for "}[min(i, 1)], subscribers(w), w.Rate)
	}
	fmt.Fprintf(&b, "; polling asks every %d ms. No event was missed, none came twice.\n\n", r.Interval)

	b.WriteString("| transport | nchan's events also carry | octets down | octets up |")
	for _, w := range r.Crowds {
		for _, f := range []figure{p50, p99, cpu} {
			fmt.Fprintf(&b, " %s, %s |", f.name, subscribers(w))
		}
	}
	b.WriteString("\n|" + strings.Repeat("---|", 4+3*len(r.Crowds)) + "\n")
	big := r.Crowds[len(r.Crowds)-1]
	for _, t := range r.transports() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |", t.name, t.carries, pairOf(all, t, big, down).octets(), pairOf(all, t, big, up).octets())
		for _, w := range r.Crowds {
			for _, f := range []figure{p50, p99, cpu} {
				fmt.Fprintf(&b, " %s |", pairOf(all, t, w, f))
			}
		}
		b.WriteString("\n")
		if t.kind == ask {
			fmt.Fprintf(&b, "| %s, nothing new | | %s | %s |%s\n", t.name, pairOf(all, t, big, idleDown).octets(), pairOf(all, t, big, idleUp).octets(),
				strings.Repeat(" |", 3*len(r.Crowds)))
		}
	}
	b.WriteString("\n" + r.dearer() + notes)
	return b.String()
}

func subscribers(w crowd) string {
	if w.Subscribers == 1 {
		return "1 subscriber"
	}
	return fmt.Sprintf("%d subscribers", w.Subscribers)
}

// notes say what the table can't.
const notes = `
- Whatever else the machine did shows most in the 99th percentiles, and not at all in the octets.
- A figure with one subscriber has all of a POST in it. With many it is the cost of telling one more.
- nchan gives IDs to WebSockets that ask for its subprotocol ws+meta.nchan, and none to its plain streams: whoever reads these can't go on after a cut. Ours has the ID in every event of every transport, and its type if it is not message.
- nchan's streams have no chunks: they end when the connection does, and a cut looks like an end. Ours are chunked (RFC 9112 section 7.1), at 6 octets an event.
- An answer of nchan's polling is one event. Ours has all that are new, so polling needs fewer requests; that is why an event of ours may cost less than an answer.
- The client sends no header field but Host and what a transport needs. A browser sends some hundred octets more with each request, to both.
- Settings that are not defaults are named in [nchan.go](../bench/transports/nchan.go): a buffer of 10,000 events as ours has, no access log, no end of a kept-alive connection after 1,000 requests, 4,096 connections. nginx has one worker, ours GOMAXPROCS=1, and the client, one thread of one program for both, a core of its own.
`

// dearer names where ours takes more than nchan, so that nobody has to look for it.
func (r *results) dearer() string {
	const clearly = 1.02
	var said []string
	for _, f := range []figure{down, up, p50, cpu} {
		var where []string
		for _, t := range r.transports() {
			big := r.Crowds[len(r.Crowds)-1]
			if p := pairOf(r.Samples, t, big, f); p.ratio > clearly {
				where = append(where, t.name)
			}
		}
		if len(where) == 0 {
			where = []string{"nothing"}
		}
		said = append(said, f.name+" on "+strings.Join(where, ", "))
	}
	return "Ours takes more than nchan (" + subscribers(r.Crowds[len(r.Crowds)-1]) + "): " + strings.Join(said, "; ") + ".\n"
}

// pair is a figure of both servers: the medians, and that of the rounds' ratios.
type pair struct{ ours, nchan, ratio float64 }

func pairOf(all []Sample, t *transport, w crowd, f figure) pair {
	of := map[server][]float64{}
	for _, s := range all {
		if s.Transport == t.name && s.Subscribers == w.Subscribers {
			of[s.Server] = append(of[s.Server], f.of(s))
		}
	}
	var ratios []float64
	for i := range min(len(of[ours]), len(of[nchan])) {
		ratios = append(ratios, of[ours][i]/of[nchan][i])
	}
	return pair{quantile(of[ours], 0.5), quantile(of[nchan], 0.5), quantile(ratios, 0.5)}
}

func (p pair) String() string {
	return fmt.Sprintf("%.2f (%s : %s)", p.ratio, short(p.ours), short(p.nchan))
}

func (p pair) octets() string { return fmt.Sprintf("%.0f : %.0f", p.ours, p.nchan) }

// short gives three digits, or all before the point.
func short(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.2f", v)
	}
}
