package main

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
)

// runLive runs the program until it ends by itself.
func runLive(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	out, err := newOutput(), newOutput()
	code = run(t.Context(), args, out, err)
	return code, out.String(), err.String()
}

// Wrong flags are one line and exit code 2, and nothing is opened before all
// of them are right.
func TestWrongFlags(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"unknown flag":            {[]string{"-port", "80"}, "flag provided but not defined: -port"},
		"argument":                {[]string{"run"}, `unexpected argument "run"`},
		"driver":                  {[]string{"-driver", "quic"}, `-driver "quic" is not one of http, raw, loop`},
		"address without port":    {[]string{"-addr", "localhost"}, "missing port in address"},
		"address with a bad port": {[]string{"-addr", "127.0.0.1:65536"}, "the port is not a number from 0 to 65535"},
		"address with a word":     {[]string{"-addr", "127.0.0.1:web"}, "the port is not a number"},
		"no limit":                {[]string{"-max-message", "0"}, "-max-message 0 is not a positive number"},
		"negative limit":          {[]string{"-max-message", "-1"}, "-max-message -1 is not a positive number"},
		"limit that is no number": {[]string{"-max-message", "1MiB"}, `invalid value "1MiB" for flag -max-message`},
		"limit too large":         {[]string{"-max-message", "9223372036854775808"}, "for flag -max-message"},
		"every origin":            {[]string{"-origin", "*"}, `invalid value "*" for flag -origin`},
		"origin with a path":      {[]string{"-origin", "https://example.com/"}, "for flag -origin"},
		"second origin wrong":     {[]string{"-origin", "https://example.com", "-origin", "null"}, `invalid value "null" for flag -origin`},
		"not a boolean":           {[]string{"-tls=perhaps"}, `invalid boolean value "perhaps" for -tls`},
		"level without deflate":   {[]string{"-level", "0"}, "-level does nothing without -deflate"},
		"takeover without it":     {[]string{"-takeover", "-deflate=false"}, "-takeover does nothing without -deflate"},
		"window without it":       {[]string{"-window-bits", "15"}, "-window-bits does nothing without -deflate"},
		"level too high":          {[]string{"-deflate", "-level", "10"}, "-level 10 is not from 0 to 9"},
		"level too low":           {[]string{"-deflate", "-level", "-1"}, "-level -1 is not from 0 to 9"},
		"level that is no number": {[]string{"-deflate", "-level", "best"}, `invalid value "best" for flag -level`},
		"window too large":        {[]string{"-deflate", "-window-bits", "16"}, "-window-bits 16 is not from 8 to 15"},
		"window too small":        {[]string{"-deflate", "-window-bits", "7"}, "-window-bits 7 is not from 8 to 15"},
		"value missing":           {[]string{"-addr"}, "flag needs an argument: -addr"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := runLive(t, c.args...)
			assert.Equal(t, exitUsage, code)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, c.want)
			assert.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
			assert.True(t, strings.HasPrefix(stderr, "echo: ") && strings.HasSuffix(stderr, "\n"), stderr)
		})
	}
}

func TestHelp(t *testing.T) {
	for _, arg := range []string{"-h", "-help", "--help"} {
		code, stdout, stderr := runLive(t, arg)
		assert.Equal(t, exitOK, code)
		assert.Empty(t, stderr)
		for _, name := range []string{"-addr", "-driver", "-tls", "-origin", "-max-message", "-deflate", "-level", "-takeover", "-window-bits", "-trace", "-quiet"} {
			assert.Contains(t, stdout, "\n  "+name, "the help names each flag")
		}
		assert.Contains(t, stdout, "GET /events")
	}
}

func TestDefaults(t *testing.T) {
	c, err := parseFlags(nil, newOutput())
	require.NoError(t, err)
	assert.Equal(t, config{addr: "127.0.0.1:8080", driver: driverHTTP, maxMessage: 32 << 20, closeTimeout: 5 * time.Second}, c)
}

func TestDeflateFlags(t *testing.T) {
	for args, want := range map[string]ws.Compression{
		"-deflate":                        {ServerMaxWindowBits: 15, ClientMaxWindowBits: 15, Threshold: -1},
		"-deflate -level 9":               {Level: 9, ServerMaxWindowBits: 15, ClientMaxWindowBits: 15, Threshold: -1},
		"-window-bits 8 -deflate":         {ServerMaxWindowBits: 8, ClientMaxWindowBits: 8, Threshold: -1},
		"-takeover -deflate -level 0":     {ServerContextTakeover: true, ClientContextTakeover: true, ServerMaxWindowBits: 15, ClientMaxWindowBits: 15, Threshold: -1},
		"-takeover=false -deflate=true":   {ServerMaxWindowBits: 15, ClientMaxWindowBits: 15, Threshold: -1},
		"-deflate -level 1 -driver raw":   {Level: 1, ServerMaxWindowBits: 15, ClientMaxWindowBits: 15, Threshold: -1},
		"-deflate -window-bits 15 -trace": {ServerMaxWindowBits: 15, ClientMaxWindowBits: 15, Threshold: -1},
	} {
		c, err := parseFlags(strings.Fields(args), newOutput())
		require.NoError(t, err, args)
		assert.Equal(t, &want, c.compression, args)
	}
}

// A port that is taken is one line and exit code 1.
func TestTakenPort(t *testing.T) {
	var lc net.ListenConfig
	ln, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	for _, driver := range drivers {
		code, stdout, stderr := runLive(t, "-addr", ln.Addr().String(), "-driver", driver)
		assert.Equal(t, exitFailed, code)
		assert.Empty(t, stdout)
		assert.Contains(t, stderr, ln.Addr().String())
		assert.Contains(t, stderr, "in use")
		assert.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
	}
}

func TestPrintedAddress(t *testing.T) {
	port := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 4711}
	for _, c := range []struct {
		cfg  config
		want string
	}{
		{config{addr: "127.0.0.1:0", driver: driverHTTP}, "http://127.0.0.1:4711/"},
		{config{addr: "localhost:0", driver: driverHTTP}, "http://localhost:4711/"},
		{config{addr: ":0", driver: driverHTTP}, "http://127.0.0.1:4711/"},
		{config{addr: "0.0.0.0:0", driver: driverHTTP, tls: true}, "https://127.0.0.1:4711/"},
		{config{addr: "[::1]:0", driver: driverRaw}, "ws://[::1]:4711/"},
		{config{addr: "[::]:0", driver: driverRaw, tls: true}, "wss://127.0.0.1:4711/"},
		{config{addr: "127.0.0.1:0", driver: driverLoop}, "ws://127.0.0.1:4711/"},
	} {
		host, _, err := net.SplitHostPort(c.cfg.addr)
		require.NoError(t, err)
		assert.Equal(t, c.want, address(c.cfg, host, port), c.cfg.addr)
	}
}
