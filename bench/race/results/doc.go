// Package results is what a race has measured: samples, what is computed from
// them, and how they are kept in a file. The load generator prints a Sample,
// the runner collects them, and tables and charts are drawn from the whole.
//
// Terms: a Sample is one run of one server under one load. A Contest is one load
// on several servers, in rounds: the n-th sample of each Series was taken in
// the n-th round, within the same minute or so. That is why servers are compared
// by ratios of samples of the same round, and why the median of the rounds is
// what counts.
package results
