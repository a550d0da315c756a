//go:build linux && !386

package main

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The example of RFC 6455 section 5.7, with this payload and this key, and the
// three lengths of a length.
func TestScript(t *testing.T) {
	s := newScript(textData, 5, 2)
	assert.Equal(t, "8105"+hex.EncodeToString([]byte("abcde")), hex.EncodeToString(s.echo))
	assert.Equal(t, "818537fa213d"+"569842"+"59"+"52", hex.EncodeToString(s.batch[:s.message]))
	assert.Len(t, s.batch, 3*s.message, "one more than there are under way, so that one that is cut has all behind it")
	for size, header := range map[int]string{
		0: "8200", 125: "827d", 126: "827e007e", 65535: "827effff", 65536: "827f0000000000010000",
	} {
		s := newScript(binaryData, size, 1)
		assert.Equal(t, header, hex.EncodeToString(s.echo[:s.header]))
		assert.Len(t, s.echo, s.header+size)
		assert.Equal(t, s.header+4+size, s.message)
	}
	plain := newPlainScript(binaryData, 5, 1)
	assert.Equal(t, plain.batch[:plain.message], plain.echo)
}

// Whatever the cuts, each whole echo is counted once.
func TestTakeAnyCuts(t *testing.T) {
	for _, size := range []int{0, 1, 5, 126} {
		s := newScript(binaryData, size, 1)
		stream := bytes.Repeat(s.echo, 3)
		for i := range len(stream) + 1 {
			for j := i; j <= len(stream); j++ {
				c := conn{script: s}
				total := 0
				for _, piece := range [][]byte{stream[:i], stream[i:j], stream[j:]} {
					if len(piece) == 0 {
						continue // a read gives something
					}
					whole, err := c.take(piece)
					if err != nil {
						t.Fatalf("%d octets, cut at %d and %d: %v", size, i, j, err)
					}
					total += whole
				}
				if total != 3 || c.got != 0 || !c.compared { // an assertion for each would take seconds
					t.Fatalf("%d octets, cut at %d and %d: %d echoes, %d octets of one more", size, i, j, total, c.got)
				}
			}
		}
	}
}

// What is wrong is found, in whatever piece of the stream it comes.
func TestTakeWrong(t *testing.T) {
	s := newScript(binaryData, 300, 1)
	wrong := func(at int, to byte) []byte {
		b := bytes.Repeat(s.echo, 2)
		b[at] = to
		return b
	}
	for name, stream := range map[string][]byte{
		"text":                    wrong(0, 0x81),
		"no FIN":                  wrong(0, 0x02),
		"masked":                  wrong(1, 0xfe),
		"shorter":                 wrong(3, 43),
		"longer":                  wrong(3, 45),
		"first octet":             wrong(4, 'b'),
		"last octet":              wrong(len(s.echo)-1, '!'),
		"text, second":            wrong(len(s.echo), 0x81),
		"another length, second":  wrong(len(s.echo)+1, 125),
		"a longer one, second":    wrong(len(s.echo)+3, 45),
		"a Ping between":          append(append(bytes.Clone(s.echo), 0x89, 0), s.echo...),
		"the payload of a second": append(append(bytes.Clone(s.echo), s.echo[4:]...), s.echo...),
	} {
		for cut := 1; cut <= len(stream); cut++ {
			c := conn{script: s}
			var err error
			for rest := stream; len(rest) > 0 && err == nil; rest = rest[min(cut, len(rest)):] {
				_, err = c.take(rest[:min(cut, len(rest))])
			}
			require.Error(t, err, "%s, in pieces of %d", name, cut)
		}
	}
}

func TestTimes(t *testing.T) {
	q := newTimes(3)
	var told []instant
	tell := func(at int64, count int) { told = append(told, instant{at, count}) }
	q.push(1, 2)
	q.push(2, 1)
	q.push(3, 4)
	assert.True(t, q.full())
	q.pop(1, tell)
	q.pop(3, tell)
	assert.Equal(t, []instant{{1, 1}, {1, 1}, {2, 1}, {3, 1}}, told)
	q.push(4, 1) // where the first one was
	told = nil
	q.pop(4, tell)
	assert.Equal(t, []instant{{3, 3}, {4, 1}}, told)
	assert.Zero(t, q.used)
}

func TestHistogram(t *testing.T) {
	// Each slot holds its own value, and slots are in order without a gap.
	for i := range 50 * steps {
		assert.Equal(t, i, slot(value(i)))
	}
	for _, v := range []uint64{0, 1, 63, 64, 127, 128, 129, 1000, 123456789, 1 << 62} {
		assert.InEpsilon(t, float64(v)+1, float64(value(slot(v)))+1, 1.0/steps, "%d", v)
	}
	var h histogram
	assert.Zero(t, h.microseconds(0.5))
	for i := range int64(1000) {
		h.add((i+1)*1000, 1) // 1 to 1000 µs
	}
	for part, want := range map[float64]float64{0.5: 500, 0.99: 990, 0.999: 999, 1: 1000} {
		assert.InEpsilon(t, want, h.microseconds(part), 1.0/steps)
	}
	h.add(-5, 1) // a clock never goes back, but an index must not
	assert.Zero(t, h.microseconds(0))
}
