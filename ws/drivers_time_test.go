package ws_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/frame"
	"longwire.example/ws/handshake"
	"longwire.example/ws/wstest"
)

// These sockets have real time, so the tests see what happens and not when. How
// long each wait is, is tested in bubbles and with the machines that know the
// time as an argument.

// soonTime is a time that a test can wait for.
const soonTime = 50 * time.Millisecond

// A request that does not come whole is answered with 408, wherever its client
// has got stuck.
func TestW20_SlowRequestOverTCP(t *testing.T) {
	each(t, ownHandshake, &ws.Options{HandshakeTimeout: soonTime}, func(t *testing.T, s *service) {
		for _, begun := range []string{"", "G", "GET / HTTP/1.1\r\n", requestText("/")[:100], requestText("/")[:len(requestText("/"))-1]} {
			nc := dialTCP(t, s.addr)
			_, err := io.WriteString(nc, begun)
			require.NoError(t, err)
			resp, err := http.ReadResponse(bufio.NewReader(nc), nil)
			require.NoError(t, err)
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			checkRefusal(t, http.StatusRequestTimeout, resp, string(body), "")
			require.ErrorIs(t, soon(t, s.refused), handshake.ErrTimeout)
			require.NoError(t, nc.Close())
		}
		assert.Empty(t, s.opened)
	})
}

// ... and one that comes octet by octet has no more time than that.
func TestW20_DrippingRequestOverTCP(t *testing.T) {
	each(t, ownHandshake, &ws.Options{HandshakeTimeout: soonTime}, func(t *testing.T, s *service) {
		nc := dialTCP(t, s.addr)
		_, err := io.WriteString(nc, "GET / HTTP/1.1\r\nHost: example.com\r\nX: ")
		require.NoError(t, err)
		stopped := make(chan struct{})
		go func() {
			defer close(stopped)
			for range time.Tick(soonTime / 10) {
				if _, err := nc.Write([]byte("x")); err != nil {
					return
				}
			}
		}()
		resp, err := http.ReadResponse(bufio.NewReader(nc), nil)
		require.NoError(t, err)
		assert.Equal(t, http.StatusRequestTimeout, resp.StatusCode)
		require.NoError(t, resp.Body.Close())
		nc.Close()
		soon(t, stopped)
	})
}

// A half-open peer is found out by the keepalive.
func TestW20_HalfOpenPeerOverTCP(t *testing.T) {
	each(t, allDrivers, &ws.Options{PingInterval: soonTime, PingTimeout: soonTime}, func(t *testing.T, s *service) {
		peer := s.dial(t, requestText("/"))
		peer.Expect(wstest.Ping(""))
		err := soon(t, s.ended)
		require.ErrorIs(t, err, ws.ErrKeepalive)
		assert.Equal(t, ws.StatusAbnormalClosure, err.Code)
		peer.ExpectEOF()
	})
}

// A peer that gives any sign of life stays: an answer, other octets, or a part of
// a frame.
func TestKeepaliveKeepsAHealthyPeerOverTCP(t *testing.T) {
	each(t, allDrivers, &ws.Options{PingInterval: soonTime / 10, PingTimeout: 20 * time.Second}, func(t *testing.T, s *service) {
		peer := s.dial(t, requestText("/"))
		for range 5 {
			peer.Expect(wstest.Ping(""))
			peer.Send(wstest.Pong(""))
			peer.Expect(wstest.Ping(""))
			peer.Send(wstest.Octets(0x8a, 0x80))
			peer.Expect(wstest.Ping(""))
			peer.Send(wstest.Octets(0, 0, 0, 0))
		}
		assert.Empty(t, s.ended)
	})
}

// A peer that does not answer the Close loses its connection all the same.
func TestCloseTimesOutOverTCP(t *testing.T) {
	each(t, allDrivers, &ws.Options{CloseTimeout: soonTime}, func(t *testing.T, s *service) {
		peer := s.dial(t, requestText("/"))
		c := soon(t, s.opened)
		go func() { _ = c.Close(ws.StatusGoingAway, "") }()
		peer.ExpectClose(ws.StatusGoingAway)
		require.ErrorIs(t, soon(t, s.ended), ws.ErrCloseTimeout)
		peer.ExpectEOF()
	})
}

// A peer that takes nothing loses the connection.
func TestWriteTimesOutOverTCP(t *testing.T) {
	each(t, allDrivers, &ws.Options{WriteTimeout: soonTime, MaxMessage: -1}, func(t *testing.T, s *service) {
		peer := s.dial(t, requestText("/"))
		c := soon(t, s.opened)
		message := make([]byte, 1<<20)
		for {
			err := c.Write(context.Background(), ws.Binary, message)
			if errors.Is(err, net.ErrClosed) {
				break
			}
			if err != nil {
				require.ErrorIs(t, err, ws.ErrBackpressure)
				runtime.Gosched() // it does not wait
			}
		}
		err := soon(t, s.ended)
		require.ErrorIs(t, err, ws.ErrWriteTimeout)
		assert.Equal(t, ws.StatusAbnormalClosure, err.Code)
		peer.Drain()
	})
}

// A peer that takes a little all the time loses it, too.
func TestSlowReaderTimesOutOverTCP(t *testing.T) {
	each(t, allDrivers, &ws.Options{WriteTimeout: soonTime}, func(t *testing.T, s *service) {
		nc := openTCP(t, s.addr, requestText("/"))
		c := soon(t, s.opened)
		stopped := make(chan struct{})
		go func() {
			defer close(stopped)
			for range time.Tick(soonTime / 10) {
				if _, err := nc.Read(make([]byte, 100)); err != nil {
					return
				}
			}
		}()
		for err := error(nil); !errors.Is(err, net.ErrClosed); {
			err = c.Write(context.Background(), ws.Binary, make([]byte, 100_000))
			runtime.Gosched() // where Write does not wait
		}
		require.ErrorIs(t, soon(t, s.ended), ws.ErrWriteTimeout)
		nc.Close()
		soon(t, stopped)
	})
}

// A failed connection is not kept for a peer that goes on sending and never
// closes it.
//
//req:test RFC6455-7.1.7-05
func TestFailedConnectionLingersOverTCP(t *testing.T) {
	each(t, allDrivers, nil, func(t *testing.T, s *service) {
		nc := openTCP(t, s.addr, requestText("/"))
		wstest.NewPeer(t, nc, ws.RoleClient).Do(
			wstest.Send(wstest.Text("\xff")),
			wstest.ExpectClose(frame.CloseInvalidPayload),
			wstest.ExpectEOF(),
		)
		_ = soon(t, s.ended)
		for err := error(nil); err == nil; { // until it is reset
			_, err = nc.Write(make([]byte, 10_000))
			require.NotErrorIs(t, err, context.DeadlineExceeded)
		}
	})
}
