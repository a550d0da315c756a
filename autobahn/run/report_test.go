package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var reportDir = filepath.Join("testdata", "report")

func TestReadReport(t *testing.T) {
	for _, agent := range []string{"example", "the only one there is taken"} {
		r, err := readReport(reportDir, agent)
		require.NoError(t, err)
		assert.Len(t, r, 6)
		assert.Equal(t, entry{outcome{"OK", "UNCLEAN"}, filepath.Join(reportDir, "example_case_2_10.json")}, r["2.10"])
	}
}

func TestReadReportFails(t *testing.T) {
	for name, c := range map[string]struct{ index, want string }{
		"empty":      {`{}`, "could not connect"},
		"two agents": {`{"a": {}, "b": {}}`, "2 agents"},
		"cut short":  {`{"a": {`, "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "index.json"), []byte(c.index), 0o600))
			_, err := readReport(dir, "example")
			assert.ErrorContains(t, err, c.want)
		})
	}
	_, err := readReport(t.TempDir(), "example")
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestExplain(t *testing.T) {
	r, err := readReport(reportDir, "example")
	require.NoError(t, err)
	assert.Equal(t,
		"Actual events match at least one expected. The connection was failed by the wrong endpoint",
		explain(r["6.4.1"]))
	assert.Empty(t, explain(r["1.1.1"]), "its file is not there")
}
