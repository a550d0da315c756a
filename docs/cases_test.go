package docs

import (
	"encoding/json"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A conformance row of docs/spec/cases.tsv says which requirements a set of
// Autobahn cases is about.
type conformance struct {
	Cases string // patterns: "1.*", "2.7-2.9", "5.18", separated by spaces
	IDs   []string
}

// covers tells whether a case belongs to one of the patterns.
func (c conformance) covers(id string) bool {
	return slices.ContainsFunc(strings.Fields(c.Cases), func(pattern string) bool {
		from, to, isRange := strings.Cut(pattern, "-")
		if !isRange {
			ok, err := path.Match(strings.ReplaceAll(pattern, ".*", ".?*"), id)
			return err == nil && ok
		}
		group, first := lastNumber(from)
		_, last := lastNumber(to)
		in, n := lastNumber(id)
		return in == group && first <= n && n <= last
	})
}

// lastNumber cuts "7.3.5" into "7.3." and 5.
func lastNumber(id string) (group string, n int) {
	i := strings.LastIndexByte(id, '.') + 1
	n, _ = strconv.Atoi(id[i:])
	return id[:i], n
}

func conformances(t *testing.T) []conformance {
	t.Helper()
	var all []conformance
	for _, f := range table(t, "docs/spec/cases.tsv", "cases", "ids", "what") {
		all = append(all, conformance{f[0], strings.Fields(f[1])})
	}
	return all
}

// outcomes are the verdicts of autobahn/expected.json, which `make autobahn`
// compares with what the suite really says: side, case, then "behavior" and
// "behaviorClose".
func outcomes(t *testing.T) map[string]map[string]map[string]string {
	t.Helper()
	var all map[string]map[string]map[string]string
	require.NoError(t, json.Unmarshal([]byte(read(t, "autobahn/expected.json")), &all))
	return all
}

// conformanceByID gives the cases for each requirement. Cases of a feature
// that is not there prove nothing, so they are left out.
func conformanceByID(t *testing.T) map[string][]string {
	t.Helper()
	sides := outcomes(t)
	by := map[string][]string{}
	for _, c := range conformances(t) {
		unimplemented := false
		for _, cases := range sides {
			for id, verdict := range cases {
				unimplemented = unimplemented || c.covers(id) && verdict["behavior"] == "UNIMPLEMENTED"
			}
		}
		if unimplemented {
			continue
		}
		for _, id := range c.IDs {
			by[id] = append(by[id], c.Cases)
		}
	}
	return by
}

// Every case belongs to one row, and every row has cases and ids that exist.
func TestConformanceCases(t *testing.T) {
	known := map[string]bool{}
	for _, r := range requirements(t) {
		known[r.ID] = true
	}
	rows := conformances(t)
	for side, cases := range outcomes(t) {
		for id := range cases {
			n := 0
			for _, c := range rows {
				if c.covers(id) {
					n++
				}
			}
			assert.Equal(t, 1, n, "cases.tsv: rows for case %s (%s)", id, side)
		}
		for _, c := range rows {
			some := false
			for id := range cases {
				some = some || c.covers(id)
			}
			assert.True(t, some, "cases.tsv: %s is no case of the suite", c.Cases)
		}
	}
	for _, c := range rows {
		for _, id := range c.IDs {
			assert.True(t, known[id], "cases.tsv: %s is in no list", id)
		}
	}
}

func TestCovers(t *testing.T) {
	c := conformance{Cases: "1.* 2.7-2.10 5.18 7.3.3-7.3.5"}
	for _, id := range []string{"1.1", "1.1.1", "1.2.8", "2.7", "2.10", "5.18", "7.3.4"} {
		assert.True(t, c.covers(id), id)
	}
	for _, id := range []string{"10.1.1", "2.6", "2.11", "5.1", "5.181", "7.3.6", "7.4.4", "11.1"} {
		assert.False(t, c.covers(id), id)
	}
}
