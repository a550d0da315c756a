package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCompare(t *testing.T) {
	got, err := readReport(reportDir, "example")
	require.NoError(t, err)
	want := map[string]outcome{
		"1.1.1":  {"OK", "OK"},
		"1.1.2":  {"OK", "OK"},
		"2.10":   {"OK", "OK"},
		"6.4.1":  {"OK", "FAILED"},
		"7.1.6":  {"INFORMATIONAL", "INFORMATIONAL"},
		"12.1.1": {"UNIMPLEMENTED", "OK"},
		"13.1.1": {"UNIMPLEMENTED", "OK"},
	}
	var lines []string
	for _, d := range compare(serverSide, []string{"1.1.1", "1.1.2", "2.10", "6.4.1", "6.4.2", "7.1.6", "12.1.1"}, want, got) {
		lines = append(lines, d.String())
	}
	assert.Equal(t, []string{
		"server 1.1.2: expected OK, close OK; got no result",
		"server 2.10: expected OK, close OK; got OK, close UNCLEAN",
		"server 6.4.1: expected OK, close FAILED; got NON-STRICT, close FAILED",
		"server 6.4.2: expected nothing; got FAILED, close OK",
	}, lines, "13.1.1 was not asked for")

	assert.Empty(t, compare(serverSide, []string{"1.1.1", "7.1.6", "12.1.1"}, want, got))
}

func TestDifferenceWithWords(t *testing.T) {
	d := difference{side: clientSide, id: "6.4.1", want: "OK, close OK", got: "FAILED, close OK", words: "Too late."}
	assert.Equal(t, "client 6.4.1: expected OK, close OK; got FAILED, close OK (Too late.)", d.String())
}
