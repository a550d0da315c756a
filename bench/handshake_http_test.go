package bench

import (
	"net"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	gobwas "github.com/gobwas/ws"
	gorilla "github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
)

// accept answers an opening handshake that net/http's server has read. It gives
// what ends the connection.
type accept func(w http.ResponseWriter, r *http.Request) (end func(), err error)

var accepts = []struct {
	name   string
	accept accept
}{
	{"longwire", func(w http.ResponseWriter, r *http.Request) (func(), error) {
		c, err := ws.Accept(w, r, nil)
		return func() { _ = c.CloseNow() }, err
	}},
	{"gobwas", func(w http.ResponseWriter, r *http.Request) (func(), error) {
		nc, _, _, err := gobwas.UpgradeHTTP(r, w)
		return func() { _ = nc.Close() }, err
	}},
	{"gws", func(w http.ResponseWriter, r *http.Request) (func(), error) {
		c, err := gwsUpgrader.Upgrade(w, r)
		return func() { _ = c.NetConn().Close() }, err
	}},
	{"gorilla", func(w http.ResponseWriter, r *http.Request) (func(), error) {
		c, err := gorillaUpgrader.Upgrade(w, r, nil)
		return func() { _ = c.Close() }, err
	}},
	{"coder", func(w http.ResponseWriter, r *http.Request) (func(), error) {
		c, err := websocket.Accept(w, r, nil)
		return func() { _ = c.CloseNow() }, err
	}},
}

var gorillaUpgrader gorilla.Upgrader

// Each answers both requests with 101, behind a server, too.
func TestAccepts(t *testing.T) {
	for _, o := range openings {
		for _, a := range accepts {
			t.Run(o.name+"/"+a.name, func(t *testing.T) {
				h, stop := newHall(a.accept)
				defer stop()
				g := newGuest(o)
				require.NoError(t, h.welcome(g))
				requireAccepted(t, g.answer)
			})
		}
	}
}

func acceptInMemory(b *testing.B, o opening, accept accept) {
	h, stop := newHall(accept)
	defer stop()
	guests := make([]*guest, b.N)
	for i := range guests {
		guests[i] = newGuest(o)
	}
	b.ReportAllocs()
	b.ResetTimer()
	begin := cpuTime()
	for _, g := range guests {
		if err := h.welcome(g); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	b.ReportMetric(float64(cpuTime()-begin)/float64(b.N), "cpu-ns/op")
}

// hall is net/http's server with a listener in memory.
type hall struct {
	door   chan net.Conn
	closed chan struct{}
	once   sync.Once
	errs   chan error // of each handshake
}

func newHall(accept accept) (h *hall, stop func()) {
	h = &hall{door: make(chan net.Conn), closed: make(chan struct{}), errs: make(chan error)}
	srv := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		end, err := accept(w, r)
		if err == nil {
			end()
		}
		h.errs <- err
	})}
	go func() { _ = srv.Serve(h) }()
	return h, func() { _ = srv.Close() }
}

func (h *hall) welcome(g *guest) error {
	h.door <- g
	return <-h.errs
}

func (h *hall) Accept() (net.Conn, error) {
	select {
	case nc := <-h.door:
		return nc, nil
	case <-h.closed:
		return nil, net.ErrClosed
	}
}

func (h *hall) Close() error {
	h.once.Do(func() { close(h.closed) })
	return nil
}

func (h *hall) Addr() net.Addr { return nowhere }

// guest is a transport in memory on which nothing comes after the request.
// net/http's server waits for octets meanwhile, and is called back by a deadline
// that has passed when the connection is handed over.
type guest struct {
	wire
	back chan struct{}
	once sync.Once
}

func newGuest(o opening) *guest {
	return &guest{wire: wire{head: o.request, answer: make([]byte, 0, 512)}, back: make(chan struct{})}
}

func (g *guest) Read(p []byte) (int, error) {
	if len(g.head) > 0 {
		return g.wire.Read(p)
	}
	<-g.back
	return 0, os.ErrDeadlineExceeded
}

func (g *guest) SetReadDeadline(t time.Time) error {
	if !t.IsZero() && t.Before(time.Now()) {
		g.once.Do(func() { close(g.back) })
	}
	return nil
}

func (g *guest) SetDeadline(t time.Time) error { return g.SetReadDeadline(t) }
