package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/protocol"
	"longwire.example/ws/wstest"
)

// patience is how long a test waits for what must come.
const patience = 10 * time.Second

// output collects what the program prints, and tells about its first line.
type output struct {
	mu    sync.Mutex
	buf   bytes.Buffer
	first chan string
	told  bool
}

func newOutput() *output { return &output{first: make(chan string, 1)} }

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	n, err := o.buf.Write(b)
	if line, _, ok := strings.Cut(o.buf.String(), "\n"); ok && !o.told {
		o.told = true
		o.first <- line
	}
	return n, err
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// program is a run of the program on a free port.
type program struct {
	url            *url.URL
	stdout, stderr *output
	cancel         context.CancelFunc // what a signal does
	exited         chan int
	once           sync.Once
	code           int
}

// start runs the program until the test ends, and sees that it leaves nothing
// behind.
func start(t *testing.T, args ...string) *program {
	t.Helper()
	return startWith(t, func(ctx context.Context, p *program) int {
		return run(ctx, append([]string{"-addr", "127.0.0.1:0"}, args...), p.stdout, p.stderr)
	})
}

// startWith does what start does with another way to run it.
func startWith(t *testing.T, run func(ctx context.Context, p *program) int) *program {
	t.Helper()
	checkGoroutines(t)
	ctx, cancel := context.WithCancel(t.Context())
	p := &program{stdout: newOutput(), stderr: newOutput(), cancel: cancel, exited: make(chan int, 1)}
	go func() { p.exited <- run(ctx, p) }()
	t.Cleanup(func() { assert.Equal(t, exitOK, p.stop(t)) })
	select {
	case line := <-p.stdout.first:
		_, text, ok := strings.Cut(line, "Longwire echo: ")
		require.True(t, ok, line)
		u, err := url.Parse(text)
		require.NoError(t, err)
		p.url = u
	case code := <-p.exited:
		p.exited <- code
		t.Fatalf("exit code %d: %s", code, p.stderr)
	case <-time.After(patience):
		t.Fatal("no URL")
	}
	return p
}

// stop ends the program as a signal would and gives its exit code.
func (p *program) stop(t *testing.T) int {
	t.Helper()
	p.cancel()
	p.once.Do(func() {
		select {
		case p.code = <-p.exited:
		case <-time.After(patience):
			t.Fatal("the program does not end")
		}
	})
	return p.code
}

// ws gives the address to dial for a target such as "/chat?token=x".
func (p *program) ws(target string) string {
	return "ws" + strings.TrimPrefix(strings.Replace(p.url.Scheme, "http", "ws", 1), "ws") + "://" + p.url.Host + target
}

func (p *program) dial(t *testing.T, target string, o *ws.DialOptions) *ws.Conn {
	t.Helper()
	if o == nil {
		o = &ws.DialOptions{}
	}
	o.Proxy = ws.NoProxy
	c, resp, err := ws.Dial(t.Context(), p.ws(target), o)
	require.NoError(t, err)
	if resp != nil && resp.Body != nil {
		_ = resp.Body.Close()
	}
	t.Cleanup(func() { _ = c.CloseNow() })
	return c
}

// raw gives a TCP connection on which a request has been sent; an upgrade, if
// fields has one.
func (p *program) raw(t *testing.T, request string) (net.Conn, *bufio.Reader) {
	t.Helper()
	d := net.Dialer{Timeout: patience}
	c, err := d.DialContext(t.Context(), "tcp", p.url.Host)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(patience)))
	_, err = io.WriteString(c, strings.ReplaceAll(request, "HOST", p.url.Host))
	require.NoError(t, err)
	return c, bufio.NewReader(c)
}

// upgradeRequest is a handshake for target with more fields, each with CR LF.
func upgradeRequest(target, more string) string {
	return "GET " + target + " HTTP/1.1\r\nHost: HOST\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" + more + "\r\n"
}

// handshake sends an upgrade and gives the answer.
func (p *program) handshake(t *testing.T, target, more string) (*http.Response, net.Conn) {
	t.Helper()
	c, r := p.raw(t, upgradeRequest(target, more))
	resp, err := http.ReadResponse(r, nil)
	require.NoError(t, err)
	if resp.StatusCode == http.StatusSwitchingProtocols {
		require.Zero(t, r.Buffered(), "a server says nothing before it is spoken to")
	}
	return resp, c
}

// peer is a client that can break every rule.
func (p *program) peer(t *testing.T, target string) *wstest.Peer {
	t.Helper()
	resp, c := p.handshake(t, target, "")
	require.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
	_ = resp.Body.Close()
	return wstest.NewPeer(t, c, protocol.Client)
}

// client is an HTTP client that takes the self-signed certificate and keeps no
// connection open.
func client() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   insecure(),
	}}
}

func insecure() *tls.Config {
	return &tls.Config{InsecureSkipVerify: true} // self-signed
}

// reply is a whole HTTP response.
type reply struct {
	status int
	header http.Header
	body   string
}

// do sends a request and reads the whole answer.
func (p *program) do(t *testing.T, method, target, body string) reply {
	t.Helper()
	r, err := p.try(t.Context(), method, target, body)
	require.NoError(t, err)
	return r
}

// try is do for other goroutines than the test's.
func (p *program) try(ctx context.Context, method, target, body string) (reply, error) {
	req, err := http.NewRequestWithContext(ctx, method, p.url.Scheme+"://"+p.url.Host+target, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	resp, err := client().Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, string(b)}, err
}

// checkGoroutines fails the test if goroutines of this program are left when
// it has ended.
func checkGoroutines(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		var left string
		assert.Eventually(t, func() bool {
			left = ""
			buf := make([]byte, 1<<20)
			for g := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
				if strings.Contains(g, "longwire.example/") && !strings.Contains(g, "testing.tRunner") && !strings.Contains(g, "checkGoroutines") {
					left += g + "\n\n"
				}
			}
			return left == ""
		}, patience, 5*time.Millisecond)
		assert.Empty(t, left)
	})
}
