package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
)

// golden is what expected.json holds: for each side, the outcome of each case.
type golden map[string]map[string]outcome

func readGolden(path string) (golden, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var g golden
	if err := json.Unmarshal(b, &g); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return g, nil
}

// write puts one case on a line, in the suite's order, so that a change reads
// well as a diff.
func (g golden) write(path string) error {
	var b bytes.Buffer
	b.WriteString("{")
	for i, name := range []string{serverSide, clientSide} {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, "\n  %q: {", name)
		for j, id := range sortedIDs(g[name]) {
			if j > 0 {
				b.WriteString(",")
			}
			o := g[name][id]
			fmt.Fprintf(&b, "\n    %q: {\"behavior\": %q, \"behaviorClose\": %q}", id, o.Behavior, o.Close)
		}
		b.WriteString("\n  }")
	}
	b.WriteString("\n}\n")
	return os.WriteFile(path, b.Bytes(), 0o600)
}

// set replaces the outcomes of the cases in the report.
func (g golden) set(side string, report map[string]entry) {
	if g[side] == nil {
		g[side] = map[string]outcome{}
	}
	for id, e := range report {
		g[side][id] = e.outcome
	}
}

func sortedIDs[V any](m map[string]V) []string {
	ids := make([]string, 0, len(m))
	for id := range m {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, compareIDs)
	return ids
}
