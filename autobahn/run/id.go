package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// compareIDs orders case ids by their numbers, so that 2.2 stands before 2.10.
func compareIDs(a, b string) int {
	return slices.CompareFunc(strings.Split(a, "."), strings.Split(b, "."), func(x, y string) int {
		m, errX := strconv.Atoi(x)
		n, errY := strconv.Atoi(y)
		if errX != nil || errY != nil {
			return cmp.Compare(x, y)
		}
		return cmp.Compare(m, n)
	})
}

// group returns the first number of a case id.
func group(id string) string {
	g, _, _ := strings.Cut(id, ".")
	return g
}

// parsePatterns splits a comma-separated list of case patterns. A pattern is a
// case id or the beginning of some, with or without a last star: 7.1.6, 7.1.*,
// 7, 7.* and * are all patterns.
func parsePatterns(list string) ([]string, error) {
	var patterns []string
	for p := range strings.SplitSeq(list, ",") {
		p = strings.TrimSpace(p)
		if !validPattern(p) {
			return nil, fmt.Errorf("%q is no case pattern (like 7.1.6, 7.1.* or 7)", p)
		}
		patterns = append(patterns, p)
	}
	return patterns, nil
}

func validPattern(p string) bool {
	parts := strings.Split(p, ".")
	for i, part := range parts {
		if part == "*" && i == len(parts)-1 {
			return true
		}
		if n, err := strconv.Atoi(part); err != nil || n < 1 || strconv.Itoa(n) != part {
			return false
		}
	}
	return true
}

// matches tells whether the pattern covers the case. Numbers are compared
// whole: 1.* covers 1.1.1 and not 10.1.1.
func matches(pattern, id string) bool {
	if pattern == "*" {
		return true
	}
	pattern = strings.TrimSuffix(pattern, ".*")
	return id == pattern || strings.HasPrefix(id, pattern+".")
}

// choose returns the ids that the patterns cover, in order; no pattern covers
// everything. A pattern that covers nothing is an error.
func choose(ids, patterns []string) ([]string, error) {
	if len(patterns) == 0 {
		return ids, nil
	}
	for _, p := range patterns {
		if !slices.ContainsFunc(ids, func(id string) bool { return matches(p, id) }) {
			return nil, fmt.Errorf("no case of the suite matches %q", p)
		}
	}
	var chosen []string
	for _, id := range ids {
		if slices.ContainsFunc(patterns, func(p string) bool { return matches(p, id) }) {
			chosen = append(chosen, id)
		}
	}
	return chosen, nil
}
