package main

import "fmt"

// difference is a case that did not go as expected.
type difference struct {
	side, id  string
	want, got string
	words     string // what the suite says about it
}

func (d difference) String() string {
	s := fmt.Sprintf("%s %s: expected %s; got %s", d.side, d.id, d.want, d.got)
	if d.words != "" {
		s += " (" + d.words + ")"
	}
	return s
}

// compare holds the report of a side against what is expected of the cases
// that were asked for. A case that is missing on either hand is a difference.
func compare(side string, ids []string, want map[string]outcome, got map[string]entry) []difference {
	var found []difference
	for _, id := range ids {
		w, expected := want[id]
		e, reported := got[id]
		if expected && reported && w == e.outcome {
			continue
		}
		d := difference{side: side, id: id, want: "nothing", got: "no result"}
		if expected {
			d.want = w.String()
		}
		if reported {
			d.got = e.String()
		}
		found = append(found, d)
	}
	return found
}
