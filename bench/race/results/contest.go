package results

import (
	"cmp"
	"slices"
)

// Kind is what a contest is about.
type Kind string

// The kinds.
const (
	Echo       Kind = "echo"       // as many echoes as the server can give
	FixedRate  Kind = "rate"       // echoes of messages that are due at fixed times
	Idle       Kind = "idle"       // memory of connections without traffic
	Handshakes Kind = "handshakes" // connect, upgrade, close, again
	Broadcast  Kind = "broadcast"  // one message to all connections
	Growth     Kind = "growth"     // echoes, few or all of many connections active
)

// Contest is one load on several servers.
type Contest struct {
	Kind   Kind     `json:"kind"`
	Load   string   `json:"load"` // as the flag -loads spells it
	Series []Series `json:"series"`
}

// Series is the samples of one server, one a round. Failed says why a server
// has none, or not all.
type Series struct {
	Server  string   `json:"server"`
	Samples []Sample `json:"samples"`
	Failed  string   `json:"failed,omitempty"`
}

// Values gives one metric of all samples.
func (s *Series) Values(m Metric) []float64 {
	v := make([]float64, 0, len(s.Samples))
	for _, sample := range s.Samples {
		v = append(v, m.Of(sample))
	}
	return v
}

// Spread gives where one metric of the samples lies.
func (s *Series) Spread(m Metric) Spread { return SpreadOf(s.Values(m)) }

// Ratio gives how a metric relates to that of another server in the same
// rounds. Rounds that one of them has not finished are left out.
func (s *Series) Ratio(m Metric, to *Series) Spread {
	var v []float64
	for i := range min(len(s.Samples), len(to.Samples)) {
		if base := m.Of(to.Samples[i]); base > 0 {
			v = append(v, m.Of(s.Samples[i])/base)
		}
	}
	return SpreadOf(v)
}

// Of gives the series of a server, or nil.
func (c *Contest) Of(server string) *Series {
	for i := range c.Series {
		if c.Series[i].Server == server {
			return &c.Series[i]
		}
	}
	return nil
}

// Ranked gives the series that have samples, the best median of a metric first.
func (c *Contest) Ranked(m Metric) []*Series {
	var all []*Series
	for i := range c.Series {
		if len(c.Series[i].Samples) > 0 {
			all = append(all, &c.Series[i])
		}
	}
	slices.SortStableFunc(all, func(a, b *Series) int {
		order := cmp.Compare(a.Spread(m).Median, b.Spread(m).Median)
		if m.More {
			return -order
		}
		return order
	})
	return all
}
