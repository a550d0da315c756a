package chart

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// Group is how a row is coloured.
type Group string

// The groups, which are also the names of classes in the style.
const (
	Ours  Group = "ours"
	Peer  Group = "peer"
	Other Group = "other"
	Limit Group = "limit"
)

// legend is what the groups are called, in the order of the legend.
var legend = []struct {
	group Group
	words string
}{
	{Ours, "Longwire"},
	{Peer, "other Go libraries"},
	{Other, "other languages"},
	{Limit, "no library"},
}

// style has colours of the same contrast on white and on nearly black. None of
// what they tell apart is told by colour alone: names stand beside all rows.
const style = `
    text { font: 13px system-ui, sans-serif; fill: #1f2328; }
    .head { font-size: 15px; font-weight: 600; }
    .quiet, .quiet text { fill: #59636e; }
    .grid { stroke: #d1d9e0; }
    .whisker, .mark { stroke: #1f2328; }
    .ours { fill: #0b6bcb; } .peer { fill: #8c96a0; } .other { fill: #b9770e; }
    .limit { fill: none; stroke: #59636e; stroke-dasharray: 3 2; }
    text.ours { fill: #0b6bcb; font-weight: 600; }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc; }
      .quiet, .quiet text { fill: #9198a1; }
      .grid { stroke: #3d444d; }
      .whisker, .mark { stroke: #f0f6fc; }
      .ours, text.ours { fill: #58a6ff; } .peer { fill: #6e7681; } .other { fill: #d29922; }
      .limit { fill: none; stroke: #9198a1; }
    }
`

// The measures of all charts, in pixels.
const (
	width     = 820
	left      = 150 // where values begin; names stand left of it
	right     = 620 // where they end; figures stand right of it
	rowHeight = 26
	top       = 84 // of the first row
)

// escape makes text safe within XML.
func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.String()
}

// canvas is an SVG being written.
type canvas struct{ strings.Builder }

func (c *canvas) line(format string, args ...any) {
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = escape(s)
		}
	}
	fmt.Fprintf(c, "  "+format+"\n", args...)
}

// begin writes what comes before the rows.
func (c *canvas) begin(title, desc, unit string, rows int, groups map[Group]bool) {
	height := top + rows*rowHeight + 34
	fmt.Fprintf(c, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-labelledby="title desc">`+"\n", width, height, width, height)
	c.line(`<title id="title">%s</title>`, title)
	c.line(`<desc id="desc">%s</desc>`, desc)
	fmt.Fprintf(c, "  <style>%s  </style>\n", style)
	c.line(`<text class="head" x="12" y="24">%s</text>`, title)
	c.line(`<text class="quiet" x="12" y="44">%s</text>`, unit)
	x := 12
	for _, l := range legend {
		if !groups[l.group] {
			continue
		}
		c.line(`<rect class="%s" x="%d" y="55" width="12" height="12"/>`, string(l.group), x)
		c.line(`<text class="quiet" x="%d" y="66">%s</text>`, x+18, l.words)
		x += 40 + 7*len(l.words)
	}
}

// name writes the name of a row, whose middle is at y.
func (c *canvas) name(name string, group Group, y int) {
	class := "name"
	if group == Ours {
		class = "ours"
	}
	c.line(`<text class="%s" x="%d" y="%d" text-anchor="end">%s</text>`, class, left-8, y+5, name)
}

func (c *canvas) end() string {
	c.WriteString("</svg>\n")
	return c.String()
}

// short gives three digits.
func short(v float64) string {
	switch {
	case v >= 1e6:
		return short(v/1e6) + " M"
	case v >= 1e4:
		return fmt.Sprintf("%.0f k", v/1e3)
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.2f", v)
	}
}
