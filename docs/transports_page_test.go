package docs

import (
	"fmt"
	"strings"
)

// nchanSection is the part of docs/transports.md that bench/transports writes.
const nchanSection = "nchan"

// transportsPage is docs/transports.md.
func transportsPage(f *figures, all []transport, nchan string) string {
	var b strings.Builder
	names := make([]string, len(f.Browsers))
	for i, browser := range f.Browsers {
		names[i] = browser.Name
	}
	order := strings.Join(names, " / ")

	fmt.Fprintf(&b, `# The transports, measured
Nine ways to push events to a browser, all fed by one hub and read by one page, %s of `+"`go run ./cmd/echo`"+`, in %s. This page is made of [transports.json](transports.json), which a test has read back from the page; [choosing](choosing.md) says what to make of it.

`, "`/transports`", strings.Join(names, ", "))

	b.WriteString("## At a glance\n")
	fmt.Fprintf(&b, "%s, the middle one of the browsers. *Late* is from publishing to the page's function, *around an event* is all octets but those of the events' data, both ways.\n\n", sentence(f.Loads[0]))
	b.WriteString(glance(f, all))

	b.WriteString("\n## Repeat it\n```sh\nmake transports   # measures for some minutes, and writes this page\ngo run ./cmd/echo   # the page itself\n```\n\n")
	fmt.Fprintf(&b, "%s: %s. %d rounds, each of them every load in every browser, one after the other; the figures are medians of the rounds. Where a cell has three numbers, they are for %s.\n\n", f.Date, f.Machine, f.Rounds, order)
	b.WriteString(tableHead("browser", "version", "events measured"))
	for _, browser := range f.Browsers {
		n := 0
		for _, s := range f.Samples {
			if s.Browser == browser.Name {
				n += s.Events
			}
		}
		b.WriteString(tableRow(browser.Name, browser.Version, whole(float64(n))))
	}

	for _, l := range f.Loads {
		fmt.Fprintf(&b, "\n## %s\n%s.\n\n", strings.ToUpper(l.Name[:1])+l.Name[1:], sentence(l))
		b.WriteString(loadTable(f, l, all))
	}

	b.WriteString("\n## Opening, and silence\nWhat it takes until events can come, and then what a minute costs in which there are none. Requests of the page for itself are not in it.\n\n")
	b.WriteString(quietTable(f, all))
	b.WriteString("\nWebSocket has a Ping every 30 s, the streams a sign of life every 15 s and now and then their cursor; a long poll is held for 25 s; polling asks every two seconds. All are defaults of package comet and its client.\n")

	b.WriteString("\n### A minute\nReckoned from that and from the steady load: a minute of silence and evenly spread events, and for short polling the requests of other pauses.\n\n")
	b.WriteString(minuteTable(f))

	fmt.Fprintf(&b, "\n## A cut of five seconds\n%s, while the client is cut off for 5 s and comes back with its cursor. *Caught up* are the events that were published meanwhile.\n\n", sentence(f.Loads[0]))
	b.WriteString(cutTable(f, all))

	b.WriteString("\n## Beside nchan\n[nchan](https://nchan.io) is a module of nginx that has most of these transports. [bench/transports](../bench/transports/doc.go) plays both, one after the other, to the same client, which is no browser: `cd bench && go run longwire.example/bench/transports`.\n\n<!-- begin: " + nchanSection + " -->\n" + nchan + "<!-- end: " + nchanSection + " -->\n")

	b.WriteString(`
## How it is measured
- Octets and requests are counted by the server, in what it reads from TCP connections and writes to them: request lines, header fields, chunks, frames, masking keys. What TCP and IP add is not in it, nor TLS: there is none. Each transport has a listener of its own, so what comes by it is its own ([transports_wire.go](../cmd/echo/transports_wire.go)). They are counted between two moments of a page that is open already, so opening is not in them but in a table of its own.
- They hardly depend on the machine. What a browser says of itself in each request does depend on the browser, and cookies, of which there are none here, come on top.
- Latency is from the server's clock, when an event is given to the hub, to the page's, when the client's function is called: one machine, one clock. There is no network in it, which would add its way once to each event that is pushed. It has the browser in it, which reads all nine in one thread, so the nine stand in each other's way, in bursts above all. Read the ratios to WebSocket, which are of the same page at the same time. Browsers' clocks count whole milliseconds or not much less, and the page's may be two or three apart from the server's, which is the same for all nine: what is below 1 ms is not told apart, and counts as 1 in the ratios.
- Polling asks two seconds after an answer, so an event waits for one second in the middle. Ask more often, and it costs more.
- An event here is its number, its time and dots, as text, and no transport compresses.
- HTTP is HTTP/1.1. Over HTTP/2 requests share a connection and header fields shrink, and each frame adds 9 octets (RFC 9113, section 4.1).
`)
	return b.String()
}

// sentence says what a load is.
func sentence(l load) string {
	if l.Burst > 1 {
		bursts := "bursts"
		if l.Rate == 1 {
			bursts = "burst"
		}
		return fmt.Sprintf("%s %s a second, each of %d events of %s octets", decimal(l.Rate), bursts, l.Burst, whole(float64(l.Size)))
	}
	return fmt.Sprintf("%s events a second of %s octets", decimal(l.Rate), whole(float64(l.Size)))
}
