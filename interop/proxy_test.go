package interop

import (
	"iter"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"longwire.example/sse"
)

const (
	// onTime is how late an event may be through a proxy that passes it on.
	onTime = 100 * time.Millisecond

	// measurements is how many events are sent, one after the other.
	measurements = 20
)

// Each event comes through before the next is sent, and at once where it can.
func TestProxyLatency(t *testing.T) {
	forEachProxy(t, func(t *testing.T, px *proxy) {
		for attempt := 1; ; attempt++ {
			delays := measureDelays(t, px)
			median, most := delays[len(delays)/2], delays[len(delays)-1]
			t.Logf("%s: least %v, median %v, most %v; later than 100 ms: %d of %d", px.name, delays[0], median, most, len(lateOnes(delays)), len(delays))
			if px.late || median <= onTime && most <= onTime {
				return
			}
			// Others may have taken the machine's cores meanwhile.
			require.Less(t, attempt, 5, "median %v, most %v", median, most)
		}
	})
}

func lateOnes(delays []time.Duration) []time.Duration {
	return slices.DeleteFunc(slices.Clone(delays), func(d time.Duration) bool { return d <= onTime })
}

// measureDelays sends events and gives the times that they took, in order of
// length.
func measureDelays(t *testing.T, px *proxy) []time.Duration {
	t.Helper()
	srv := serveStreams(t, &sse.Options{Heartbeat: -1})
	p := px.start(t, srv, silence)
	res, err := sse.Do(ownClient(t), get(t, p.url()), nil)
	require.NoError(t, err)
	next, stop := iter.Pull2(res.Events())
	defer stop()
	r := srv.next(t)
	delays := make([]time.Duration, measurements)
	for i := range delays {
		id := strconv.Itoa(i + 1)
		from := time.Now()
		require.NoError(t, r.conn.Send(sse.Message{ID: id, Data: "event " + id}))
		ev, err, ok := next()
		delays[i] = time.Since(from)
		require.True(t, ok)
		require.NoError(t, err)
		require.Equal(t, sse.Event{Type: "message", Data: "event " + id, LastEventID: id}, ev)
	}
	t.Logf("%s: %v", px.name, delays)
	slices.Sort(delays)
	r.finish(t)
	_, err, ok := next()
	require.False(t, ok, "%v", err)
	return delays
}
