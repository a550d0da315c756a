package ws_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/frame"
	"longwire.example/ws/wstest"
)

// outOfDescriptors tells a process of this test binary to be the server of
// TestServerOutOfDescriptors.
const outOfDescriptors = "LONGWIRE_OUT_OF_DESCRIPTORS"

// A server that has no descriptors left serves the connections that it has, says
// so once, and accepts again when there are some.
func TestServerOutOfDescriptors(t *testing.T) {
	if os.Getenv(outOfDescriptors) != "" {
		serveWithFewDescriptors(t)
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestServerOutOfDescriptors$")
	cmd.Env = append(os.Environ(), outOfDescriptors+"=1")
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	err = cmd.Start()
	if errors.Is(err, syscall.ENOEXEC) {
		t.Skip("built for another machine:", err)
	}
	require.NoError(t, err)
	lines := bufio.NewScanner(out)
	require.True(t, lines.Scan())
	addr := lines.Text()

	// More than there is room for; half of them fit.
	const conns = 2 * fewDescriptors
	var all []net.Conn
	for range conns {
		nc := dialTCP(t, addr)
		_, err := io.WriteString(nc, requestText("/")+clientFrame(frame.OpText, "early"))
		require.NoError(t, err)
		all = append(all, nc)
	}
	readAnswer(t, all[0])
	first := wstest.NewPeer(t, all[0], ws.RoleClient)
	first.Expect(wstest.Text("early"))
	require.True(t, lines.Scan())
	assert.Contains(t, lines.Text(), "can't accept")
	first.Send(wstest.Text("still here"))
	first.Expect(wstest.Text("still here"))
	// There is room for one more with each that goes.
	for i := 1; i < len(all); i++ {
		readAnswer(t, all[i])
		p := wstest.NewPeer(t, all[i], ws.RoleClient)
		p.Expect(wstest.Text("early"))
		p.Send(wstest.Close(ws.StatusNormalClosure, ""))
		p.ExpectClose(ws.StatusNormalClosure)
		p.Hangup()
	}
	require.NoError(t, in.Close())
	var more []string
	for lines.Scan() {
		if strings.Contains(lines.Text(), "can't accept") {
			more = append(more, lines.Text())
		}
	}
	assert.Empty(t, more, "once is enough")
	require.NoError(t, cmd.Wait())
}

const fewDescriptors = 64

func serveWithFewDescriptors(t *testing.T) {
	var limit syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
	limit.Cur = fewDescriptors
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit))
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s, _ := echoes(t, &ws.Options{Logger: slog.New(slog.NewTextHandler(os.Stdout, nil))})
	served := make(chan error, 1)
	go func() { served <- s.Serve(ln) }()
	fmt.Println(ln.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
	require.NoError(t, s.Close())
	require.ErrorIs(t, <-served, ws.ErrServerClosed)
}

// descriptors counts the descriptors of this process.
func descriptors(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	return len(list)
}

// However a connection ends, nothing of it is left.
func TestServerLeavesNoDescriptors(t *testing.T) {
	session := func() {
		s, _ := echoes(t, &ws.Options{HandshakeTimeout: time.Hour})
		s.OnOpen = func(c *ws.Conn) {
			if c.Info().Target == "/detached" {
				assert.NoError(t, c.Detach(echoBack))
			}
		}
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		served := make(chan error, 1)
		go func() { served <- s.Serve(ln) }()
		dial := func(target string) *ws.Conn {
			c, _, err := ws.Dial(t.Context(), "ws://"+ln.Addr().String()+target, nil)
			require.NoError(t, err)
			return c
		}
		for _, target := range []string{"/", "/detached"} {
			require.NoError(t, dial(target).Close(ws.StatusNormalClosure, ""))
			require.NoError(t, dial(target).CloseNow())
			c := dial(target)
			defer c.CloseNow()
			require.NoError(t, c.Write(context.Background(), ws.Binary, make([]byte, 100_000)))
		}
		_, _, _ = exchange(t, ln.Addr().String(), "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n")
		nc, err := net.Dial("tcp", ln.Addr().String())
		require.NoError(t, err)
		defer nc.Close()
		require.NoError(t, s.Close())
		require.ErrorIs(t, <-served, ws.ErrServerClosed)
	}
	checkGoroutines(t)
	session() // what the runtime and package net keep
	before := descriptors(t)
	session()
	assert.Eventually(t, func() bool { return descriptors(t) <= before }, 10*time.Second, 10*time.Millisecond)
}

// Serve ends when somebody else closes its listener.
func TestServerListenerClosed(t *testing.T) {
	checkGoroutines(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s, _ := echoes(t, nil)
	served := make(chan error, 1)
	go func() { served <- s.Serve(ln) }()
	c, _, err := ws.Dial(t.Context(), "ws://"+ln.Addr().String()+"/", nil)
	require.NoError(t, err)
	require.NoError(t, ln.Close())
	require.ErrorIs(t, soon(t, served), net.ErrClosed)
	checkEcho(t, c) // its connections go on
	require.NoError(t, s.Close())
}
