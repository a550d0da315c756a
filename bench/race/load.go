//go:build linux

package main

import (
	"fmt"
	"strings"

	"longwire.example/bench/race/results"
)

// load is what the flag -loads names, such as echo:64x32x1, and what that means
// to the load generator.
type load struct {
	kind results.Kind
	name string // with its kind, unless that is echo
	args []string
}

// shapes are what follows the kind, and the flags that the numbers in it stand
// for.
var shapes = []struct {
	kind   results.Kind
	format string   // of Sscanf
	flags  []string // of the load generator
	mode   string   // and what is the same for all loads of the kind
}{
	{results.Echo, "%dx%dx%d", []string{"conns", "bytes", "depth"}, "-mode=echo"},
	{results.FixedRate, "%dx%d@%d", []string{"conns", "bytes", "rate"}, "-mode=rate"},
	{results.Idle, "%d", []string{"conns"}, "-mode=idle -bytes=1024"},
	{results.Handshakes, "%d", []string{"conns"}, "-mode=handshakes"},
	{results.Broadcast, "%dx%d", []string{"conns", "bytes"}, "-mode=broadcast"},
	{results.Growth, "%d/%d", []string{"active", "conns"}, "-mode=echo -bytes=32"},
}

// parseLoad takes a load as the flag -loads spells it.
func parseLoad(text string) (load, error) {
	kind, shape, ok := strings.Cut(text, ":")
	if !ok {
		kind, shape = string(results.Echo), text
	}
	for _, s := range shapes {
		if string(s.kind) != kind {
			continue
		}
		numbers := make([]int, len(s.flags))
		into := make([]any, len(numbers))
		for i := range numbers {
			into[i] = &numbers[i]
		}
		if n, _ := fmt.Sscanf(shape, s.format, into...); n != len(numbers) || fmt.Sprintf(s.format, deref(numbers)...) != shape {
			return load{}, fmt.Errorf("load %q: not of the form %s", text, s.format)
		}
		l := load{kind: s.kind, name: text, args: strings.Fields(s.mode)}
		for i, f := range s.flags {
			l.args = append(l.args, fmt.Sprintf("-%s=%d", f, numbers[i]))
		}
		return l, nil
	}
	return load{}, fmt.Errorf("load %q: no such kind", text)
}

func deref(numbers []int) []any {
	all := make([]any, len(numbers))
	for i, n := range numbers {
		all[i] = n
	}
	return all
}
