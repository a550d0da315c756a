package interop

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// startExample starts one of the examples as a user would.
func startExample(t *testing.T, name string) *program {
	t.Helper()
	return startEcho(t, buildExample(t, name))
}

func buildExample(t *testing.T, name string) string {
	t.Helper()
	binary, err := filepath.Abs(filepath.Join(t.TempDir(), name))
	require.NoError(t, err)
	require.NoError(t, command(t.Context(), root, "go", "build", "-o", binary, "./examples/"+name))
	return binary
}

// gate is a proxy between browsers and a server that a test can close: for
// transports, as firewalls do; for all, as a tunnel does; or so that what goes into
// a connection does not come out, as a router does that has forgotten it.
type gate struct {
	url string

	mu      sync.Mutex // guards what follows
	target  *url.URL
	refused map[string]bool // transports
	aged    bool            // the cursor of the next WebSocket is to be
	closed  bool
	slow    time.Duration // that each piece of data takes longer, either way
	conns   map[*gateConn]bool
}

func startGate(t *testing.T, target string) *gate {
	t.Helper()
	g := &gate{refused: map[string]bool{}, conns: map[*gateConn]bool{}}
	g.leadTo(t, target)
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			g.mu.Lock()
			defer g.mu.Unlock()
			r.SetURL(g.target)
			if g.aged && path.Base(r.In.URL.Path) == "ws" {
				g.aged = false
				r.Out.URL.RawQuery = "cursor=0123456789ab-7"
			}
			r.Out.Host = r.In.Host // by which the server knows its own pages
		},
		FlushInterval: -1,
		ErrorHandler:  func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		refused := g.refused[path.Base(r.URL.Path)]
		g.mu.Unlock()
		if refused {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	s.Listener = gateListener{s.Listener, g}
	s.Start()
	t.Cleanup(func() {
		g.cut()
		s.Close()
	})
	g.url = s.URL + "/"
	return g
}

// leadTo leads to another server from now on.
func (g *gate) leadTo(t *testing.T, target string) {
	t.Helper()
	u, err := url.Parse(target)
	require.NoError(t, err)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.target = u
}

// refuse lets requests of these transports through no more, and of all others again.
func (g *gate) refuse(transports ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	clear(g.refused)
	for _, name := range transports {
		g.refused[name] = true
	}
}

// age has the next WebSocket come with a cursor that the server has no more, as if so
// much had been said meanwhile.
func (g *gate) age() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.aged = true
}

// delay has all data take so much longer.
func (g *gate) delay(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.slow = d
}

// cut closes all connections, and lets no more in.
func (g *gate) cut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	for c := range g.conns {
		_ = c.Conn.Close()
	}
}

// open lets connections in again.
func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = false
}

// forget has all connections that there are lead nowhere, without a word to anybody.
func (g *gate) forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for c := range g.conns {
		c.forgotten = true
	}
}

type gateListener struct {
	net.Listener
	g *gate
}

func (l gateListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		l.g.mu.Lock()
		closed, gc := l.g.closed, &gateConn{Conn: c, g: l.g}
		if !closed {
			l.g.conns[gc] = true
		}
		l.g.mu.Unlock()
		if !closed {
			return gc, nil
		}
		_ = c.Close()
	}
}

// gateConn is a connection with a browser.
type gateConn struct {
	net.Conn
	g         *gate
	forgotten bool // guarded by g.mu
}

// dead tells whether data leads nowhere, after the time that data takes.
func (c *gateConn) dead() bool {
	c.g.mu.Lock()
	slow := c.g.slow
	c.g.mu.Unlock()
	if slow > 0 {
		<-time.After(slow)
	}
	c.g.mu.Lock()
	defer c.g.mu.Unlock()
	return c.forgotten
}

func (c *gateConn) Read(b []byte) (int, error) {
	for {
		n, err := c.Conn.Read(b)
		if err != nil || !c.dead() {
			return n, err
		}
	}
}

func (c *gateConn) Write(b []byte) (int, error) {
	if c.dead() {
		return len(b), nil
	}
	return c.Conn.Write(b)
}

func (c *gateConn) Close() error {
	c.g.mu.Lock()
	delete(c.g.conns, c)
	c.g.mu.Unlock()
	return c.Conn.Close()
}
