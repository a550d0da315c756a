package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// tally counts the outcomes of some cases.
type tally struct {
	ok, nonStrict, informational, unimplemented, failed int
	closeWrong                                          int // neither OK nor INFORMATIONAL
	missing                                             int // asked for, without a result
}

func (t *tally) add(e entry, reported bool) {
	if !reported {
		t.missing++
		return
	}
	switch e.Behavior {
	case verdictOK:
		t.ok++
	case verdictNonStrict:
		t.nonStrict++
	case verdictInformational:
		t.informational++
	case verdictUnimplemented:
		t.unimplemented++
	default:
		t.failed++
	}
	if e.Close != verdictOK && e.Close != verdictInformational {
		t.closeWrong++
	}
}

// printTable writes the summary of a side, a line for each group.
func printTable(w io.Writer, side string, ids []string, report map[string]entry) error {
	var groups []string
	tallies := map[string]*tally{"all": {}}
	for _, id := range ids {
		g := group(id)
		if tallies[g] == nil {
			tallies[g] = &tally{}
			groups = append(groups, g)
		}
		e, reported := report[id]
		tallies[g].add(e, reported)
		tallies["all"].add(e, reported)
	}

	fmt.Fprintln(w)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	heads := []string{side, verdictOK, verdictNonStrict, verdictInformational, verdictUnimplemented, "FAILED", "close wrong", "no result"}
	fmt.Fprintln(tw, strings.Join(heads, "\t")+"\t")
	for _, g := range append(groups, "all") {
		t := tallies[g]
		fmt.Fprintf(tw, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n",
			g, t.ok, t.nonStrict, t.informational, t.unimplemented, t.failed, t.closeWrong, t.missing)
	}
	return tw.Flush()
}
