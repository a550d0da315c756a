package interop

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
)

// through opens a stream through a proxy, and gives both its ends. onComment
// may be nil.
func through(t *testing.T, px *proxy, o *sse.Options, silence time.Duration, onComment func(string)) (*streamRequest, *sse.Response) {
	t.Helper()
	srv := serveStreams(t, o)
	p := px.start(t, srv, silence)
	res, err := sse.Do(ownClient(t), get(t, p.url()), &sse.ReadOptions{OnComment: onComment})
	require.NoError(t, err)
	t.Cleanup(func() { res.Close() })
	return srv.next(t), res
}

// rest loops over what is left of a response, and gives the events and the end:
// nil for a clean one.
func rest(res *sse.Response) (events []sse.Event, end error) {
	for ev, err := range res.Events() {
		if err != nil {
			return events, err
		}
		events = append(events, ev)
	}
	return events, nil
}

// Heartbeats come through while nothing else does.
func TestProxyHeartbeat(t *testing.T) {
	const beats = 10
	forEachProxy(t, func(t *testing.T, px *proxy) {
		came := make(chan time.Time, 1000)
		r, res := through(t, px, &sse.Options{Heartbeat: 50 * time.Millisecond}, silence, func(text string) {
			if text == "" {
				came <- time.Now()
			}
		})
		ended := make(chan error, 1)
		go func() {
			_, err := rest(res)
			ended <- err
		}()
		begin := time.Now()
		for i := range beats {
			select {
			case at := <-came:
				if i == beats-1 {
					t.Logf("%s: %d heartbeats, one each 50 ms, came within %v", px.name, beats, at.Sub(begin))
				}
			case <-time.After(patience):
				require.FailNow(t, "no heartbeat comes")
			}
		}
		r.finish(t)
		require.NoError(t, <-ended)
	})
}

// A proxy that cuts silent streams takes a heartbeat for life.
func TestProxySilence(t *testing.T) {
	const limit = time.Second // of the proxy
	forEachProxy(t, func(t *testing.T, px *proxy) {
		if !px.forgets {
			return // it has no limit, or one that its configuration here leaves alone
		}
		t.Run("with heartbeats", func(t *testing.T) {
			t.Parallel()
			r, res := through(t, px, &sse.Options{Heartbeat: limit / 5}, limit, nil)
			next, stop := iter.Pull2(res.Events())
			defer stop()
			select {
			case <-time.After(3 * limit):
			case <-r.Context().Done():
				require.FailNow(t, "the proxy cut the stream")
			}
			require.NoError(t, r.conn.Send(sse.Message{Data: "still there"}))
			ev, err, ok := next()
			require.True(t, ok)
			require.NoError(t, err)
			require.Equal(t, "still there", ev.Data)
			r.finish(t)
		})
		t.Run("without", func(t *testing.T) {
			t.Parallel()
			r, res := through(t, px, &sse.Options{Heartbeat: -1}, limit, nil)
			begin := time.Now()
			_, end := rest(res)
			took := time.Since(begin)
			t.Logf("%s: cut after %v, seen as: %v", px.name, took, end)
			assert.Greater(t, took, limit/2)
			require.Error(t, end)
			r.ended(t) // the server hears of it, too
		})
	})
}

// A stream that is cut behind the proxy does not end in front of it as a whole
// one does, if the proxy can tell them apart and says so.
func TestProxyCut(t *testing.T) {
	forEachProxy(t, func(t *testing.T, px *proxy) {
		for _, cut := range []bool{false, true} {
			r, res := through(t, px, &sse.Options{Heartbeat: -1}, silence, nil)
			assert.Equal(t, px.http10, r.ProtoMinor == 0, r.Proto)
			require.NoError(t, r.conn.Send(sse.Message{Data: "a"}))
			next, stop := iter.Pull2(res.Events())
			defer stop()
			ev, err, ok := next()
			require.True(t, ok)
			require.NoError(t, err)
			require.Equal(t, "a", ev.Data)
			if cut {
				r.cut(t)
			} else {
				r.finish(t)
			}
			_, err, ok = next()
			t.Logf("%s: %s, cut: %v, seen as: %v", px.name, r.Proto, cut, err)
			if !cut || px.hidesCuts {
				// A later version may do better: then say so here.
				require.False(t, ok, "%v", err)
			} else {
				require.Error(t, err)
			}
		}
	})
}

// A client that leaves is gone for the server, too: if the proxy does not pass it
// on, the next heartbeats tell.
func TestProxyLeave(t *testing.T) {
	const beat = 300 * time.Millisecond
	forEachProxy(t, func(t *testing.T, px *proxy) {
		r, res := through(t, px, &sse.Options{Heartbeat: beat}, silence, nil)
		begin := time.Now()
		require.NoError(t, res.Close())
		r.ended(t)
		took := time.Since(begin)
		t.Logf("%s: the server hears of it after %v, with a heartbeat each %v", px.name, took, beat)
		assert.Equal(t, px.deaf, took > beat/2)
	})
}

// What X-Accel-Buffering is for: without it nginx holds a stream to its end.
func TestProxyWithoutOurHeaders(t *testing.T) {
	forEachProxy(t, func(t *testing.T, px *proxy) {
		sent, end := make(chan struct{}), make(chan struct{})
		srv := serveStreamsBy(t, func(*streamRequest) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", sse.ContentType)
				fmt.Fprint(w, "data: a\n\n")
				_ = http.NewResponseController(w).Flush()
				close(sent)
				<-end
			})
		})
		client, req := ownClient(t), get(t, px.start(t, srv, silence).url())
		came := make(chan error, 1)
		go func() {
			res, err := sse.Do(client, req, nil)
			if err != nil {
				came <- err
				return
			}
			err = io.ErrUnexpectedEOF
			for ev, e := range res.Events() {
				if err = e; e == nil && ev.Data != "a" {
					err = errors.New("another event: " + ev.Data)
				}
				break
			}
			came <- err
		}()
		<-sent
		if px.config == "nginx-bare.conf" {
			select {
			case err := <-came:
				require.FailNow(t, "nginx does not hold it", "%v", err)
			case <-time.After(500 * time.Millisecond):
			}
			close(end)
			require.NoError(t, <-came)
			return
		}
		select {
		case err := <-came:
			assert.NoError(t, err)
		case <-time.After(patience):
			assert.Fail(t, "it is held")
		}
		close(end)
	})
}
