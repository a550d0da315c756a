package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var expectedPath = filepath.Join("..", "expected.json")

// The suite has 517 cases, and both sides are held to all of them.
func TestExpectedHasAllCases(t *testing.T) {
	g, err := readGolden(expectedPath)
	require.NoError(t, err)
	assert.Len(t, g, 2)
	for _, side := range []string{serverSide, clientSide} {
		groups := map[string]int{}
		for id := range g[side] {
			groups[group(id)]++
		}
		assert.Equal(t, map[string]int{
			"1": 16, "2": 11, "3": 7, "4": 10, "5": 20, "6": 145, "7": 37, "9": 54, "10": 1, "12": 90, "13": 126,
		}, groups, side)
	}
}

func TestGoldenRoundTrip(t *testing.T) {
	g, err := readGolden(expectedPath)
	require.NoError(t, err)
	copied := filepath.Join(t.TempDir(), "expected.json")
	require.NoError(t, g.write(copied))
	want, err := os.ReadFile(expectedPath)
	require.NoError(t, err)
	got, err := os.ReadFile(copied)
	require.NoError(t, err)
	assert.Equal(t, strings.Split(string(want), "\n"), strings.Split(string(got), "\n"))
}

func TestGoldenSetKeepsOtherCases(t *testing.T) {
	g := golden{}
	g.set(serverSide, map[string]entry{"1.1.1": {outcome: outcome{"OK", "OK"}}})
	g.set(serverSide, map[string]entry{"2.10": {outcome: outcome{"FAILED", "OK"}}})
	g.set(serverSide, map[string]entry{"2.10": {outcome: outcome{"OK", "OK"}}})
	assert.Equal(t, golden{serverSide: {"1.1.1": {"OK", "OK"}, "2.10": {"OK", "OK"}}}, g)
}
