//go:build linux

package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The table has medians of each server, and of the ratios of the rounds, which are
// something else.
func TestTable(t *testing.T) {
	c, err := parse([]string{"-transports", "ws,poll", "-crowds", "1@10,2@20", "-rounds", "3"})
	require.NoError(t, err)
	var all []Sample
	for _, tr := range c.transports {
		for round := range 3 {
			for _, w := range c.crowds {
				f := float64(w.subscribers)
				all = append(all, Sample{
					Server: ours, Transport: tr.name, Subscribers: w.subscribers, Down: 155, Up: 1, IdleDown: 9, IdleUp: 8,
					P50: []float64{10, 20, 300}[round] * f, P99: 2000, CPU: 3,
				})
				all = append(all, Sample{
					Server: nchan, Transport: tr.name, Subscribers: w.subscribers, Down: 121, Up: 2, IdleDown: 7, IdleUp: 6,
					P50: []float64{10, 40, 20}[round], P99: 1000, CPU: 4,
				})
			}
		}
	}
	text := c.table(versions{Date: "2026-11-27", Ours: "abc", Go: "go1", Nchan: "1.3.6", Nginx: "nginx 1"}, all)
	assert.Contains(t, text, "2026-11-27: Longwire abc (go1) beside nchan 1.3.6 (nginx 1)")
	assert.Contains(t, text, "Columns are for 1 subscriber with 10 events a second, and for 2 subscribers with 20 events a second")
	assert.Contains(t, text, "| ws | ID, by the subprotocol ws+meta.nchan | 155 : 121 | 1 : 2 | 1.00 (20.0 : 20.0) | 2.00 (2000 : 1000) | 0.75 (3.00 : 4.00) |"+
		" 2.00 (40.0 : 20.0) | 2.00 (2000 : 1000) | 0.75 (3.00 : 4.00) |\n")
	assert.Contains(t, text, "| poll, nothing new | | 9 : 7 | 8 : 6 | | | | | | |\n")
	assert.Contains(t, text, "Ours takes more than nchan (2 subscribers): octets down on ws, poll; octets up on nothing; p50 on ws, poll; CPU on nothing.\n")
}

func TestQuantile(t *testing.T) {
	hundred := make([]int64, 100)
	for i := range hundred {
		hundred[i] = int64(100 - i)
	}
	assert.InDelta(t, 51, quantile(hundred, 0.5), 0)
	assert.InDelta(t, 100, quantile(hundred, 0.99), 0)
	assert.InDelta(t, 7, quantile([]float64{7}, 0.99), 0)
	assert.Zero(t, quantile([]float64{}, 0.5))
}

func TestReplace(t *testing.T) {
	name := filepath.Join(t.TempDir(), "transports.md")
	for _, text := range []string{"one\n", "two\n"} {
		require.NoError(t, replace(name, text))
		page, err := os.ReadFile(name)
		require.NoError(t, err)
		assert.Equal(t, beginLine+text+endLine, string(page))
	}
	require.NoError(t, os.WriteFile(name, []byte("# A\n"+beginLine+"old\n"+endLine+"more\n"), 0o600))
	require.NoError(t, replace(name, "new\n"))
	page, err := os.ReadFile(name)
	require.NoError(t, err)
	assert.Equal(t, "# A\n"+beginLine+"new\n"+endLine+"more\n", string(page))

	for _, page := range []string{"", beginLine, endLine + beginLine} {
		require.NoError(t, os.WriteFile(name, []byte(page), 0o600))
		require.Error(t, replace(name, "x"))
	}
}
