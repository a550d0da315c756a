package main

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCompareIDs(t *testing.T) {
	ids := []string{"10.1.1", "2.10", "1.1.2", "12.1.10", "2.2", "12.1.9", "1.1.1", "2.1"}
	slices.SortFunc(ids, compareIDs)
	assert.Equal(t, []string{"1.1.1", "1.1.2", "2.1", "2.2", "2.10", "10.1.1", "12.1.9", "12.1.10"}, ids)
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		pattern, id string
		want        bool
	}{
		{"*", "7.1.6", true},
		{"7", "7.1.6", true},
		{"7.*", "7.1.6", true},
		{"7.1", "7.1.6", true},
		{"7.1.*", "7.1.6", true},
		{"7.1.6", "7.1.6", true},
		{"7.1.6.*", "7.1.6", true}, // nothing after it is still the case itself
		{"7.13.*", "7.1.6", false},
		{"7.1.*", "7.13.1", false},
		{"1.*", "10.1.1", false},
		{"1", "12.1.1", false},
		{"2.1", "2.10", false},
	} {
		assert.Equal(t, c.want, matches(c.pattern, c.id), "%s %s", c.pattern, c.id)
	}
}

func TestParsePatterns(t *testing.T) {
	got, err := parsePatterns("1.*, 2.10,7")
	require.NoError(t, err)
	assert.Equal(t, []string{"1.*", "2.10", "7"}, got)
	for _, wrong := range []string{"", "1,", "x", "1.*.2", "01", "1..2", "-1", "1.", "**", "1*", "0.1"} {
		_, err := parsePatterns(wrong)
		assert.Error(t, err, wrong)
	}
}

func TestChoose(t *testing.T) {
	ids := []string{"1.1.1", "2.1", "2.10", "10.1.1"}
	got, err := choose(ids, nil)
	require.NoError(t, err)
	assert.Equal(t, ids, got)

	got, err = choose(ids, []string{"10", "2.1", "1.*"})
	require.NoError(t, err)
	assert.Equal(t, []string{"1.1.1", "2.1", "10.1.1"}, got, "in the suite's order")

	_, err = choose(ids, []string{"2.1", "3.*"})
	assert.ErrorContains(t, err, `"3.*"`)
}
