//go:build linux

package ws

import (
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"longwire.example/ws/protocol"
)

// idleRequest is as long as the shortest request of a client is.
var idleRequest = "GET / HTTP/1.1\r\nHost: 127.0.0.1:65535\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"

// idleLoop gives a loop that does not run.
func idleLoop(tb testing.TB) *loop {
	tb.Helper()
	set, err := newSettings(nil)
	require.NoError(tb, err)
	lp, err := newLoop(&Server{}, set)
	require.NoError(tb, err)
	tb.Cleanup(lp.poll.close)
	return lp
}

// hold gives the loop n open connections that have no socket, whose Pings are
// due one after the other within the time between two of one.
func (lp *loop) hold(n int) {
	set := lp.set
	for i := range n {
		both := &struct {
			Conn
			half served
		}{}
		l := &both.half
		l.c, l.loop = &both.Conn, lp
		l.c.served.Store(l)
		l.c.init(RoleServer, set, nil)
		l.fd, l.request = -1, strings.Clone(idleRequest)
		l.phase, l.opened = phaseOpen, true
		alive := protocol.NewKeepalive(int64(set.PingInterval), int64(set.PingTimeout), int64(i)*int64(set.PingInterval)/int64(n))
		l.keep(&alive)
		l.id = lp.conns.add(l)
		lp.schedule(l)
	}
}

// ping does what a loop does when the timer of a connection has come, but for
// the system call: the Ping is made and dropped, and its Pong comes at once.
func (lp *loop) ping(number int32) (made bool) {
	l := lp.conns.entries.at(number).l
	lp.enter(l)
	l.expire()
	l.mu.Unlock()
	made = string(lp.out.b) == "\x89\x00"
	lp.out.b, lp.out.ends = lp.out.b[:0], lp.out.ends[:0]
	l.lastRead = lp.now
	lp.leave(l)
	return made
}

// round lets the time between two Pings pass, in ticks of the wheel, and counts
// the Pings.
func (lp *loop) round(from int64) (pings int) {
	for ; lp.now < from+int64(lp.set.PingInterval); lp.now += 1 << tickShift {
		lp.wheel.expire(lp.now, func(number int32) {
			if lp.ping(number) {
				pings++
			}
		})
	}
	return pings
}

// Each of many connections is sent one Ping in each interval, at most a
// thirty-second of that late.
func TestLoopPingsEveryConnection(t *testing.T) {
	const n, rounds = 1000, 10
	lp := idleLoop(t)
	lp.hold(n)
	lp.now = int64(lp.set.PingInterval)
	pings := 0
	for range rounds {
		pings += lp.round(lp.now)
	}
	require.LessOrEqual(t, pings, n*rounds)
	require.Greater(t, pings, n*rounds*9/10)
}

// What a loop keeps for connections on which nothing happens, without what the
// kernel has for their sockets, and what the passing of time costs: B/conn is
// the heap's, ns/ping everything that one keepalive Ping takes but for the
// system call, and gc-ms/cycle a cycle of the garbage collector over all of it.
func BenchmarkIdleConnections(b *testing.B) {
	for _, n := range []int{1000, 10_000, 100_000, 1_000_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			lp := idleLoop(b)
			before := heapInUse()
			lp.hold(n)
			held := heapInUse() - before
			begin := time.Now()
			runtime.GC()
			cycle := time.Since(begin)

			lp.now = int64(lp.set.PingInterval)
			pings := 0
			b.ResetTimer()
			for range b.N {
				pings += lp.round(lp.now)
			}
			b.StopTimer()
			if pings < n*b.N/2 {
				b.Fatalf("%d Pings on %d connections", pings, n)
			}
			b.ReportMetric(float64(held)/float64(n), "B/conn")
			b.ReportMetric(float64(cycle.Microseconds())/1000, "gc-ms/cycle")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(pings), "ns/ping")
			runtime.KeepAlive(lp)
		})
	}
}

// heapInUse gives the octets of the heap that are reachable.
func heapInUse() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what finalizers and pools let go
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
