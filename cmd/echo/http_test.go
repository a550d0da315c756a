package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/wstest"
)

// inMemory runs the driver of net/http inside a bubble until the test ends.
// Its pipes hold so few octets that the page does not fit.
func inMemory(t *testing.T) *wstest.Listener {
	t.Helper()
	cfg := config{quiet: true, maxMessage: defaultMaxMessage, closeTimeout: ws.DefaultCloseTimeout}
	d := newHTTPDriver(newEchoer(cfg, io.Discard), cfg, io.Discard)
	l := wstest.NewListener(wstest.PipeOptions{Size: 4096})
	served := make(chan error, 1)
	go func() { served <- d.serve(l) }()
	t.Cleanup(func() {
		_ = l.Close()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		d.shutdown(ctx)
		assert.NoError(t, <-served)
	})
	return l
}

// Clients of HTTP/2 that take nothing have to go, or they would hold the
// streams that they have for ever.
func TestWriteByteTimeout(t *testing.T) {
	cfg := config{quiet: true, maxMessage: defaultMaxMessage}
	d := newHTTPDriver(newEchoer(cfg, io.Discard), cfg, io.Discard)
	require.NotNil(t, d.server.HTTP2)
	assert.Equal(t, writeByteTimeout, d.server.HTTP2.WriteByteTimeout)
}

func request(t *testing.T, l *wstest.Listener, text string) net.Conn {
	t.Helper()
	nc, err := l.Dial(t.Context(), "", "")
	require.NoError(t, err)
	t.Cleanup(func() { _ = nc.Close() })
	_, err = io.WriteString(nc, text)
	require.NoError(t, err)
	return nc
}

// A body that never comes holds no connection.
func TestBodyThatNeverComes(t *testing.T) {
	for _, line := range []string{"POST /ping/" + token(0), "POST /close/" + token(0), "POST /events", "POST /events/cut/" + token(0), "PUT /events", "POST /", "GET /"} {
		synctest.Test(t, func(t *testing.T) {
			nc := request(t, inMemory(t), line+" HTTP/1.1\r\nHost: example.com\r\nContent-Length: 100\r\n\r\nabc")
			begin := time.Now()
			_, err := io.Copy(io.Discard, nc)
			require.NoError(t, err)
			assert.LessOrEqual(t, time.Since(begin), readTimeout, line)
		})
	}
}

// Nor does a client that does not take its answer.
func TestAnswerThatNobodyTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nc := request(t, inMemory(t), "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n")
		<-time.After(answerTimeout)
		synctest.Wait()
		_, err := io.WriteString(nc, "GET / HTTP/1.1\r\n")
		require.Error(t, err, "the server has given up")
	})
}

// What bounds requests does not bound a stream of frames, nor a connection.
func TestStreamOfFramesLivesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := inMemory(t)
		watching := request(t, l, "GET /frames/"+token(0)+" HTTP/1.1\r\nHost: example.com\r\n\r\n")
		resp, err := http.ReadResponse(bufio.NewReader(watching), nil)
		require.NoError(t, err)
		defer resp.Body.Close()
		records := make(chan string, 1000)
		go func() {
			defer close(records)
			for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
				records <- lines.Text()
			}
		}()
		c, resp2, err := ws.Dial(t.Context(), "ws://example.com/?token="+token(0), &ws.DialOptions{
			Options: ws.Options{PingInterval: -1},
			NetDial: l.Dial,
		})
		require.NoError(t, err)
		defer resp2.Body.Close()
		ctx := c.Discard() // it answers the server's Pings
		<-time.After(10 * answerTimeout)
		synctest.Wait()
		require.NoError(t, ctx.Err())
		for len(records) > 0 {
			<-records
		}
		require.NoError(t, c.Close(ws.StatusNormalClosure, ""))
		assert.Contains(t, <-records, `"name":"close"`)
	})
}

// After a refused upgrade nothing is taken for a request any more: it may be
// frames.
func TestRefusedUpgradeEndsTheConnection(t *testing.T) {
	p := start(t)
	for _, target := range []string{"/?token=short", "/"} {
		_, r := p.raw(t, upgradeRequest(target, "Origin: https://example.com\r\n")+"GET / HTTP/1.1\r\nHost: HOST\r\n\r\n")
		resp, err := http.ReadResponse(r, nil)
		require.NoError(t, err)
		assert.True(t, resp.Close, target)
		_, err = io.Copy(io.Discard, resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		rest, err := io.ReadAll(r)
		require.NoError(t, err)
		assert.Empty(t, rest, target)
	}
}
