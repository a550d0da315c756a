package results

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSpread(t *testing.T) {
	for name, c := range map[string]struct {
		values []float64
		want   Spread
	}{
		"none": {nil, Spread{}},
		"one":  {[]float64{7}, Spread{7, 7, 7, 7, 7}},
		"two":  {[]float64{3, 1}, Spread{2, 1.5, 2.5, 1, 3}},
		"odd":  {[]float64{5, 1, 4, 2, 3}, Spread{3, 2, 4, 1, 5}},
		"even": {[]float64{4, 1, 3, 2}, Spread{2.5, 1.75, 3.25, 1, 4}},
	} {
		assert.Equal(t, c.want, SpreadOf(c.values), name)
	}
	values := []float64{2, 1}
	SpreadOf(values)
	assert.Equal(t, []float64{2, 1}, values, "the caller's order is left alone")
}

func series(server string, cpu ...float64) Series {
	s := Series{Server: server}
	for _, c := range cpu {
		s.Samples = append(s.Samples, Sample{CPU: c, Rate: 1e6 / c})
	}
	return s
}

// A round in which the machine was slow changes no ratio.
func TestRatioIsWithinRounds(t *testing.T) {
	a, b := series("a", 2, 20, 4), series("b", 1, 10, 2)
	assert.Equal(t, Spread{2, 2, 2, 2, 2}, a.Ratio(CPU, &b))
	// Rounds that one has not finished say nothing.
	short := series("short", 3)
	assert.Equal(t, Spread{3, 3, 3, 3, 3}, short.Ratio(CPU, &b))
	none := series("none")
	assert.Zero(t, none.Ratio(CPU, &b))
	assert.Zero(t, a.Ratio(Memory, &b), "a figure that was not measured")
}

func TestRanked(t *testing.T) {
	c := Contest{Series: []Series{series("slow", 9, 8), series("failed"), series("fast", 1, 2), series("middle", 3)}}
	names := func(m Metric) (names []string) {
		for _, s := range c.Ranked(m) {
			names = append(names, s.Server)
		}
		return names
	}
	assert.Equal(t, []string{"fast", "middle", "slow"}, names(CPU))
	assert.Equal(t, []string{"fast", "middle", "slow"}, names(Rate), "more is better")
	assert.Nil(t, c.Of("nobody"))
	assert.Equal(t, "slow", c.Of("slow").Server)
}

func TestFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "results.json")
	none, err := Load(name)
	require.NoError(t, err)
	assert.Nil(t, none)

	r := &Results{
		Machine: Machine{CPU: "x", Cores: 2}, Servers: []Server{{Name: "a", Group: Ours}},
		Contests: []Contest{{Kind: Echo, Load: "1x1x1", Series: []Series{series("a", 1.23456789)}}},
	}
	require.NoError(t, r.Save(name))
	got, err := Load(name)
	require.NoError(t, err)
	assert.Equal(t, r, got)
	assert.InDelta(t, 1.235, got.Contests[0].Series[0].Samples[0].CPU, 1e-9, "four digits")
	assert.Equal(t, Ours, got.Of("a").Group)
	assert.Zero(t, got.Of("b"))

	require.NoError(t, os.WriteFile(name, []byte("{"), 0o600))
	_, err = Load(name)
	assert.Error(t, err)
}

func TestMerge(t *testing.T) {
	of := func(loads ...string) *Results {
		r := &Results{Machine: Machine{CPU: "x"}, Servers: []Server{{Name: "a", Version: "1"}}}
		for _, l := range loads {
			r.Contests = append(r.Contests, Contest{Load: l, Series: []Series{series("a", 1)}})
		}
		return r
	}
	later := of("b", "d")
	later.Contests[0].Series[0] = series("a", 2)
	require.NoError(t, later.Merge(of("a", "b", "c")))
	var loads []string
	for _, c := range later.Contests {
		loads = append(loads, c.Load)
	}
	assert.Equal(t, []string{"a", "b", "c", "d"}, loads)
	assert.InDelta(t, 2, later.Contests[1].Series[0].Samples[0].CPU, 0, "the later one counts")

	otherVersion := of("a")
	otherVersion.Servers[0].Version = "2"
	assert.ErrorIs(t, later.Merge(otherVersion), ErrDiffers)
	otherMachine := of("a")
	otherMachine.Machine.CPU = "y"
	assert.ErrorIs(t, later.Merge(otherMachine), ErrDiffers)
}
