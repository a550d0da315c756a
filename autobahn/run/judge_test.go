package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// judged runs judge on the report in testdata against a copy of want.
func judged(t *testing.T, want golden, update, complete bool) (golden, string, error) {
	t.Helper()
	report, err := readReport(reportDir, "example")
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "expected.json")
	if want != nil {
		require.NoError(t, want.write(path))
	}
	r := result{side: serverSide, cases: sortedIDs(report), report: report, pages: []string{"a.html", "b.html"}}
	var out strings.Builder
	failure := judge(&config{update: update}, path, []result{r, {side: clientSide}}, complete, &out)
	assert.Contains(t, out.String(), "report: a.html\nreport: b.html\n")
	after, err := readGolden(path)
	if want != nil || (update && complete) {
		require.NoError(t, err)
	}
	return after, out.String(), failure
}

func TestJudge(t *testing.T) {
	asReported := golden{}
	report, err := readReport(reportDir, "example")
	require.NoError(t, err)
	asReported.set(serverSide, report)
	asReported[clientSide] = map[string]outcome{"1.1.1": {"OK", "OK"}}

	t.Run("as expected", func(t *testing.T) {
		_, out, err := judged(t, asReported, false, true)
		require.NoError(t, err)
		assert.Contains(t, out, "all results are as expected")
	})
	t.Run("not complete", func(t *testing.T) {
		_, out, err := judged(t, asReported, false, false)
		require.NoError(t, err, "the run's own error says it")
		assert.NotContains(t, out, "as expected")
	})
	t.Run("different", func(t *testing.T) {
		want := golden{serverSide: {"1.1.1": {"OK", "OK"}, "6.4.1": {"OK", "OK"}}, clientSide: {}}
		after, out, err := judged(t, want, false, true)
		require.EqualError(t, err, "5 results differ from expected.json")
		assert.Contains(t, out, "server 6.4.1: expected OK, close OK; got NON-STRICT, close FAILED (Actual events match")
		assert.Equal(t, want, after)
	})
	t.Run("update", func(t *testing.T) {
		want := golden{serverSide: {"1.1.1": {"FAILED", "OK"}}, clientSide: {"1.1.1": {"OK", "OK"}}}
		after, _, err := judged(t, want, true, true)
		require.NoError(t, err)
		assert.Equal(t, asReported, after)
	})
	t.Run("update without a file", func(t *testing.T) {
		after, _, err := judged(t, nil, true, true)
		require.NoError(t, err)
		assert.Equal(t, asReported[serverSide], after[serverSide])
	})
	t.Run("update of a run that was cut short", func(t *testing.T) {
		want := golden{serverSide: {"1.1.1": {"FAILED", "OK"}}, clientSide: {}}
		after, _, err := judged(t, want, true, false)
		require.ErrorContains(t, err, "not written")
		assert.Equal(t, want, after)
	})
}
