package docs

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/deflate"
)

// prices are messages as a service sends one after the other.
var prices = []string{
	`{"type":"trade","symbol":"LNGW","price":104.25,"size":300,"time":"2026-01-05T09:30:00.125Z"}`,
	`{"type":"trade","symbol":"LNGW","price":104.5,"size":100,"time":"2026-01-05T09:30:00.871Z"}`,
	`{"type":"quote","symbol":"LNGW","bid":104.25,"ask":104.75,"time":"2026-01-05T09:30:01.002Z"}`,
	`{"type":"trade","symbol":"WIRE","price":17.08,"size":5000,"time":"2026-01-05T09:30:01.340Z"}`,
}

// takeover compares messages with and without those before them.
func takeover() string {
	var e deflate.Encoder
	x := deflate.NewContext(deflate.MaxWindowBits)
	var b strings.Builder
	fmt.Fprintf(&b, "octets   alone   with context takeover\n")
	for _, m := range prices {
		alone := e.AppendAlone(nil, deflate.MaxWindowBits, []byte(m), true)
		taken := e.Append(nil, x, []byte(m), true)
		fmt.Fprintf(&b, "%6d  %6d  %6d   %s\n", len(m), len(alone), len(taken), m)
	}
	return b.String()
}

// secret is a message with a token beside what somebody else chose.
const secret = "user=ada&token=c4f81e07&hits=0&search=%s"

// guesses are searches for the next digit behind what is known of the token,
// with the octets of their messages on the wire.
func guesses(known string) (searches []string, octets []int) {
	var e deflate.Encoder
	for digit := range 16 {
		guess := fmt.Sprintf("token=%s%x", known, digit)
		searches = append(searches, guess)
		octets = append(octets, len(e.AppendAlone(nil, deflate.MaxWindowBits, fmt.Appendf(nil, secret, guess), true)))
	}
	return searches, octets
}

// lengths is the first round of the attack.
func lengths() string {
	var b strings.Builder
	searches, octets := guesses("")
	for i := range searches {
		fmt.Fprintf(&b, "%3d octets  "+secret+"\n", octets[i], searches[i])
	}
	return b.String()
}

// idle gives the octets that a connection holds between messages for what it
// receives, and for what it sends at level 0 with context takeover, once it has
// held more than a window. What it receives is as much as WindowOnly keeps.
func idle(bits int) (receive, send int, err error) {
	var seed [32]byte
	random := rand.NewChaCha8(seed)
	w, x := deflate.NewWindow(bits), deflate.NewContext(bits)
	var e deflate.Encoder
	var z deflate.Inflater
	p, got := make([]byte, 1000), make([]byte, 1001)
	for range 100 {
		_, _ = random.Read(p)
		z.Start(bits, w)
		n, _, done, err := z.Inflate(got, e.Append(nil, x, p, true), true)
		if err != nil || !done || n != len(p) {
			return 0, 0, fmt.Errorf("%d octets, %w", n, err)
		}
	}
	return w.Cap(), x.Cap(), nil
}

func idleMemory() string {
	var b strings.Builder
	row := func(what string, receive, send any) { fmt.Fprintf(&b, "%-48s  %10v  %7v\n", what, receive, send) }
	row("", "to receive", "to send")
	row("off", 0, 0)
	row("without context takeover, any window and level", 0, 0)
	for _, bits := range []int{15, 12, 9} {
		receive, send, err := idle(bits)
		if err != nil {
			return err.Error()
		}
		row(fmt.Sprintf("with it, window of %d bits, level 0", bits), receive, send)
		row("  the same, WindowOnly", receive, receive)
	}
	return b.String()
}

// Whoever sees only the lengths of messages and chooses what is searched for
// finds the whole token, digit by digit.
func TestLengthsTellTheSecret(t *testing.T) {
	known, tries := "", 0
	for range 8 {
		searches, octets := guesses(known)
		tries += len(searches)
		shortest := slices.Min(octets)
		i := slices.Index(octets, shortest)
		require.NotContains(t, octets[i+1:], shortest, "one guess is the shortest: %s, %v", searches, octets)
		known = strings.TrimPrefix(searches[i], "token=")
	}
	assert.Contains(t, secret, "token="+known+"&")
	assert.Equal(t, 128, tries)
}

// What is shown as gained with context takeover is gained.
func TestTakeover(t *testing.T) {
	var e deflate.Encoder
	x := deflate.NewContext(deflate.MaxWindowBits)
	for i, m := range prices {
		alone, taken := e.AppendAlone(nil, deflate.MaxWindowBits, []byte(m), true), e.Append(nil, x, []byte(m), true)
		if i > 0 {
			assert.Less(t, 2*len(taken), len(alone), m)
		}
	}
}

// A connection with context takeover holds its windows and tables and no more,
// whatever it has carried; without it, the chapter says, nothing.
func TestIdleMemory(t *testing.T) {
	for bits := deflate.MinWindowBits; bits <= deflate.MaxWindowBits; bits++ {
		receive, send, err := idle(bits)
		require.NoError(t, err)
		assert.Equal(t, 1<<bits, receive)
		assert.Greater(t, send, 1<<bits)
		assert.Less(t, send, 6<<bits)
	}
	// What a message borrows for being inflated.
	assert.LessOrEqual(t, reflect.TypeFor[deflate.Inflater]().Size(), uintptr(8<<10))
}
