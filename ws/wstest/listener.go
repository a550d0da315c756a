package wstest

import (
	"context"
	"net"
	"sync"
)

// Listener is a net.Listener in memory: [Listener.Dial] is the other side of
// its Accept. With it http.Server, ws.Upgrade and ws.Dial run inside a
// testing/synctest bubble.
type Listener struct {
	options PipeOptions
	conns   chan net.Conn
	closed  chan struct{}
	once    sync.Once
}

var _ net.Listener = (*Listener)(nil)

// Listen gives a Listener whose connections are pipes as Pipe makes them.
func Listen() *Listener { return NewListener(PipeOptions{}) }

// NewListener is Listen with options for the pipes.
func NewListener(o PipeOptions) *Listener {
	return &Listener{options: o, conns: make(chan net.Conn), closed: make(chan struct{})}
}

// Accept waits for a Dial. After Close it gives net.ErrClosed.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case <-l.closed: // a Dial that waits does not come through any more
		return nil, net.ErrClosed
	default:
	}
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Dial gives the other end of a connection that Accept takes, and waits for
// that. Network and address can be anything: it has the form of a dial
// function.
func (l *Listener) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := NewPipe(l.options)
	select {
	case l.conns <- far:
		return near, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Close lets Accept and Dial fail. Connections stay as they are.
func (l *Listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr gives the address "listener" of network "pipe".
func (l *Listener) Addr() net.Addr { return PipeAddr("listener") }
