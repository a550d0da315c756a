//go:build unix

package ws_test

import (
	"bytes"
	"io"
	"net"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/frame"
	"longwire.example/ws/wstest"
)

// stalls are what a client may have sent when it falls silent, and what its
// connection may hold then, in octets, besides a small state. None of them reads.
// For a part of a message it is twice what was received and 32 KiB (W3).
var stalls = []struct {
	name   string
	octets func() string
	holds  int
}{
	{"nothing", func() string { return "" }, 0},
	{"half a request", func() string { return requestText("/")[:100] }, 2000},
	{"request", func() string { return requestText("/") }, 0},
	{"half a header", func() string { return requestText("/") + "\x82\xfe" }, 200},
	{"half a frame", func() string {
		return requestText("/") + string(wstest.Binary(make([]byte, 900_000)).First(10_000).Append(nil, ws.RoleClient, 1))
	}, 2 * (10_000 + 32<<10)},
	{"half a message", func() string {
		return requestText("/") + string(wstest.Text("half a").More().Append(nil, ws.RoleClient, 1))
	}, 5000},
	{"half a compressed message", func() string {
		m := wstest.Text("half a message").Compressed().Cut(3)[0]
		return requestText("/", "Sec-WebSocket-Extensions: permessage-deflate") + string(m.Append(nil, ws.RoleClient, 1))
	}, 60_000},
	{"Close", func() string { return requestText("/") + clientFrame(frame.OpClose, "\x03\xe8") }, 0},
	{"violation", func() string { return requestText("/") + "\xff" }, 0},
	{"much to be echoed", func() string {
		return requestText("/") + string(bytes.Repeat([]byte(clientFrame(frame.OpBinary, string(make([]byte, 60_000)))), 4))
	}, 200_000},
}

// Thousands of connections get stuck at every stage. They hold what their stage
// needs, others are served meanwhile, and in the end all of them are cut off.
func TestCrowdThatStalls(t *testing.T) {
	conns := 500 // of each kind
	if testing.Short() || ws.Raced {
		conns = 300 // with much fewer, what the server holds for all of them counts
	}
	var limit syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
	if have := int(min(limit.Cur, 1<<20)) / (2*len(stalls) + 2); have < conns {
		t.Logf("the limit on descriptors allows for %d connections of each kind, not %d", have, conns)
		conns = have
	}
	const end = 2 * time.Second
	checkDescriptors(t)
	var opened, closed atomic.Int32
	addr := runServerOn(t, &ws.Server{
		Options: &ws.Options{
			Compression: &ws.Compression{}, QueueBytes: 100_000,
			HandshakeTimeout: end, WriteTimeout: end, CloseTimeout: end, PingInterval: end, PingTimeout: end,
		},
		OnOpen:    func(*ws.Conn) { opened.Add(1) },
		OnMessage: func(_ *ws.Conn, m ws.Message) { _ = m.Reply(m.Type, m.Data) },
		OnClose:   func(*ws.Conn, *ws.CloseError) { closed.Add(1) },
	}, func(ln net.Listener) net.Listener { return smallBuffer(t, ln) })
	w := newWitness(t, addr)
	w.check()
	var all []net.Conn
	for _, s := range stalls {
		before := heap()
		octets := s.octets()
		for i := range conns {
			nc, err := net.Dial("tcp", addr)
			require.NoError(t, err)
			require.NoError(t, nc.SetDeadline(time.Now().Add(patience)))
			_, err = io.WriteString(nc, octets)
			require.NoError(t, err)
			all = append(all, nc)
			if i%100 == 0 {
				w.check()
			}
		}
		w.check()
		grew := heap() - before
		// Both ends are in this process, and the client's takes about 1,000.
		assert.LessOrEqual(t, grew/conns, 3000+s.holds, s.name)
		t.Logf("%s: %d octets of heap a connection, both ends", s.name, grew/conns)
	}
	for _, nc := range all {
		_, _ = io.Copy(io.Discard, nc) // until the server ends it
		nc.Close()
	}
	w.check()
	require.NoError(t, w.c.Close(ws.StatusNormalClosure, ""))
	require.Eventually(t, func() bool { return closed.Load() == opened.Load() }, patience, tick)
}

// heap gives the octets of the heap that are in use.
func heap() int {
	runtime.GC()
	runtime.GC() // a pool lasts for two
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}
