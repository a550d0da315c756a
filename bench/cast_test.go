package bench

import (
	"fmt"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is broadcast: a text, and its frame as a server sends it.
var (
	castText  = newGenerator("cast").chat(128)
	castFrame = record([]wsMessage{{castText, true}}, off, false).octets
)

// Every library brings each broadcast to everybody, over TCP and in memory.
func TestCasters(t *testing.T) {
	const n = 50
	for _, c := range casters {
		t.Run("tcp/"+c.name, func(t *testing.T) {
			cast, leave, err := fill(c.make(), n)
			defer leave()
			require.NoError(t, err)
			for range 20 {
				require.NoError(t, cast())
			}
		})
		a, ok := c.make().(accepter)
		if !ok {
			continue
		}
		t.Run("memory/"+c.name, func(t *testing.T) {
			r, err := newRoom(a, n)
			defer r.leave()
			require.NoError(t, err)
			for range 20 {
				require.NoError(t, r.cast())
			}
			assert.Zero(t, r.wrong.Load())
		})
	}
}

// BenchmarkCast is one message to 5,000 connections, until the last of them has
// it: over TCP to clients in another process, and in memory to connections that
// count what is written. Each op is a broadcast; "cpu-ns/delivery" is what each
// connection costs the server.
func BenchmarkCast(b *testing.B) {
	const n = 5000
	for _, c := range casters {
		b.Run(fmt.Sprintf("tcp/%d/%s", n, c.name), func(b *testing.B) {
			if limit := descriptors(); limit < n+100 {
				b.Skipf("%d connections need more than %d descriptors", n, limit)
			}
			cast, leave, err := fill(c.make(), n)
			defer leave()
			if err != nil {
				b.Fatal(err)
			}
			measureCast(b, n, cast)
		})
	}
	for _, c := range casters {
		if _, ok := c.make().(accepter); !ok {
			continue
		}
		b.Run(fmt.Sprintf("memory/%d/%s", n, c.name), func(b *testing.B) {
			r, err := newRoom(c.make().(accepter), n)
			defer r.leave()
			if err != nil {
				b.Fatal(err)
			}
			measureCast(b, n, r.cast)
		})
	}
}

func descriptors() uint64 {
	var limit syscall.Rlimit
	_ = syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	return limit.Cur
}

func measureCast(b *testing.B, n int, cast func() error) {
	for range 3 { // the first ones pay for buffers and stacks
		if err := cast(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	begin := cpuTime()
	for b.Loop() {
		if err := cast(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(cpuTime()-begin)/float64(b.N*n), "cpu-ns/delivery")
}
