// Package report tells what a race has measured: as tables on a terminal, and as
// a page with charts.
//
// Reading order: kinds.go (what is told of each kind of contest), table.go,
// page.go, charts.go.
package report
