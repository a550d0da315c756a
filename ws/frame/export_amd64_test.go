//go:build amd64 && !purego

package frame

import "testing"

// WithoutAVX2 makes the rest of a test run as on a machine that lacks it.
func WithoutAVX2(t *testing.T) {
	t.Helper()
	had := hasAVX2
	hasAVX2 = false
	t.Cleanup(func() { hasAVX2 = had })
}

// HasAVX2 tells whether the assembly is in use.
func HasAVX2() bool { return hasAVX2 }

// Pair is what the tables say of two octets in a row.
func Pair(first, second byte) (wrong, continued bool) {
	found := tables.firstHigh[first>>4] & tables.firstLow[first&15] & tables.secondHigh[second>>4]
	return found&^continuing != 0, found&continuing != 0
}
