package ws_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/wstest"
)

// service is a server that sends every message back, however it is driven, and
// tells what becomes of its connections. Channels that nobody empties don't hold
// it up.
type service struct {
	addr    string
	opened  chan *ws.Conn
	refused chan error // handshakes
	ended   chan *ws.CloseError
}

// driver is a way to serve on a TCP listener until it is stopped.
type driver func(ln net.Listener, s *service, o *ws.Options) (stop func())

// The drivers. Those of ownHandshake read requests without net/http.
var (
	ownHandshake = map[string]driver{
		"Upgrade":           serveUpgrade,
		"Server":            serveServer,
		"Server, goroutine": func(ln net.Listener, s *service, o *ws.Options) func() { return serveServer(anyListener{ln}, s, o) },
	}
	allDrivers = map[string]driver{
		"Upgrade":           ownHandshake["Upgrade"],
		"Server":            ownHandshake["Server"],
		"Server, goroutine": ownHandshake["Server, goroutine"],
		"Accept":            serveAccept,
	}
)

// anyListener is a listener that an event loop can't be used with.
type anyListener struct{ net.Listener }

func serveUpgrade(ln net.Listener, s *service, o *ws.Options) func() {
	var all sync.WaitGroup
	ctx, cancel := context.WithCancel(context.Background())
	all.Go(func() {
		for {
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				c, err := ws.Upgrade(ctx, nc, o)
				if err != nil {
					return
				}
				defer context.AfterFunc(ctx, func() { c.CloseNow() })()
				tell(s.opened, c)
				_ = echoBack(context.Background(), c)
				_ = c.Close(ws.StatusNormalClosure, "")
			})
		}
	})
	return func() {
		ln.Close()
		cancel()
		all.Wait()
	}
}

func serveAccept(ln net.Listener, s *service, o *ws.Options) func() {
	var g ws.Group
	o.Group = &g
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: ws.Handler(func(ctx context.Context, c *ws.Conn) error {
		tell(s.opened, c)
		return echoBack(ctx, c)
	}, o)}
	go func() { _ = server.Serve(ln) }()
	return func() {
		server.Close()
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = g.Shutdown(ctx)
	}
}

func serveServer(ln net.Listener, s *service, o *ws.Options) func() {
	server := &ws.Server{
		Options:   o,
		OnOpen:    func(c *ws.Conn) { tell(s.opened, c) },
		OnMessage: func(c *ws.Conn, m ws.Message) { _ = c.Write(context.Background(), m.Type, m.Data) },
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(ln)
	}()
	return func() {
		_ = server.Close()
		<-served
	}
}

// tell sends v unless nobody has taken much for long.
func tell[T any](to chan<- T, v T) {
	select {
	case to <- v:
	default:
	}
}

// each runs f against each of the drivers.
func each(t *testing.T, drivers map[string]driver, o *ws.Options, f func(t *testing.T, s *service)) {
	t.Helper()
	for name, d := range drivers {
		t.Run(name, func(t *testing.T) {
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			f(t, start(t, d, ln, o))
		})
	}
}

// start starts a service that ends with the test, without a trace.
func start(t *testing.T, d driver, ln net.Listener, o *ws.Options) *service {
	t.Helper()
	checkGoroutines(t)
	if o == nil {
		o = &ws.Options{}
	}
	s := &service{
		addr:    ln.Addr().String(),
		opened:  make(chan *ws.Conn, 10_000),
		refused: make(chan error, 10_000),
		ended:   make(chan *ws.CloseError, 10_000),
	}
	told := *o
	told.Logger = slog.New(refusals{s.refused, o.Logger})
	told.Hooks.End = func(c *ws.Conn, err *ws.CloseError) {
		if f := o.Hooks.End; f != nil {
			f(c, err)
		}
		tell(s.ended, err)
	}
	stop := d(ln, s, &told)
	t.Cleanup(stop)
	return s
}

// dial sends a request with what may stand behind it, reads the answer and gives
// the connection as a peer's.
func (s *service) dial(t *testing.T, request string) *wstest.Peer {
	t.Helper()
	return wstest.NewPeer(t, openTCP(t, s.addr, request), ws.RoleClient)
}

// refusals is a log from which the errors of refused handshakes are taken.
type refusals struct {
	errs chan<- error
	also *slog.Logger
}

func (refusals) Enabled(context.Context, slog.Level) bool { return true }
func (l refusals) WithAttrs([]slog.Attr) slog.Handler     { return l }
func (l refusals) WithGroup(string) slog.Handler          { return l }

func (l refusals) Handle(ctx context.Context, r slog.Record) error {
	if l.also != nil {
		_ = l.also.Handler().Handle(ctx, r)
	}
	if r.Message == "websocket handshake refused" {
		r.Attrs(func(a slog.Attr) bool {
			if err, ok := a.Value.Any().(error); ok {
				tell(l.errs, err)
			}
			return true
		})
	}
	return nil
}

// soon gives what comes out of a channel, and ends the test when nothing does.
func soon[T any](t *testing.T, from <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(patience):
		t.Fatal("nothing has come")
	}
	return v
}
