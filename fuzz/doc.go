// Package fuzz holds the fuzz targets of Longwire, in files named after the
// package that they feed: octets of a hostile peer go in, and what comes out is
// compared with a second opinion (the standard library, a naive model, or the
// same octets cut in other places).
//
// Each target runs its corpus in testdata/fuzz as an ordinary test, and on its
// own with
//
//	go test ./fuzz -run '^$' -fuzz '^FuzzFrameHeader$' -fuzztime 10s
//
// An input that failed once is kept in the corpus after the fix.
//
// Targets that look inside a package are beside it: FuzzTimeIsLinear of
// sse/parser and FuzzRingID of sse.
package fuzz
