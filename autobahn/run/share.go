package main

import (
	"maps"
	"path/filepath"
	"runtime"
)

// The suite runs one case at a time, on one core. So on a machine with many of
// them each side's cases are shared out to several runs of the suite.

// sides gives the sides that are tested.
func (c *config) sides() (names []string) {
	if c.server {
		names = append(names, serverSide)
	}
	if c.client {
		names = append(names, clientSide)
	}
	return names
}

// shares is how many runs each side's cases are shared out to: as many as keep
// all cores busy, unless the command line says it.
func (c *config) shares() int {
	if c.parallel > 0 {
		return c.parallel
	}
	return max(1, runtime.NumCPU()/len(c.sides()))
}

// split shares out ids in turn, since neighbours take about the same time. No
// share is empty.
func split(ids []string, shares int) [][]string {
	all := make([][]string, min(shares, len(ids)))
	for i, id := range ids {
		n := i % len(all)
		all[n] = append(all[n], id)
	}
	return all
}

// result is what came of a side.
type result struct {
	side   string
	cases  []string         // asked for
	report map[string]entry // nil when there is none; why is said already
	pages  []string         // the suite's own
}

// gather puts the shares of each side together again.
func gather(ids []string, sides []*side, reports []map[string]entry) []result {
	var results []result
	for i, s := range sides {
		if len(results) == 0 || results[len(results)-1].side != s.name {
			results = append(results, result{side: s.name, cases: ids})
		}
		if reports[i] == nil {
			continue
		}
		r := &results[len(results)-1]
		if r.report == nil {
			r.report = map[string]entry{}
		}
		maps.Copy(r.report, reports[i])
		r.pages = append(r.pages, filepath.Join(s.dir, "index.html"))
	}
	return results
}
