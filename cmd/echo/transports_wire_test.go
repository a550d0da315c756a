package main

import (
	"bufio"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
)

// Every octet of every transport is counted, heads and frames included, as one
// who counts by hand finds them.
func TestWireFigures(t *testing.T) {
	p := start(t)
	p.figures(t, 0)
	p.quiet(t)

	// One connection, two requests.
	poll := "GET /comet/" + token(0) + "/poll HTTP/1.1\r\nHost: x\r\n\r\n"
	c, r := p.wire(t, "poll")
	_, first := ask(t, c, r, poll)
	p.until(t, 0, "poll", wireFigures{Requests: 1, Connections: 1, Open: 1, Up: int64(len(poll)), Down: first})
	_, second := ask(t, c, r, poll)
	p.until(t, 0, "poll", wireFigures{Requests: 2, Connections: 1, Open: 1, Up: 2 * int64(len(poll)), Down: first + second})
	_ = c.Close()
	p.until(t, 0, "poll", wireFigures{Requests: 2, Connections: 1, Up: 2 * int64(len(poll)), Down: first + second})

	// A body that comes after the head belongs to its request.
	send := "POST /comet/" + token(0) + "/send HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\nExpect: 100-continue\r\n\r\n"
	c, r = p.wire(t, "longpoll")
	_, err := io.WriteString(c, send)
	require.NoError(t, err)
	line, err := r.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "HTTP/1.1 100 Continue\r\n", line)
	_, err = r.Discard(2)
	require.NoError(t, err)
	_, down := ask(t, c, r, strings.Repeat("x", 20000))
	p.until(t, 0, "longpoll", wireFigures{Requests: 1, Connections: 1, Open: 1, Up: int64(len(send)) + 20000, Down: down + int64(len(line)) + 2})

	for transport, f := range p.figures(t, 0).Transports {
		if transport != "poll" && transport != "longpoll" {
			assert.Equal(t, wireFigures{Origin: f.Origin}, f, transport)
		}
	}
}

// So are the frames of a WebSocket, with what masks them.
func TestWireFiguresOfWebSockets(t *testing.T) {
	p := start(t)
	p.figures(t, 0)
	p.quiet(t)
	request := strings.ReplaceAll(upgradeRequest("/comet/"+token(0)+"/ws", ""), "HOST", "x")
	c, r := p.wire(t, "websocket")
	status, down := ask(t, c, r, request)
	require.Equal(t, http.StatusSwitchingProtocols, status)
	down += frameOf(t, r)
	p.until(t, 0, "websocket", wireFigures{Requests: 1, Connections: 1, Open: 1, Up: int64(len(request)), Down: down})
	message := []byte{0x81, 0x82, 0, 0, 0, 0, 'h', 'i'}
	_, err := c.Write(message)
	require.NoError(t, err)
	down += frameOf(t, r)
	p.until(t, 0, "websocket", wireFigures{Requests: 1, Connections: 1, Open: 1, Up: int64(len(request) + len(message)), Down: down})
}

// So are the chunks of a stream, with what says how long each is.
func TestWireFiguresOfStreams(t *testing.T) {
	p := start(t)
	p.figures(t, 0)
	p.quiet(t)
	request := "GET /comet/" + token(0) + "/stream HTTP/1.1\r\nHost: x\r\n\r\n"
	c, r := p.wire(t, "stream")
	status, down := ask(t, c, r, request)
	require.Equal(t, http.StatusOK, status)
	chunk := func() {
		line, err := r.ReadString('\n')
		require.NoError(t, err)
		size, err := strconv.ParseInt(strings.TrimSpace(line), 16, 32)
		require.NoError(t, err)
		_, err = r.Discard(int(size) + 2)
		require.NoError(t, err)
		down += int64(len(line)) + size + 2
	}
	chunk() // the cursor
	p.until(t, 0, "stream", wireFigures{Requests: 1, Connections: 1, Open: 1, Up: int64(len(request)), Down: down})
	require.Equal(t, http.StatusOK, p.do(t, http.MethodPost, "/comet/send", "hello").status)
	chunk()
	p.until(t, 0, "stream", wireFigures{Requests: 1, Connections: 1, Open: 1, Up: int64(len(request)), Down: down})
}

// frameOf reads a frame of the server and gives how many octets it has.
func frameOf(t *testing.T, r *bufio.Reader) int64 {
	t.Helper()
	for n := 2; ; n++ {
		b, err := r.Peek(n)
		require.NoError(t, err)
		h, size, err := frame.Parse(b)
		require.NoError(t, err)
		if size > 0 {
			_, err = r.Discard(size + int(h.Length))
			require.NoError(t, err)
			return int64(size) + h.Length
		}
	}
}

// Two pages of one browser share connections. Each request counts for the one
// who made it.
func TestWireFiguresOfTwoViewers(t *testing.T) {
	p := start(t)
	p.figures(t, 0)
	p.figures(t, 1)
	p.quiet(t)
	c, r := p.wire(t, "poll")
	var up, down [2]int64
	for i := range 5 {
		request := "GET /comet/" + token(i%2) + "/poll HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", i) + "\r\n\r\n"
		_, n := ask(t, c, r, request)
		up[i%2] += int64(len(request))
		down[i%2] += n
	}
	p.until(t, 0, "poll", wireFigures{Requests: 3, Connections: 1, Open: 1, Up: up[0], Down: down[0]})
	p.until(t, 1, "poll", wireFigures{Requests: 2, Connections: 1, Open: 1, Up: up[1], Down: down[1]})
	_ = c.Close()
	p.until(t, 0, "poll", wireFigures{Requests: 3, Connections: 1, Up: up[0], Down: down[0]})
	p.until(t, 1, "poll", wireFigures{Requests: 2, Connections: 1, Up: up[1], Down: down[1]})
}
