package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// crowd is many clients of one hub.
type crowd struct {
	hub     hub
	live    int64
	target  atomic.Int64 // messages that the live ones are to have in all
	got     atomic.Int64
	all     chan struct{} // has a value when they have them
	release chan struct{} // closed to let the stalled ones go
	cancel  context.CancelFunc
	wg      sync.WaitGroup // the clients and the publisher
	streams sync.WaitGroup // calls of the hub's handler

	srv *httptest.Server // over TCP

	orders  chan string
	results chan error
	ready   bool // no answer of the publisher is outstanding
}

// patience is how long a hub may bring a message to nobody; twice, since a
// machine may be stopped for a while, too.
const patience = time.Second

var errHung = errors.New("the live subscribers did not get the message in time")

// gather makes the clients, of which some take nothing after the header fields.
// Over TCP they are connections of 127.0.0.1, else http.ResponseWriters in
// memory.
func gather(h hub, live, stalled int, tcp bool) (*crowd, error) {
	ctx, cancel := context.WithCancel(context.Background())
	c := &crowd{
		hub: h, live: int64(live), cancel: cancel,
		all: make(chan struct{}, 1), release: make(chan struct{}),
		orders: make(chan string), results: make(chan error, 1), ready: true,
	}
	// A publisher of its own, since some hubs hold theirs up.
	c.wg.Go(func() {
		for data := range c.orders {
			c.results <- h.publish(data)
		}
	})
	if tcp {
		c.srv = httptest.NewUnstartedServer(http.HandlerFunc(c.serve))
		c.srv.Config.ErrorLog = log.New(io.Discard, "", 0) // of streams that are cut off at the end
		c.srv.Config.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
			_ = conn.(*net.TCPConn).SetWriteBuffer(4 << 10) // so that few messages suffice to stall
			return ctx
		}
		c.srv.Start()
	}
	for i := range live + stalled {
		if !tcp {
			c.wg.Go(func() { c.serve(&client{crowd: c, header: http.Header{}, stalled: i < stalled}, request(ctx)) })
			continue
		}
		if err := c.dial(ctx, i < stalled); err != nil {
			return c, err
		}
	}
	for begin := time.Now(); h.subscribers() < live+stalled; runtime.Gosched() {
		if time.Since(begin) > 5*time.Second {
			return c, fmt.Errorf("%d of %d have subscribed", h.subscribers(), live+stalled)
		}
	}
	return c, nil
}

// say publishes a message and waits until all live clients have it.
func (c *crowd) say(data string) error {
	if !c.ready {
		return errHung
	}
	c.target.Add(c.live)
	timer := time.NewTimer(patience)
	defer timer.Stop()
	c.orders <- data
	c.ready = false
	before, idle := c.got.Load(), 0
	delivered := c.live == 0
	for !c.ready || !delivered {
		select {
		case err := <-c.results:
			if c.ready = true; err != nil {
				return err
			}
		case <-c.all:
			delivered = true
		case <-timer.C:
			if got := c.got.Load(); got != before {
				before, idle = got, 0
			} else if idle++; idle == 2 {
				return fmt.Errorf("%w: %d of %d do not have it", errHung, c.target.Load()-got, c.live)
			}
			timer.Reset(patience)
		}
	}
	return nil
}

// count says that n messages have come to a client.
func (c *crowd) count(n int64) {
	if n > 0 && c.got.Add(n) == c.target.Load() {
		c.all <- struct{}{}
	}
}

func (c *crowd) serve(w http.ResponseWriter, r *http.Request) {
	c.streams.Add(1)
	defer c.streams.Done()
	c.hub.ServeHTTP(w, r)
}

// leave ends everything, the clients first.
func (c *crowd) leave() {
	close(c.release)
	close(c.orders)
	c.cancel()
	c.wg.Wait()
	c.streams.Wait()
	c.hub.close()
	if c.srv != nil {
		c.srv.Close()
	}
}

// client is an http.ResponseWriter in memory that counts messages.
type client struct {
	crowd   *crowd
	header  http.Header
	stalled bool
	message bool // written and not flushed yet

	mu       sync.Mutex
	deadline *time.Timer
	late     chan struct{}
}

func (c *client) Header() http.Header { return c.header }
func (c *client) WriteHeader(int)     {}
func (c *client) Flush()              { _ = c.FlushError() }

var errLate = errors.New("write deadline exceeded")

func (c *client) Write(p []byte) (int, error) {
	if c.stalled {
		c.mu.Lock()
		late := c.late
		c.mu.Unlock()
		select {
		case <-c.crowd.release:
		case <-late:
		}
		return 0, errLate
	}
	c.message = c.message || bytes.Contains(p, []byte("data: "))
	return len(p), nil
}

func (c *client) FlushError() error {
	if !c.message {
		return nil
	}
	c.message = false
	c.crowd.count(1)
	return nil
}

// SetWriteDeadline is what a connection has. Only a client that stalls comes to
// it.
func (c *client) SetWriteDeadline(t time.Time) error {
	if !c.stalled {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.deadline != nil {
		c.deadline.Stop()
	}
	if c.late = nil; !t.IsZero() {
		late := make(chan struct{})
		c.late = late
		c.deadline = time.AfterFunc(time.Until(t), func() { close(late) })
	}
	return nil
}
