package results

// Sample is one run of one server under one load. What the load doesn't measure
// is zero. A message is an echo, a delivery of a broadcast or a handshake.
type Sample struct {
	Rate     float64 `json:"per_second,omitempty"`         // messages a second
	CPU      float64 `json:"cpu_us,omitempty"`             // the server's own time of the processor for a message, in microseconds
	LoadCPU  float64 `json:"load_cpu_us,omitempty"`        // the load generator's
	Busy     float64 `json:"busy,omitempty"`               // the server's share of its core, 1 being all of it
	P50      float64 `json:"p50_us,omitempty"`             // latency in microseconds
	P99      float64 `json:"p99_us,omitempty"`             //
	P999     float64 `json:"p99.9_us,omitempty"`           //
	Late     float64 `json:"late_p99.9_us,omitempty"`      // how late the load generator itself was
	Memory   float64 `json:"kib_per_connection,omitempty"` // resident memory that one more idle connection takes
	Resident float64 `json:"resident_mib,omitempty"`       // all of the server, with them
}

// Metric is a figure of a sample.
type Metric struct {
	Name, Unit string
	Of         func(Sample) float64
	More       bool // more is better
}

// The metrics, by the names of their fields.
var (
	Rate     = Metric{"messages a second", "/s", func(s Sample) float64 { return s.Rate }, true}
	CPU      = Metric{"CPU time a message", "µs", func(s Sample) float64 { return s.CPU }, false}
	LoadCPU  = Metric{"CPU time a message of the load generator", "µs", func(s Sample) float64 { return s.LoadCPU }, false}
	Busy     = Metric{"share of the core", "", func(s Sample) float64 { return s.Busy }, false}
	P50      = Metric{"p50", "µs", func(s Sample) float64 { return s.P50 }, false}
	P99      = Metric{"p99", "µs", func(s Sample) float64 { return s.P99 }, false}
	P999     = Metric{"p99.9", "µs", func(s Sample) float64 { return s.P999 }, false}
	Late     = Metric{"p99.9 of how late the load generator was", "µs", func(s Sample) float64 { return s.Late }, false}
	Memory   = Metric{"memory of an idle connection", "KiB", func(s Sample) float64 { return s.Memory }, false}
	Resident = Metric{"memory of the server", "MiB", func(s Sample) float64 { return s.Resident }, false}
)
