//go:build linux

package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The table has medians of each server, and of the ratios of the rounds, which are
// something else.
func TestTable(t *testing.T) {
	r := &results{
		Versions: versions{Date: "2026-11-27", Ours: "abc", Go: "go1", Nchan: "1.3.6", Nginx: "nginx 1"},
		Rounds:   3, Size: 100, Interval: 50, Crowds: []crowd{{1, 10}, {2, 20}},
	}
	for _, name := range []string{"ws", "poll"} {
		for round := range 3 {
			for _, w := range r.Crowds {
				f := float64(w.Subscribers)
				r.Samples = append(r.Samples, Sample{
					Server: ours, Transport: name, Subscribers: w.Subscribers, Down: 155, Up: 1, IdleDown: 9, IdleUp: 8,
					P50: []float64{10, 20, 300}[round] * f, P99: 2000, CPU: 3,
				})
				r.Samples = append(r.Samples, Sample{
					Server: nchan, Transport: name, Subscribers: w.Subscribers, Down: 121, Up: 2, IdleDown: 7, IdleUp: 6,
					P50: []float64{10, 40, 20}[round], P99: 1000, CPU: 4,
				})
			}
		}
	}
	text := r.table()
	assert.Contains(t, text, "2026-11-27: Longwire abc (go1) beside nchan 1.3.6 (nginx 1)")
	assert.Contains(t, text, "Columns are for 1 subscriber with 10 events a second, and for 2 subscribers with 20 events a second")
	assert.Contains(t, text, "| ws | ID, by the subprotocol ws+meta.nchan | 155 : 121 | 1 : 2 | 1.00 (20.0 : 20.0) | 2.00 (2000 : 1000) | 0.75 (3.00 : 4.00) |"+
		" 2.00 (40.0 : 20.0) | 2.00 (2000 : 1000) | 0.75 (3.00 : 4.00) |\n")
	assert.Contains(t, text, "| poll, nothing new | | 9 : 7 | 8 : 6 | | | | | | |\n")
	assert.Contains(t, text, "Ours takes more than nchan (2 subscribers): octets down on ws, poll; octets up on nothing; p50 on ws, poll; CPU on nothing.\n")
}

// What is saved is what was there, and its table the same.
func TestSave(t *testing.T) {
	name := filepath.Join(t.TempDir(), "transports.json")
	r := &results{Rounds: 1, Crowds: []crowd{{1, 10}}, Samples: []Sample{{Server: ours, Transport: "ws", P50: digits(1.23456)}, {Server: nchan, Transport: "ws"}}}
	require.NoError(t, r.save(name))
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	assert.Contains(t, string(text), "\n"+`{"server":"ours","transport":"ws","subscribers":0,"events":0,"up":0,"down":0,"idle_up":0,"idle_down":0,"p50_us":1.235,`)
	again, err := loadResults(name)
	require.NoError(t, err)
	assert.Equal(t, r, again)
	require.NoError(t, os.WriteFile(name, []byte("{"), 0o600))
	_, err = loadResults(name)
	require.Error(t, err)
	require.Error(t, begun(t.Context(), []string{"-redraw", "-samples", name}))
}

// The published table says what the published samples say.
func TestPublished(t *testing.T) {
	docs := filepath.Join("..", "..", "docs")
	r, err := loadResults(filepath.Join(docs, "bench", "transports.json"))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("nothing is published yet")
	}
	require.NoError(t, err)
	page, err := os.ReadFile(filepath.Join(docs, "transports.md"))
	require.NoError(t, err)
	assert.Contains(t, string(page), beginLine+r.table()+endLine,
		"go run ./transports -redraw -samples ../docs/bench/transports.json -out ../docs/transports.md")
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
