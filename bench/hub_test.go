package bench

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// message is about as long as an event of a language model.
var message = strings.Repeat("a message of some length ", 6)

// transports are how messages come to clients.
var transports = []struct {
	name string
	tcp  bool
}{{"memory", false}, {"tcp", true}}

// Every hub brings every message to every subscriber.
func TestHubs(t *testing.T) {
	for _, transport := range transports {
		for _, h := range hubs {
			t.Run(transport.name+"/"+h.name, func(t *testing.T) {
				c, err := gather(h.make(), 50, 0, transport.tcp)
				defer c.leave()
				require.NoError(t, err)
				for i := range 100 {
					require.NoError(t, c.say(fmt.Sprint(message, i)))
				}
				assert.EqualValues(t, 50*100, c.got.Load())
			})
		}
	}
}

// Clients that take nothing keep nothing from the others.
func TestStalledClientsCostOthersNothing(t *testing.T) {
	for _, transport := range transports {
		t.Run(transport.name, func(t *testing.T) {
			c, err := gather(hubs[0].make(), 50, 5, transport.tcp)
			defer c.leave()
			require.NoError(t, err)
			for range 2000 {
				require.NoError(t, c.say(message))
			}
			assert.EqualValues(t, 50*2000, c.got.Load())
		})
	}
}

// BenchmarkPublish is the time from a Publish until 1,000 live subscribers have
// the message, while others take nothing. Where it goes no further for 2 s, no
// time is given: "hung" is 1, and "delivered" the number of messages before.
func BenchmarkPublish(b *testing.B) {
	for _, transport := range transports {
		for _, stalled := range []int{0, 10} {
			for _, h := range hubs {
				benchmarkPublish(b, fmt.Sprintf("%s/stalled-%d/%s", transport.name, stalled, h.name), func() (*crowd, error) {
					return gather(h.make(), 1000, stalled, transport.tcp)
				})
			}
		}
	}
}

func benchmarkPublish(b *testing.B, name string, gather func() (*crowd, error)) {
	hung := -1 // the number of messages delivered before
	b.Run(name, func(b *testing.B) {
		if hung < 0 {
			c, err := gather()
			defer c.leave()
			if err != nil {
				b.Fatal(err)
			}
			delivered := 0
			say := func(n int) {
				for range n {
					if err == nil {
						err = c.say(message)
					}
					if err != nil {
						return
					}
					delivered++
				}
			}
			say(200) // the first ones pay for buffers and stacks, and fill those of the stalled
			b.ResetTimer()
			begin := cpuTime()
			say(b.N)
			b.StopTimer()
			switch {
			case err == nil:
				b.ReportAllocs()
				b.ReportMetric(float64(cpuTime()-begin)/float64(b.N), "cpu-ns/op")
			case errors.Is(err, errHung):
				hung = delivered
				b.Log(err)
			default:
				b.Fatal(err)
			}
		}
		if hung >= 0 {
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(hung), "delivered")
			b.ReportMetric(1, "hung")
		}
	})
}

// cpuTime is what this process has used, clients included.
func cpuTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkMemory is what subscribers hold, stacks counted: each of 1,000 idle
// ones; and each of 100 stalled ones after 2,000 messages of 1 KiB, or as many as
// were "delivered" to the live ones.
func BenchmarkMemory(b *testing.B) {
	for _, h := range hubs {
		b.Run(h.name, func(b *testing.B) {
			for range b.N {
				begin := inUse()
				c, err := gather(h.make(), 1000, 0, false)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric((inUse()-begin)/1000, "B/idle")
				c.leave()
				with, delivered := growth(h.make(), 100)
				without, _ := growth(h.make(), 0)
				b.ReportMetric((with-without)/100, "B/stalled")
				b.ReportMetric(float64(delivered), "delivered")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// growth is what messages leave behind.
func growth(h hub, stalled int) (octets float64, delivered int) {
	c, err := gather(h, 10, stalled, false)
	defer c.leave()
	begin := inUse()
	for delivered = 0; err == nil && delivered < 2000; delivered++ {
		err = c.say(strings.Repeat("x", 1024))
	}
	if err != nil {
		delivered--
	}
	return inUse() - begin, delivered
}

func inUse() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc + m.StackInuse)
}
