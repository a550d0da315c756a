//go:build linux

package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/bench/race/report"
	"longwire.example/bench/race/results"
)

// Under other names the test's own program is a server, a load generator, and
// those that fail.
func TestMain(m *testing.M) {
	switch filepath.Base(os.Args[0]) {
	case "server":
		ln, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
		if err != nil {
			panic(err)
		}
		for {
			if _, err := ln.Accept(); err != nil {
				panic(err)
			}
		}
	case "broken":
		fmt.Fprintln(os.Stderr, "first line\nlast line")
		os.Exit(2)
	case "load":
		args := strings.Join(os.Args[1:], " ")
		if strings.Contains(args, "-tcp") {
			fmt.Fprintln(os.Stderr, "load: the first echo differs")
			os.Exit(1)
		}
		if !strings.Contains(args, "-time 1s -mode=echo -conns=2 -bytes=3 -depth=4") {
			fmt.Fprintln(os.Stderr, args)
			os.Exit(1)
		}
		fmt.Println(`{"per_second": 5, "cpu_us": 7}`)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// programs gives a folder in which the test's own program has those names.
func programs(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("taskset"); err != nil {
		missing(t, "taskset")
	}
	dir := t.TempDir()
	for _, name := range []string{"server", "broken", "load"} {
		require.NoError(t, os.Symlink(os.Args[0], filepath.Join(dir, name)))
	}
	return dir
}

// missing skips a test that lacks a program, but not in CI, which has all.
func missing(t *testing.T, tool string) {
	t.Helper()
	if os.Getenv("LONGWIRE_CI") != "" {
		t.Fatalf("missing tool: %s", tool)
	}
	t.Skipf("missing tool: %s", tool)
}

// A contest takes as many samples of each server as there are rounds, and tells
// why one has failed.
func TestContest(t *testing.T) {
	r := race{dir: programs(t), serverCore: "0", loadCore: "0", rounds: 3, seconds: 1}
	l, err := parseLoad("2x3x4")
	require.NoError(t, err)
	c, err := r.contest(t.Context(), l, []server{
		{name: "good", echo: "{dir}/server {port}"},
		{name: "ends", echo: "{dir}/broken {port}"},
		{name: "differs", echo: "{dir}/server {port}", plain: true},
		{name: "elsewhere", broadcast: "{dir}/server {port}"},
	})
	require.NoError(t, err)
	sample := results.Sample{Rate: 5, CPU: 7}
	assert.Equal(t, results.Contest{Kind: results.Echo, Load: "2x3x4", Series: []results.Series{
		{Server: "good", Samples: []results.Sample{sample, sample, sample}},
		{Server: "ends", Failed: "the server ended: last line"},
		{Server: "differs", Failed: "load: the first echo differs"},
	}}, c)
}

func TestLoads(t *testing.T) {
	for text, want := range map[string]string{
		"64x32x1":         "-mode=echo -conns=64 -bytes=32 -depth=1",
		"echo:64x32x1":    "-mode=echo -conns=64 -bytes=32 -depth=1",
		"rate:64x32@2000": "-mode=rate -conns=64 -bytes=32 -rate=2000",
		"idle:10":         "-mode=idle -bytes=1024 -conns=10",
		"handshakes:8":    "-mode=handshakes -conns=8",
		"broadcast:9x128": "-mode=broadcast -conns=9 -bytes=128",
		"growth:64/1000":  "-mode=echo -bytes=32 -active=64 -conns=1000",
	} {
		l, err := parseLoad(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, strings.Join(l.args, " "))
		assert.Equal(t, text, l.name)
	}
	for _, text := range []string{"", "64x32", "64x32x1x", "64x32x1 ", "ax32x1", "idle:", "rate:64x32x1", "other:1"} {
		_, err := parseLoad(text)
		assert.Error(t, err, text)
	}
}

func TestFlags(t *testing.T) {
	c, err := parse([]string{"-servers", "gws,tcp", "-add", "mine=./x -p {port}", "-rounds", "7", "-loads", "1x2x3,idle:4"})
	require.NoError(t, err)
	var names []string
	for _, s := range c.servers {
		names = append(names, s.name)
	}
	assert.Equal(t, []string{"tcp", "gws", "mine"}, names)
	assert.Len(t, c.loads, 2)
	assert.Equal(t, 7, c.rounds)
	for _, flags := range []string{"-all", "-quick"} {
		c, err := parse([]string{flags})
		require.NoError(t, err)
		assert.Len(t, c.servers, len(servers))
		kinds := map[results.Kind]bool{}
		for _, l := range c.loads {
			kinds[l.kind] = true
		}
		assert.GreaterOrEqual(t, len(kinds), 5, flags)
	}
	for _, args := range [][]string{{"-servers", "nobody"}, {"-loads", "x"}, {"-add", "x"}} {
		_, err := parse(args)
		assert.Error(t, err, "%v", args)
	}
}

// Every server can be started for some load, and no two have one name.
func TestServers(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range servers {
		assert.False(t, seen[s.name], s.name)
		seen[s.name] = true
		assert.NotEmpty(t, s.build, s.name)
		assert.NotEmpty(t, s.what, s.name)
		for _, kind := range []results.Kind{results.Echo, results.Broadcast, results.Handshakes} {
			if command := s.command(kind); command != "" {
				args := fill(command, "/dir", 1234)
				assert.Contains(t, strings.Join(args, " "), "1234", "%s: its port", s.name)
				assert.NotContains(t, strings.Join(args, " "), "{", s.name)
			}
		}
	}
	assert.True(t, seen["longwire-loop"])
}

// A server whose tools are missing is named, and tools of others are not asked
// for.
func TestMissingTools(t *testing.T) {
	root, err := repository()
	require.NoError(t, err)
	t.Setenv("PATH", t.TempDir())
	b := &builder{root: root, dir: t.TempDir(), done: map[string]error{}}
	for step, tool := range map[string]string{"rust": "cargo", "bun": "npm", "node": "node", "echo": "go"} {
		assert.EqualError(t, b.build(t.Context(), step), "missing tool: "+tool)
	}
	assert.Error(t, b.build(t.Context(), "unknown"))
}

// The versions of what is not a Go library are found where they are locked.
func TestLocked(t *testing.T) {
	root, err := repository()
	require.NoError(t, err)
	b := &builder{root: root, dir: t.TempDir()}
	for _, s := range servers {
		if s.has("rust") || s.has("node") {
			assert.Regexp(t, `^\d+\.\d+`, b.describe(t.Context(), s).Version, s.name)
		}
	}
	m := machine(t.Context())
	assert.Positive(t, m.Cores)
	assert.NotEmpty(t, m.Kernel)
}

func TestSave(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "docs")
	r := func(load string) *results.Results {
		return &results.Results{Contests: []results.Contest{{Kind: results.Echo, Load: load}}}
	}
	require.NoError(t, save("", r("1x1x1")))
	require.Error(t, redraw(dir))
	require.NoError(t, save(dir, r("1x1x1")))
	require.NoError(t, save(dir, r("2x1x1")))
	require.NoError(t, redraw(dir))
	got, err := results.Load(filepath.Join(dir, report.DataFile))
	require.NoError(t, err)
	assert.Len(t, got.Contests, 2)
}
