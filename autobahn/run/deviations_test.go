package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// deviations.tsv names exactly the cases of expected.json that are not OK, in
// behavior or in behaviorClose, each once, with what is expected and why.
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
			if o == (outcome{verdictOK, verdictOK}) {
				want = 0
			}
			assert.Equal(t, want, named[side+" "+id], "lines for %s %s, which is %v", side, id, o)
		}
	}
}
