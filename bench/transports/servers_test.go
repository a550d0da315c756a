//go:build linux

package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The client understands both servers on every transport: three subscribers get
// 20 events each, and none is missed or doubled, with where to go on after it.
func TestServers(t *testing.T) {
	for _, s := range []server{ours, nchan} {
		for i := range transports {
			tr := &transports[i]
			t.Run(string(s)+"/"+tr.name, func(t *testing.T) {
				r := opened(t, s, tr, 3)
				require.NoError(t, r.settle())
				r.latencies = nil
				require.NoError(t, r.publish(20, time.Millisecond))
				require.NoError(t, r.faults(20))
				require.NoError(t, r.quiet())
				for _, s := range r.subs {
					assert.Positive(t, s.up)
					assert.Greater(t, s.down, int64(20*r.size))
				}
			})
		}
	}
}

// A sample has a figure everywhere.
func TestSample(t *testing.T) {
	if _, err := nginx(); err != nil {
		missing(t, err)
	}
	c, err := parse([]string{"-server-core", "", "-seconds", "0.05"})
	require.NoError(t, err)
	c.patience = time.Minute
	c.profiles = t.TempDir()
	for _, s := range []server{ours, nchan} {
		got, err := c.sample(t.Context(), s, transportNamed(t, "poll"), crowd{2, 100})
		require.NoError(t, err)
		assert.Equal(t, s, got.Server)
		assert.Equal(t, "poll", got.Transport)
		assert.Equal(t, 5, got.Events)
		for _, f := range []figure{down, up, p50, p99, cpu, idleDown, idleUp} {
			assert.Positive(t, f.of(got), f.name)
		}
		assert.GreaterOrEqual(t, got.P99, got.P50)
	}
	assert.FileExists(t, filepath.Join(c.profiles, "poll-2.pprof"))
}

// opened starts a server, and connects n subscribers.
func opened(t *testing.T, s server, tr *transport, n int) *run {
	t.Helper()
	if s == nchan {
		if _, err := nginx(); err != nil {
			missing(t, err)
		}
	}
	p, err := s.start(t.Context(), place{})
	require.NoError(t, err)
	t.Cleanup(p.stop)
	r, err := open(&load{size: 60, interval: 5 * time.Millisecond, warm: 5, patience: time.Minute}, p.addr, s, tr, n)
	require.NoError(t, err)
	t.Cleanup(r.close)
	return r
}

// missing skips a test that lacks a program, but not in CI, which has all.
func missing(t *testing.T, tool error) {
	t.Helper()
	if os.Getenv("LONGWIRE_CI") != "" {
		t.Fatal(tool)
	}
	t.Skip(tool)
}
