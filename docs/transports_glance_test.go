package docs

import (
	"fmt"
	"math"
	"strings"
)

// The tables that sum up the others, and those of docs/choosing.md.

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
		millis(median(f.each(first, name, p50))), decimal(median(f.ratios(first, name))),
		decimal(median(f.each(first, name, requests))), whole(median(f.each(first, name, around))), silence(f, name),
	}, " | ")
}

func silence(f *figures, name string) string {
	requests := median(f.quiets(name, func(q quiet) float64 { return float64(q.Silence.Requests) * 60 / q.Seconds }))
	octets := f.silentMinute(name)
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

// silentMinute and inVain are octets, of a minute without an event and of a request
// and an answer without one.
func (f *figures) silentMinute(name string) float64 {
	return median(f.quiets(name, func(q quiet) float64 { return float64(q.Silence.Up+q.Silence.Down) * 60 / q.Seconds }))
}

func (f *figures) inVain(name string) float64 {
	return median(f.quiets(name, func(q quiet) float64 { return float64(q.Silence.Up+q.Silence.Down) / float64(q.Silence.Requests) }))
}

// minute reckons the octets of a minute with n events in it, evenly spread and not
// counted themselves, for short polling with any pause.
func (f *figures) minute(name string, n, pause float64) float64 {
	steady := func(of func(sample) float64) float64 { return median(f.each(f.Loads[0].Name, name, of)) }
	switch {
	case name == "poll":
		alone := steady(around) - steady(requests)*f.inVain(name) // around an event in an answer
		return 60/pause*f.inVain(name) + n*alone
	case name == "longpoll" && n > 0:
		const hold = 25
		between := math.Floor(60 / n / hold) // requests in vain
		return n * (between*f.inVain(name) + steady(around))
	}
	return f.silentMinute(name) + n*steady(around)
}

func minuteTable(f *figures) string {
	events := []float64{0, 1, 10, 60, 600}
	head := []string{"octets a minute, by events"}
	for _, n := range events {
		head = append(head, whole(n))
	}
	var b strings.Builder
	b.WriteString(tableHead(head...))
	row := func(title, name string, pause float64) {
		cells := []string{title}
		for _, n := range events {
			cells = append(cells, whole(f.minute(name, n, pause)))
		}
		b.WriteString(tableRow(cells...))
	}
	row("WebSocket", "websocket", 0)
	row("Server-Sent Events", "sse", 0)
	row("Long polling, held for 25 s", "longpoll", 0)
	for _, pause := range []float64{2, 10, 60} {
		row(fmt.Sprintf("Short polling, every %s s", whole(pause)), "poll", pause)
	}
	return b.String()
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
		late = append(late, millis(median(f.each(l.Name, name, p50))))
		times = append(times, decimal(median(f.ratios(l.Name, name))))
		asked = append(asked, decimal(median(f.each(l.Name, name, requests))))
		octets = append(octets, whole(median(f.each(l.Name, name, around))))
	}
	quiets := func(of func(quiet) float64, format func(float64) string) string {
		return format(median(f.quiets(name, of)))
	}
	head = append(head, "to open", "a silent minute")
	asked = append(asked,
		quiets(func(q quiet) float64 { return float64(q.opening().Requests) }, whole),
		quiets(func(q quiet) float64 { return float64(q.Silence.Requests) * 60 / q.Seconds }, decimal))
	octets = append(octets, quiets(func(q quiet) float64 { return float64(q.opening().Up + q.opening().Down) }, whole), whole(f.silentMinute(name)))
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
