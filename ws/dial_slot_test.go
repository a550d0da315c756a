package ws_test

import (
	"context"
	"net"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
)

// Where NetDial or a proxy resolves names, a name stands for the address.
//
//req:test RFC6455-4.1-05 RFC6455-4.1-06 RFC6455-4.1-08 RFC6455-4.1-09
func TestDialOneAtATime(t *testing.T) {
	for name, proxy := range map[string]func(*url.URL) (*url.URL, error){
		"NetDial": ws.NoProxy,
		"proxy":   ws.ProxyURL(&url.URL{Scheme: "http", Host: "proxy.example"}),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				var dialled atomic.Int32
				o := &ws.DialOptions{OneAtATime: true, Proxy: proxy, NetDial: func(ctx context.Context, _, _ string) (net.Conn, error) {
					dialled.Add(1)
					<-ctx.Done() // a host that does not answer
					return nil, ctx.Err()
				}}
				done := make(chan error)
				dial := func(ctx context.Context, url string) {
					go func() {
						_, _, err := ws.Dial(ctx, url, o)
						done <- err
					}()
					synctest.Wait()
				}
				dial(ctx, "ws://a.example/")
				assert.Equal(t, int32(1), dialled.Load())
				dial(t.Context(), "ws://A.example:81/")
				dial(t.Context(), "wss://a.example/")
				assert.Equal(t, int32(1), dialled.Load(), "the others wait")
				dial(t.Context(), "ws://b.example/")
				assert.Equal(t, int32(2), dialled.Load(), "another host does not")

				waiting, stop := context.WithCancel(t.Context())
				dial(waiting, "ws://a.example/")
				stop()
				require.ErrorIs(t, <-done, context.Canceled)
				assert.Equal(t, int32(2), dialled.Load(), "waiting ends with its context")

				cancel()
				require.ErrorIs(t, <-done, context.Canceled)
				synctest.Wait()
				assert.Equal(t, int32(3), dialled.Load(), "the next one goes")
				for range 3 { // each until its time is over
					require.ErrorIs(t, <-done, context.DeadlineExceeded)
				}
			})
		})
	}
}

// The slot is held until the server has answered, and given back then.
//
//req:test RFC6455-4.1-07
func TestDialOneAtATimeEndsWithTheHandshake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var open, most atomic.Int32
		o := &ws.DialOptions{OneAtATime: true, NetDial: dialTo(t, func(s *server) {
			most.Store(max(most.Load(), open.Add(1)))
			synctest.Wait() // everybody has got as far as it can
			open.Add(-1)
			s.accept("\r\n")
		})}
		done := make(chan *ws.Conn)
		for range 5 {
			go func() {
				c, _, err := ws.Dial(t.Context(), "ws://a.example/", o)
				assert.NoError(t, err)
				done <- c
			}()
		}
		var conns []*ws.Conn
		for range 5 {
			conns = append(conns, <-done) // all are open at the same time
		}
		assert.Equal(t, int32(1), most.Load())
		for _, c := range conns {
			require.NoError(t, c.CloseNow())
		}
	})
}

// Without a proxy the name is resolved first, and each address tried.
//
//req:test RFC6455-4.1-05 RFC6455-4.1-07
func TestDialOneAtATimeByAddress(t *testing.T) {
	checkGoroutines(t)
	s := httptest.NewServer(ws.Handler(echoBack, nil))
	defer s.Close()
	o := &ws.DialOptions{OneAtATime: true, Proxy: ws.NoProxy}
	for range 3 {
		c, _, err := ws.Dial(t.Context(), wsURL(s), o)
		require.NoError(t, err)
		defer checkEcho(t, c)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	for range 2 { // a failure gives the slot back too
		_, _, err = ws.Dial(t.Context(), "ws://"+l.Addr().String(), o)
		checkStep(t, ws.StepConnect, err)
	}
}
