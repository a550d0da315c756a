package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"longwire.example/bench/race/results"
)

// table is rows of cells, the first of which is the head.
type table [][]string

// tableOf tells one contest, ratios first and the best server at the top.
func tableOf(c *results.Contest) table {
	v := of(c.Kind)
	base := v.base(c)
	if base == nil {
		return nil
	}
	head := []string{"server", "x " + base.Server, "quartiles"}
	for _, column := range v.columns {
		head = append(head, column.head)
	}
	t := table{head}
	for _, s := range c.Ranked(v.metric) {
		ratio, quartiles := v.ratio(s, base)
		row := []string{s.Server, ratio, quartiles}
		for _, column := range v.columns {
			row = append(row, column.cell(s))
		}
		t = append(t, row)
	}
	return t
}

// matrixOf tells all contests of one kind in one table, a column each, and
// before them how much more the greatest load takes than the smallest.
func matrixOf(v view, all []*results.Contest) table {
	head := []string{"server"}
	byShape := map[string]*results.Contest{}
	for _, c := range all {
		byShape[shape(c)] = c
	}
	var growth [][2]*results.Contest
	for _, g := range v.growth {
		if from, to := byShape[g[0]], byShape[g[1]]; from != nil && to != nil {
			growth = append(growth, [2]*results.Contest{from, to})
			head = append(head, g[1]+" : "+g[0])
		}
	}
	for _, c := range all {
		head = append(head, shape(c))
	}
	t := table{head}
	for _, name := range namesIn(v, all) {
		row := []string{name}
		for _, g := range growth {
			row = append(row, quotient(medianOf(g[1], name, v.metric), medianOf(g[0], name, v.metric)))
		}
		for _, c := range all {
			row = append(row, short(medianOf(c, name, v.metric)))
		}
		t = append(t, row)
	}
	return t
}

// namesIn gives the servers that have samples in any of the contests, in the
// order of the first of them.
func namesIn(v view, all []*results.Contest) (names []string) {
	for _, c := range all {
		for _, s := range c.Ranked(v.metric) {
			if !slices.Contains(names, s.Server) {
				names = append(names, s.Server)
			}
		}
	}
	return names
}

// medianOf gives 0 for a server that has no samples.
func medianOf(c *results.Contest, name string, m results.Metric) float64 {
	if s := c.Of(name); s != nil {
		return s.Spread(m).Median
	}
	return 0
}

func quotient(a, b float64) string {
	if a == 0 || b == 0 {
		return "-"
	}
	return fmt.Sprintf("x %.2f", a/b)
}

// shape is a load without its kind.
func shape(c *results.Contest) string {
	return strings.TrimPrefix(c.Load, string(c.Kind)+":")
}

// Text prints one contest for a terminal.
func Text(w io.Writer, c *results.Contest) {
	fmt.Fprintf(w, "\n%s: %s\n", of(c.Kind).title, shape(c))
	tableOf(c).text(w)
	for _, s := range c.Series {
		if s.Failed != "" {
			fmt.Fprintf(w, "%s: %s\n", s.Server, s.Failed)
		}
	}
}

// text prints the table with cells below each other.
func (t table) text(w io.Writer) {
	var widths []int
	for _, row := range t {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range t {
		for i, cell := range row {
			fmt.Fprintf(w, "%s%s  ", strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)), cell)
		}
		fmt.Fprintln(w)
	}
}

// short gives three digits.
func short(v float64) string {
	switch {
	case v == 0:
		return "-"
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	case v >= 1:
		return fmt.Sprintf("%.2f", v)
	default:
		return fmt.Sprintf("%.3f", v)
	}
}
