package main

import (
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSplit(t *testing.T) {
	ids := []string{"1.1.1", "1.1.2", "2.1", "2.2", "2.3"}
	assert.Equal(t, [][]string{ids}, split(ids, 1))
	assert.Equal(t, [][]string{{"1.1.1", "2.1", "2.3"}, {"1.1.2", "2.2"}}, split(ids, 2))
	assert.Equal(t, [][]string{{"1.1.1"}, {"1.1.2"}, {"2.1"}, {"2.2"}, {"2.3"}}, split(ids, 9), "no share is empty")
}

func TestShares(t *testing.T) {
	assert.Equal(t, 3, (&config{server: true, client: true, parallel: 3}).shares())
	assert.Equal(t, runtime.NumCPU(), (&config{server: true}).shares())
	assert.Equal(t, max(1, runtime.NumCPU()/2), (&config{server: true, client: true}).shares())
	assert.Equal(t, []string{serverSide, clientSide}, (&config{server: true, client: true}).sides())
	assert.Equal(t, []string{clientSide}, (&config{client: true}).sides())
}

func TestGather(t *testing.T) {
	ids := []string{"1.1.1", "1.1.2", "2.1"}
	ok := func(file string) entry { return entry{outcome{"OK", "OK"}, file} }
	sides := []*side{
		{name: serverSide, share: 1, dir: "s1"},
		{name: serverSide, share: 2, dir: "s2"},
		{name: clientSide, share: 1, dir: "c1"},
		{name: clientSide, share: 2, dir: "c2"},
	}
	results := gather(ids, sides, []map[string]entry{{"1.1.1": ok("a"), "2.1": ok("c")}, {"1.1.2": ok("b")}, nil, nil})
	assert.Equal(t, []result{
		{
			side: serverSide, cases: ids,
			report: map[string]entry{"1.1.1": ok("a"), "1.1.2": ok("b"), "2.1": ok("c")},
			pages:  []string{filepath.Join("s1", "index.html"), filepath.Join("s2", "index.html")},
		},
		{side: clientSide, cases: ids},
	}, results)

	// One share without a report: its cases are missing, and that shows.
	results = gather(ids, sides[:2], []map[string]entry{{"1.1.1": ok("a")}, nil})
	assert.Len(t, results, 1)
	assert.Len(t, compare(serverSide, ids, golden{serverSide: {"1.1.1": {"OK", "OK"}}}[serverSide], results[0].report), 2)
}
