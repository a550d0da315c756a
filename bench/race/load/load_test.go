//go:build linux && !386

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/bench/race/results"
)

// beLoad makes the test's own program the load generator. In one process the
// two would share a scheduler that the load generator does not let in.
const beLoad = "LONGWIRE_BE_LOAD"

func TestMain(m *testing.M) {
	if os.Getenv(beLoad) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// generate runs the load generator against a server in this process.
func generate(t *testing.T, serve func(net.Conn), args ...string) (s results.Sample, stderr string, err error) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				serve(c)
			}()
		}
	}()
	args = append([]string{"-addr", ln.Addr().String(), "-pid", strconv.Itoa(os.Getpid()), "-conns", "3", "-time", "50ms", "-warm", "10ms"}, args...)
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), beLoad+"=1", "GORACE=atexit_sleep_ms=0") // under the race detector a program waits a second before it ends
	var errors bytes.Buffer
	cmd.Stderr = &errors
	text, err := cmd.Output()
	if err == nil {
		require.NoError(t, json.Unmarshal(text, &s))
	}
	return s, errors.String(), err
}

// upgraded answers the opening handshake and gives a reader of what follows.
func upgraded(c net.Conn) bool {
	b := make([]byte, 0, 4096)
	for !bytes.HasSuffix(b, []byte("\r\n\r\n")) {
		n, err := c.Read(b[len(b):cap(b)])
		if err != nil {
			return false
		}
		b = b[:len(b)+n]
	}
	_, err := io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "+accept+"\r\n\r\n")
	return err == nil
}

// echoes gives back messages of up to 125 octets, as change makes them, to all
// of the connections.
func echoes(change func(n int, b []byte) []byte) func(net.Conn) {
	return func(c net.Conn) {
		if !upgraded(c) {
			return
		}
		head := make([]byte, 6)
		for n := 0; ; n++ {
			if _, err := io.ReadFull(c, head); err != nil {
				return
			}
			b := make([]byte, 2+head[1]&0x7f)
			b[0], b[1] = head[0], head[1]&0x7f
			if _, err := io.ReadFull(c, b[2:]); err != nil {
				return
			}
			for i := range b[2:] {
				b[2+i] ^= head[2+i%4]
			}
			if _, err := c.Write(change(n, b)); err != nil {
				return
			}
		}
	}
}

var honest = echoes(func(_ int, b []byte) []byte { return b })

func TestModes(t *testing.T) {
	for name, args := range map[string][]string{
		"echo":       {"-mode", "echo"},
		"deep":       {"-mode", "echo", "-depth", "8", "-text"},
		"few active": {"-mode", "echo", "-active", "1", "-bytes", "0"},
		"rate":       {"-mode", "rate", "-rate", "2000"},
		"handshakes": {"-mode", "handshakes"},
	} {
		t.Run(name, func(t *testing.T) {
			s, stderr, err := generate(t, honest, args...)
			require.NoError(t, err, stderr)
			assert.Positive(t, s.Rate)
			assert.Positive(t, s.CPU)
			if name != "handshakes" {
				assert.Positive(t, s.P50)
				assert.GreaterOrEqual(t, s.P99, s.P50)
				assert.GreaterOrEqual(t, s.P999, s.P99)
			}
		})
	}
}

func TestIdle(t *testing.T) {
	s, stderr, err := generate(t, honest, "-mode", "idle", "-conns", "10", "-settle", "1ms")
	require.NoError(t, err, stderr)
	assert.Positive(t, s.Resident)
	_, stderr, err = generate(t, honest, "-mode", "idle", "-pid", "0")
	require.Error(t, err)
	assert.Contains(t, stderr, "needs -pid")
}

func TestPlain(t *testing.T) {
	s, stderr, err := generate(t, func(c net.Conn) { _, _ = io.Copy(c, c) }, "-tcp", "-bytes", "1000")
	require.NoError(t, err, stderr)
	assert.Positive(t, s.Rate)
}

// A server that answers anything but what it was sent is found out.
func TestWrongServers(t *testing.T) {
	third := func(change func(b []byte) []byte) func(net.Conn) {
		return echoes(func(n int, b []byte) []byte {
			if n == 2 {
				return change(b)
			}
			return b
		})
	}
	for name, c := range map[string]struct {
		serve func(net.Conn)
		says  string
	}{
		"another payload":         {echoes(func(_ int, b []byte) []byte { b[len(b)-1]++; return b }), "the first echo differs"},
		"masked as it came":       {func(c net.Conn) { _ = upgraded(c); _, _ = io.Copy(c, c) }, "the first echo differs"},
		"a third that is shorter": {third(func(b []byte) []byte { b[1]--; return b[:len(b)-1] }), "not the header of an echo"},
		"a third as text":         {third(func(b []byte) []byte { b[0] = 0x81; return b }), "not the header of an echo"},
		"a Ping":                  {third(func(b []byte) []byte { return append([]byte{0x89, 0}, b...) }), "not the header of an echo"},
		"an end":                  {func(c net.Conn) { _ = upgraded(c) }, "reset by peer|closed the connection|broken pipe"},
		"no upgrade":              {func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n") }, "not the answer to an opening handshake|reset by peer|broken pipe"},
		"a wrong accept": {func(c net.Conn) {
			_, _ = c.Read(make([]byte, 4096))
			_, _ = io.WriteString(c, "HTTP/1.1 101 x\r\nSec-WebSocket-Accept: aaaa\r\n\r\n")
		}, "not the answer to an opening handshake"},
	} {
		t.Run(name, func(t *testing.T) {
			_, stderr, err := generate(t, c.serve)
			require.Error(t, err)
			assert.Regexp(t, c.says, stderr)
		})
	}
}

// A server that can't keep up with a rate has no latency to tell of.
func TestTooSlow(t *testing.T) {
	silent := func(c net.Conn) {
		_ = upgraded(c)
		_, _ = io.Copy(io.Discard, c)
	}
	_, stderr, err := generate(t, silent, "-mode", "rate", "-rate", "1e6", "-bytes", "0")
	require.Error(t, err)
	assert.Contains(t, stderr, "can't keep up")
}

func TestFlags(t *testing.T) {
	for _, args := range [][]string{
		{},
		{"-addr", "localhost:1"},
		{"-addr", "[::1]:1"},
		{"-addr", "127.0.0.1:1", "-mode", "x"},
		{"-addr", "127.0.0.1:1", "-conns", "0"},
		{"-addr", "127.0.0.1:1", "-active", "65"},
		{"-addr", "127.0.0.1:1", "-depth", "0"},
		{"-addr", "127.0.0.1:1", "-rate", "0"},
		{"-no"},
	} {
		_, err := parse(args)
		assert.Error(t, err, "%v", args)
	}
	c, err := parse([]string{"-addr", "127.0.0.1:1"})
	require.NoError(t, err)
	assert.Equal(t, c.conns, c.active)
}

// Both requests are ones, and ask for the same key.
func TestRequests(t *testing.T) {
	c, err := parse([]string{"-addr", "127.0.0.1:80", "-path", "/x"})
	require.NoError(t, err)
	for _, b := range [][]byte{c.request(), c.browser()} {
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(b)))
		require.NoError(t, err)
		assert.Equal(t, "/x", r.URL.Path)
		assert.Equal(t, "127.0.0.1:80", r.Host)
		assert.Equal(t, nonce, r.Header.Get("Sec-WebSocket-Key"))
		assert.Equal(t, "13", r.Header.Get("Sec-WebSocket-Version"))
	}
	assert.Equal(t, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", accept, "section 1.3")
}
