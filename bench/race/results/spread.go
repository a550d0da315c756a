package results

import "slices"

// Spread says where a number of values lie: the median, the quartiles and the
// ends. It is all zero for no values.
type Spread struct {
	Median, Low, High, Min, Max float64 // Low and High are the quartiles
}

// SpreadOf takes the values in any order.
func SpreadOf(values []float64) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	v := slices.Sorted(slices.Values(values))
	return Spread{
		Median: quantile(v, 0.5),
		Low:    quantile(v, 0.25),
		High:   quantile(v, 0.75),
		Min:    v[0],
		Max:    v[len(v)-1],
	}
}

// quantile is between the two values that are nearest to it, in sorted values.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 == len(sorted) {
		return sorted[i]
	}
	part := at - float64(i)
	return sorted[i]*(1-part) + sorted[i+1]*part
}
