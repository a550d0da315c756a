package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// informational are the cases for which the suite has no verdict but
// INFORMATIONAL, so that they are no deviation: 7.1.6 sends 256 KiB and a Close
// back to back, and whether the message is still echoed is left to the
// implementation; the close codes 5000 and 65535 of the other two are outside
// what RFC 6455 section 7.4.2 speaks of.
var informational = []string{"7.1.6", "7.13.1", "7.13.2"}

// deviations.tsv names exactly the cases of expected.json that are not OK, in
// behavior or in behaviorClose, each once, with what is expected and why; apart
// from those that can't be OK.
func TestDeviations(t *testing.T) {
	g, err := readGolden(expectedPath)
	require.NoError(t, err)
	b, err := os.ReadFile(filepath.Join("..", "deviations.tsv"))
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	require.Equal(t, "cases\tside\tbehavior\tbehaviorClose\treason", lines[0])

	named := map[string]int{} // side and case
	for _, line := range lines[1:] {
		f := strings.Split(line, "\t")
		require.Len(t, f, 5, line)
		pattern, which, want, reason := f[0], f[1], outcome{f[2], f[3]}, f[4]
		require.True(t, validPattern(pattern), line)
		require.Contains(t, []string{serverSide, clientSide, "both"}, which, line)
		assert.NotEmpty(t, strings.TrimSpace(reason), line)
		assert.NotEqual(t, outcome{verdictOK, verdictOK}, want, line)

		covered := 0
		for side, cases := range g {
			if which != side && which != "both" {
				continue
			}
			for id, o := range cases {
				if matches(pattern, id) {
					assert.Equal(t, want, o, "%s %s", side, id)
					named[side+" "+id]++
					covered++
				}
			}
		}
		assert.NotZero(t, covered, "no case is covered by: %s", line)
	}
	for side, cases := range g {
		for id, o := range cases {
			want := 1
			switch {
			case slices.Contains(informational, id):
				assert.Equal(t, outcome{verdictInformational, verdictInformational}, o, "%s %s", side, id)
				want = 0
			case o == outcome{verdictOK, verdictOK}:
				want = 0
			}
			assert.Equal(t, want, named[side+" "+id], "lines for %s %s, which is %v", side, id, o)
		}
	}
}
