//go:build linux

package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestData(t *testing.T) {
	const at int64 = 1234567890123
	data := dataOf(42, at, 40)
	assert.Equal(t, "00000042 0001234567890123 xxxxxxxxxxxxxx", data)
	assert.Len(t, dataOf(42, at, minSize), minSize)
	number, when, err := parseData(data, 40)
	require.NoError(t, err)
	assert.Equal(t, 42, number)
	assert.Equal(t, at, when)

	for _, wrong := range []string{
		"", data[:39], data + "x", strings.Replace(data, "x", "y", 1), strings.Replace(data, "4", "-", 1),
		strings.Replace(data, " ", "_", 1), strings.Replace(data, "7", "z", 1),
	} {
		_, _, err := parseData(wrong, 40)
		assert.Error(t, err, "%q", wrong)
	}
}

// What is missed and what comes twice is counted, from the first event on.
func TestCount(t *testing.T) {
	s := &subscriber{next: -1}
	for _, step := range []struct {
		number          int
		fresh           bool
		missed, doubled int
	}{
		{5, true, 0, 0},
		{6, true, 0, 0},
		{6, false, 0, 1},
		{9, true, 2, 1},
		{5, false, 2, 2},
		{10, true, 2, 2},
	} {
		assert.Equal(t, step.fresh, s.count(step.number), "%+v", step)
		assert.Equal(t, step.missed, s.missed, "%+v", step)
		assert.Equal(t, step.doubled, s.doubled, "%+v", step)
	}
}
