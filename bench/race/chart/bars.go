package chart

import "math"

// Bar is a row of Bars: a value, and where its samples lie.
type Bar struct {
	Name             string
	Group            Group
	Value, Low, High float64
	Note             string // stands behind the figure, such as a ratio
}

// Bars draws a bar for each row, in the order given, with a line from Low to
// High. Bars begin at zero.
func Bars(title, desc, unit string, rows []Bar) string {
	var c canvas
	groups := map[Group]bool{}
	most := 0.0
	for _, r := range rows {
		groups[r.Group] = true
		most = max(most, r.Value, r.High)
	}
	if most <= 0 {
		most = 1 // nothing to draw, and no division by it
	}
	c.begin(title, desc, unit, len(rows), groups)
	step := tick(most)
	at := func(v float64) float64 { return left + v/most*(right-left) }
	bottom := top + len(rows)*rowHeight
	for v := 0.0; v <= most; v += step {
		c.line(`<line class="grid" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/>`, at(v), top-6, at(v), bottom)
		c.line(`<text class="quiet" x="%.1f" y="%d" text-anchor="middle">%s</text>`, at(v), bottom+18, label(v))
	}
	for i, r := range rows {
		y := top + i*rowHeight + rowHeight/2 - 3
		c.name(r.Name, r.Group, y)
		c.line(`<rect class="%s" x="%d" y="%d" width="%.1f" height="16"/>`, string(r.Group), left, y-8, at(r.Value)-left)
		c.line(`<line class="whisker" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/>`, at(r.Low), y, at(r.High), y)
		c.line(`<text x="%d" y="%d">%s</text>`, right+12, y+5, short(r.Value))
		c.line(`<text class="quiet" x="%d" y="%d">%s</text>`, right+80, y+5, r.Note)
	}
	return c.end()
}

// tick gives a step of 1, 2 or 5 times a power of ten, of which there are four
// to ten up to most.
func tick(most float64) float64 {
	step := math.Pow(10, math.Floor(math.Log10(most)))
	for _, part := range []float64{1, 2, 5, 10} {
		if most/(step/part) >= 4 {
			return step / part
		}
	}
	return step
}

// label gives the figure of a tick, without digits that say nothing.
func label(v float64) string {
	if v >= 1e6 {
		return trim(v/1e6) + " M"
	}
	if v >= 1e4 {
		return trim(v/1e3) + " k"
	}
	return trim(v)
}
