package chart

import (
	"math"
	"strconv"
)

// Range is a row of Ranges: three values of one kind, the smallest first.
type Range struct {
	Name   string
	Group  Group
	Values [3]float64
}

// Ranges draws, for each row, a line with three marks on a logarithmic scale.
// names says what the three are.
func Ranges(title, desc, unit string, names [3]string, rows []Range) string {
	var c canvas
	groups := map[Group]bool{}
	from, to := math.Inf(1), math.Inf(-1) // powers of ten
	for _, r := range rows {
		groups[r.Group] = true
		from, to = min(from, math.Floor(log(r.Values[0]))), max(to, math.Ceil(log(r.Values[2])))
	}
	if len(rows) == 0 {
		from = 0
	}
	to = max(to, from+1)
	c.begin(title, desc, unit, len(rows), groups)
	at := func(v float64) float64 { return left + (max(log(v), from)-from)/(to-from)*(right-left) }
	bottom := top + len(rows)*rowHeight
	for p := from; p <= to; p++ {
		v := math.Pow(10, p)
		c.line(`<line class="grid" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/>`, at(v), top-6, at(v), bottom)
		c.line(`<text class="quiet" x="%.1f" y="%d" text-anchor="middle">%s</text>`, at(v), bottom+18, label(v))
	}
	for i, name := range names {
		c.line(`<text class="quiet" x="%d" y="%d">%s</text>`, right+12+i*66, top-12, name)
	}
	for i, r := range rows {
		y := top + i*rowHeight + rowHeight/2 - 3
		c.name(r.Name, r.Group, y)
		c.line(`<rect class="%s" x="%.1f" y="%d" width="%.1f" height="6"/>`, string(r.Group), at(r.Values[0]), y-3, at(r.Values[2])-at(r.Values[0]))
		for k, v := range r.Values {
			c.line(`<line class="mark" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/>`, at(v), y-7, at(v), y+7)
			c.line(`<text x="%d" y="%d">%s</text>`, right+12+k*66, y+5, short(v))
		}
	}
	return c.end()
}

// log is that to base ten; what is below a thousandth is drawn there.
func log(v float64) float64 { return math.Log10(max(v, 1e-3)) }

// trim gives a number without zeros at its end.
func trim(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }
