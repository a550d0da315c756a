//go:build !js

package ws_test

import (
	"context"
	"errors"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
)

// net/http reads the environment once in a process, so another process dials.
const environmentChild = "LONGWIRE_TEST_DIAL_ENVIRONMENT"

func TestDialProxyOfTheEnvironment(t *testing.T) {
	if os.Getenv(environmentChild) != "" {
		dialInEnvironment(t)
		return
	}
	s := httptest.NewServer(ws.Handler(echoBack, nil))
	defer s.Close()
	plain, plainRequests := connectProxy(t, s.Listener.Addr().String(), nil)
	secure, secureRequests := connectProxy(t, s.Listener.Addr().String(), nil)

	exe, err := os.Executable()
	require.NoError(t, err)
	child := exec.CommandContext(t.Context(), exe, "-test.run=^TestDialProxyOfTheEnvironment$", "-test.v")
	child.Env = append(os.Environ(),
		environmentChild+"="+s.Listener.Addr().String(),
		"HTTP_PROXY=http://"+plain, "HTTPS_PROXY=http://"+secure, "NO_PROXY=direct.example",
		"http_proxy=", "https_proxy=", "no_proxy=", "REQUEST_METHOD=")
	out, err := child.CombinedOutput()
	if errors.Is(err, syscall.ENOEXEC) {
		t.Skip("built for another machine: under an emulator the kernel can't start it a second time")
	}
	require.NoError(t, err, "%s", out)
	assert.Contains(t, string(out), "--- PASS: TestDialProxyOfTheEnvironment")
	assert.Equal(t, "example.com:80", (<-plainRequests).Host)
	assert.Equal(t, "example.com:443", (<-secureRequests).Host)
	assert.Empty(t, plainRequests)
	assert.Empty(t, secureRequests)
}

func dialInEnvironment(t *testing.T) {
	t.Helper()
	// HTTP_PROXY is for ws, HTTPS_PROXY for wss.
	c, _, err := ws.Dial(t.Context(), "ws://example.com/", nil)
	require.NoError(t, err)
	checkEcho(t, c)
	_, _, err = ws.Dial(t.Context(), "wss://example.com/", nil)
	checkStep(t, ws.StepTLS, err) // it got through to a server without TLS
	// None for what NO_PROXY names, for this machine, for who says so, and
	// for who brings a dialer.
	ended, end := context.WithCancel(t.Context())
	end() // nothing is to be resolved or reached
	_, _, err = ws.Dial(ended, "ws://direct.example/", nil)
	require.ErrorIs(t, err, context.Canceled)
	assert.NotContains(t, err.Error(), ": proxy: ")
	_, _, err = ws.Dial(ended, "ws://example.com/", nil)
	checkStep(t, ws.StepProxy, err)
	c, _, err = ws.Dial(t.Context(), "ws://"+os.Getenv(environmentChild), nil)
	require.NoError(t, err)
	assert.Equal(t, os.Getenv(environmentChild), c.Info().RemoteAddr.(*net.TCPAddr).String())
	checkEcho(t, c)
	_, _, err = ws.Dial(t.Context(), "ws://example.com", &ws.DialOptions{NetDial: noDial})
	require.ErrorIs(t, err, errNoDial)
	checkStep(t, ws.StepConnect, err)
}
