package ws_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/wstest"
)

// member gives a server's connection of a group and the far end of it.
func member(t *testing.T, o *ws.Options) (*ws.Conn, *wstest.PipeEnd) {
	t.Helper()
	near, far := wstest.Pipe()
	c, err := ws.NewConn(near, ws.RoleServer, ws.Agreement{}, o)
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = far.Close()
		_ = c.CloseNow()
		<-c.Context().Done()
	})
	return c, far
}

// polite is a peer that answers a closing handshake begun with 1001.
var polite = wstest.Script{
	wstest.ExpectClose(ws.StatusGoingAway),
	wstest.Send(wstest.Close(ws.StatusGoingAway, "")),
	wstest.ExpectEOF(),
	wstest.Hangup(),
}

func TestGroupMembers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g ws.Group
		assert.Zero(t, g.Len())
		want := map[*ws.Conn]bool{}
		var conns []*ws.Conn
		for range 10 {
			c, _ := member(t, &ws.Options{Group: &g})
			want[c] = true
			conns = append(conns, c)
		}
		check := func() {
			t.Helper()
			got := map[*ws.Conn]bool{}
			for c := range g.All() {
				got[c] = true
			}
			assert.Equal(t, want, got)
			assert.Equal(t, len(want), g.Len())
		}
		check()
		for _, i := range []int{0, 9, 5, 6, 1} {
			require.NoError(t, conns[i].CloseNow())
			delete(want, conns[i])
			check()
		}
		// Connections may end while one loops.
		for c := range g.All() {
			require.NoError(t, c.CloseNow())
			delete(want, c)
			for range g.All() {
				break
			}
		}
		check()
		assert.Zero(t, g.Len())
	})
}

// http.Server.Shutdown and Group.Shutdown end every connection with 1001, and
// a request that is in between too.
func TestW18_Shutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const clients = 50
		var g ws.Group
		l := wstest.Listen()
		release := make(chan struct{})
		mux := http.NewServeMux()
		mux.Handle("/", ws.Handler(echoBack, &ws.Options{Group: &g}))
		mux.Handle("/late", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			<-release
			ws.Handler(echoBack, &ws.Options{Group: &g}).ServeHTTP(w, r)
		}))
		srv := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
		stopped := make(chan error, 1)
		srv.RegisterOnShutdown(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			stopped <- g.Shutdown(ctx)
		})
		served := make(chan error, 1)
		go func() { served <- srv.Serve(l) }()

		codes := make(chan ws.StatusCode, clients+1)
		dial := func(path string) {
			c, resp, err := ws.Dial(t.Context(), "ws://example.com"+path, &ws.DialOptions{NetDial: l.Dial})
			if !assert.NoError(t, err) {
				codes <- 0
				return
			}
			_ = resp.Body.Close()
			if path == "/" {
				assert.NoError(t, c.Write(t.Context(), ws.Text, []byte("Hello")))
				_, p, err := c.Read(t.Context())
				assert.NoError(t, err)
				assert.Equal(t, "Hello", string(p))
			}
			_, _, err = c.Read(t.Context())
			codes <- ws.CloseStatus(err)
		}
		for range clients {
			go dial("/")
		}
		go dial("/late")
		synctest.Wait()
		require.Equal(t, clients, g.Len())

		start := time.Now()
		go func() {
			pass(time.Second)
			close(release)
		}()
		require.NoError(t, srv.Shutdown(t.Context()))
		require.NoError(t, <-stopped)
		for range clients + 1 {
			assert.Equal(t, ws.StatusGoingAway, <-codes)
		}
		assert.Less(t, time.Since(start), 5*time.Second)
		require.ErrorIs(t, <-served, http.ErrServerClosed)
		synctest.Wait()
		assert.Zero(t, g.Len())
	})
}

// The closing handshakes begin at the pace that was set, and sooner when the
// context leaves less time.
func TestW18_Pace(t *testing.T) {
	const n = 200
	for _, c := range []struct {
		pace    int
		timeout time.Duration
		begun   time.Duration // when the last one begins, to a tick
	}{
		{100, 0, 2 * time.Second},
		{100, time.Minute, 2 * time.Second},
		{100, time.Second, 500 * time.Millisecond},
		{0, 0, 200 * time.Millisecond},
		{-1, 0, 0},
		{1 << 30, 0, 0},
	} {
		t.Run(fmt.Sprintf("%d in %v", c.pace, c.timeout), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := ws.Group{Pace: c.pace}
				var wg sync.WaitGroup
				var mu sync.Mutex
				start := time.Now()
				var begun []time.Duration
				for range n {
					_, far := member(t, &ws.Options{Group: &g})
					wg.Go(func() {
						assert.NoError(t, polite[:1].Play(far, ws.RoleClient))
						mu.Lock()
						begun = append(begun, time.Since(start))
						mu.Unlock()
						assert.NoError(t, polite[1:].Play(far, ws.RoleClient))
					})
				}
				ctx := context.Background()
				if c.timeout > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, c.timeout)
					defer cancel()
				}
				require.NoError(t, g.Shutdown(ctx))
				wg.Wait()
				assert.InDelta(t, c.begun.Seconds(), slices.Max(begun).Seconds(), 0.011)
				assert.Zero(t, slices.Min(begun))
				// No tick has more than its share.
				share := map[time.Duration]int{}
				for _, d := range begun {
					share[d.Truncate(10*time.Millisecond)]++
				}
				most := n
				if c.begun > 0 {
					most = int(n*10*time.Millisecond/c.begun) + 2
				}
				assert.LessOrEqual(t, slices.Max(slices.Collect(maps.Values(share))), most)
			})
		})
	}
}

// What does not close in time is cut off, and counted.
func TestW18_CutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g ws.Group
		o := &ws.Options{Group: &g, CloseTimeout: time.Hour, PingInterval: -1}
		var wg sync.WaitGroup
		for range 5 {
			_, far := member(t, o)
			wg.Go(func() { assert.NoError(t, polite.Play(far, ws.RoleClient)) })
		}
		// Three peers don't answer. One answers and leaves the transport open,
		// which is no fault of the closing handshake.
		var mute []*ws.Conn
		for range 3 {
			c, _ := member(t, o)
			mute = append(mute, c)
		}
		_, open := member(t, o)
		wg.Go(func() { assert.NoError(t, polite[:3].Play(open, ws.RoleClient)) })

		cause := errors.New("no more time")
		ctx, cancel := context.WithTimeoutCause(t.Context(), 500*time.Millisecond, cause)
		defer cancel()
		start := time.Now()
		err := g.Shutdown(ctx)
		assert.Equal(t, 500*time.Millisecond, time.Since(start))
		var cut *ws.ShutdownError
		require.ErrorAs(t, err, &cut)
		assert.Equal(t, 3, cut.CutOff)
		require.ErrorIs(t, err, cause)
		assert.EqualError(t, err, "ws: shutdown cut off connections: 3: no more time")
		assert.Zero(t, g.Len())
		for _, c := range mute {
			_, _, err := c.Read(t.Context())
			assert.ErrorIs(t, err, ws.ErrClosedNow)
		}
		wg.Wait()
	})
}

// A group that has shut down closes what is added, and several Shutdowns all
// wait for the end.
func TestW18_Late(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g ws.Group
		require.NoError(t, g.Shutdown(t.Context()))
		var wg sync.WaitGroup
		_, far := member(t, &ws.Options{Group: &g})
		wg.Go(func() {
			synctest.Wait()
			assert.Equal(t, 1, g.Len())
			assert.NoError(t, polite.Play(far, ws.RoleClient))
		})
		for range 3 {
			wg.Go(func() { assert.NoError(t, g.Shutdown(context.Background())) })
		}
		wg.Wait()
		assert.Zero(t, g.Len())

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.NoError(t, g.Shutdown(ctx), "nothing was left to cut off")
	})
}

// Shutdown waits for the last word on each connection, of its End hook: what
// that writes is there when the program ends.
func TestW18_EndHooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g ws.Group
		hooked := make(chan struct{})
		var ended atomic.Int32
		o := &ws.Options{Group: &g, Hooks: ws.Hooks{End: func(*ws.Conn, *ws.CloseError) {
			<-hooked
			ended.Add(1)
		}}}
		for range 2 {
			c, _ := member(t, o)
			go func() { _ = c.CloseNow() }()
		}
		synctest.Wait()
		assert.Zero(t, g.Len())
		done := make(chan error)
		go func() { done <- g.Shutdown(context.Background()) }()
		synctest.Wait()
		select {
		case err := <-done:
			t.Errorf("Shutdown returned before the hooks: %v", err)
		default:
		}
		close(hooked)
		synctest.Wait()
		require.NoError(t, <-done)
		assert.Equal(t, int32(2), ended.Load())
	})
}

func prepare(t *testing.T, s string) *ws.Prepared {
	t.Helper()
	m, err := ws.NewPrepared(ws.Text, []byte(s))
	require.NoError(t, err)
	return m
}

// A peer that reads nothing never has more queued than the bounds say, and the
// others get every message at once.
func TestW17_SlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g ws.Group
		o := &ws.Options{Group: &g, QueueMessages: 8, QueueBytes: 10_000, PingInterval: -1, WriteTimeout: -1}
		slow, slowEnd := member(t, o)
		const fast, messages = 20, 500
		text := strings.Repeat("x", 3000)
		got := make(chan string, fast)
		for range fast {
			_, far := member(t, o)
			go func() {
				for i := range messages {
					want := wstest.Text(fmt.Sprint(i) + text)
					if err := (wstest.Script{wstest.Expect(want)}).Play(far, ws.RoleClient); err != nil {
						got <- err.Error()
						return
					}
				}
				got <- "all"
			}()
		}
		start := time.Now()
		var total ws.BroadcastResult
		for i := range messages {
			r := g.Broadcast(prepare(t, fmt.Sprint(i)+text), ws.DropMessage)
			assert.GreaterOrEqual(t, r.Queued, fast)
			total.Queued += r.Queued
			total.Dropped += r.Dropped
			n, octets := slow.Buffered()
			require.LessOrEqual(t, n, 8)
			require.LessOrEqual(t, octets, 10_000)
			synctest.Wait()
		}
		assert.Zero(t, time.Since(start), "nobody waited")
		for range fast {
			assert.Equal(t, "all", <-got)
		}
		assert.Equal(t, messages*(fast+1), total.Queued+total.Dropped)
		assert.Positive(t, total.Dropped)

		// What was queued comes when the slow one reads, and then it is in step
		// again.
		kept := total.Queued - messages*fast
		script := make(wstest.Script, kept)
		for i := range script {
			script[i] = wstest.Expect(wstest.Text(fmt.Sprint(i) + text))
		}
		require.NoError(t, script.Play(slowEnd, ws.RoleClient))
		n, octets := slow.Buffered()
		assert.Zero(t, n)
		assert.Zero(t, octets)
		require.Equal(t, ws.BroadcastResult{Queued: fast + 1}, g.Broadcast(prepare(t, "last"), ws.DropMessage))
		require.NoError(t, (wstest.Script{wstest.Expect(wstest.Text("last"))}).Play(slowEnd, ws.RoleClient))
	})
}

// With DropConnection the slow one is closed with 1008, and for it alone it
// takes time.
func TestW17_DropConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g ws.Group
		o := &ws.Options{Group: &g, QueueMessages: 2, PingInterval: -1}
		slow, slowEnd := member(t, o)
		_, deadEnd := member(t, o)
		_, fastEnd := member(t, o)
		fast := wstest.NewPeer(t, fastEnd, ws.RoleClient)
		text := strings.Repeat("x", wstest.DefaultPipeSize)
		start := time.Now()
		for i := 1; ; i++ {
			require.Less(t, i, 10)
			r := g.Broadcast(prepare(t, text), ws.DropConnection)
			fast.Expect(wstest.Text(text))
			synctest.Wait()
			if r.Dropped > 0 {
				assert.Equal(t, ws.BroadcastResult{Queued: 1, Dropped: 2}, r)
				break
			}
		}
		assert.Equal(t, ws.BroadcastResult{Queued: 1, Ended: 2}, g.Broadcast(prepare(t, "next"), ws.DropConnection))
		fast.Expect(wstest.Text("next"))
		assert.Zero(t, time.Since(start))

		// One reads at last what it was sent and learns why.
		peer := wstest.NewPeer(t, slowEnd, ws.RoleClient)
		for f := peer.Next(); ; f = peer.Next() {
			if f.Op.Control() {
				assert.True(t, f.Equal(wstest.Close(ws.StatusPolicyViolation, "reads too slowly")), f)
				break
			}
		}
		peer.Send(wstest.Close(ws.StatusPolicyViolation, ""))
		peer.ExpectEOF()
		peer.Hangup()
		<-slow.Context().Done()
		assert.Zero(t, time.Since(start))

		// The other never reads, and is gone when the closing handshake has had
		// its time.
		wstest.NewPeer(t, deadEnd, ws.RoleClient).ExpectMessage(wstest.Text(text))
		pass(ws.DefaultCloseTimeout)
		synctest.Wait()
		assert.Equal(t, 1, g.Len())
	})
}

// Broadcasts of several goroutines come in one order everywhere.
func TestBroadcastOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g ws.Group
		const conns, casters, each = 10, 8, 20
		o := &ws.Options{Group: &g, QueueMessages: casters * each}
		var ends []*wstest.PipeEnd
		for range conns {
			_, far := member(t, o)
			ends = append(ends, far)
		}
		var wg sync.WaitGroup
		for i := range casters {
			wg.Go(func() {
				for j := range each {
					m, _ := ws.NewPrepared(ws.Text, fmt.Append(nil, i, " ", j))
					assert.Equal(t, ws.BroadcastResult{Queued: conns}, g.Broadcast(m, ws.DropMessage))
				}
			})
		}
		wg.Wait()
		var first []string
		for i, far := range ends {
			peer := wstest.NewPeer(t, far, ws.RoleClient)
			var got []string
			for range casters * each {
				got = append(got, peer.Next().String())
			}
			if i == 0 {
				first = got
			}
			assert.Equal(t, first, got)
		}
		assert.Len(t, slices.Compact(slices.Sorted(slices.Values(first))), casters*each)
	})
}
