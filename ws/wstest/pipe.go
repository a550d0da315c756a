package wstest

import (
	"errors"
	"net"
	"os"
	"sync/atomic"
	"time"
)

// DefaultPipeSize is how many octets each direction of a pipe holds by
// default.
const DefaultPipeSize = 64 << 10

// ErrReset is what both ends of a pipe get after [PipeEnd.Reset].
var ErrReset = errors.New("wstest: connection reset")

// PipeOptions sets how a pipe behaves. The zero value is the default.
type PipeOptions struct {
	// Size is how many octets each direction holds: a write that finds it full
	// waits. Zero or less means DefaultPipeSize.
	Size int
	// Atomic makes a write of at most Size octets wait until all of it fits,
	// so that it happens whole or, when its deadline comes first, not at all.
	// Without it a write may be cut short, as on a socket.
	Atomic bool
}

// Pipe gives the two ends of a connection in memory. Unlike net.Pipe it has a
// buffer in each direction, so that two ends may write at the same time, and
// either direction can be closed alone. Deadlines work as on a socket: they
// interrupt calls in progress and can be moved.
//
// It waits only in ways that are durably blocking, so it can be used inside
// testing/synctest bubbles, each pipe inside the bubble where it was made.
func Pipe() (a, b *PipeEnd) { return NewPipe(PipeOptions{}) }

// NewPipe is Pipe with options.
func NewPipe(o PipeOptions) (a, b *PipeEnd) {
	if o.Size <= 0 {
		o.Size = DefaultPipeSize
	}
	ab, ba := newHalf(o), newHalf(o)
	return &PipeEnd{in: ba, out: ab, local: "a", remote: "b"}, &PipeEnd{in: ab, out: ba, local: "b", remote: "a"}
}

// PipeEnd is one end of a pipe. Its methods may be called from any goroutine.
type PipeEnd struct {
	closed        atomic.Bool
	in, out       *half
	local, remote PipeAddr
}

var _ net.Conn = (*PipeEnd)(nil)

// Read reads what has come, waiting for at least one octet. It gives io.EOF
// after the last octet when the other end is closed, net.ErrClosed when this
// end is, and os.ErrDeadlineExceeded after the read deadline.
func (e *PipeEnd) Read(p []byte) (int, error) { return e.in.read(p) }

// Write writes all of p, waiting for room. It gives net.ErrClosed when this
// end or its sending side is closed, io.ErrClosedPipe when the other end is,
// and os.ErrDeadlineExceeded after the write deadline; then the number tells
// how much of p went out. Octets of several writes are not mixed.
func (e *PipeEnd) Write(p []byte) (int, error) { return e.out.write(p) }

// CloseWrite closes the sending side: the other end reads io.EOF after what
// was written, and this end can go on reading.
func (e *PipeEnd) CloseWrite() error {
	if !e.out.closeWrite() {
		return net.ErrClosed
	}
	return nil
}

// Close closes the end. The other one reads io.EOF after what was written.
func (e *PipeEnd) Close() error {
	if e.closed.Swap(true) {
		return net.ErrClosed
	}
	e.out.closeWrite()
	e.in.closeRead()
	return nil
}

// Reset ends the connection as a reset does: what was written and not yet read
// is lost, and every call on either end gives ErrReset.
func (e *PipeEnd) Reset() {
	e.in.reset()
	e.out.reset()
}

// Unread tells how many octets wait to be read at this end.
func (e *PipeEnd) Unread() int { return e.in.unread() }

// SetDeadline sets both deadlines.
func (e *PipeEnd) SetDeadline(t time.Time) error {
	if err := e.SetReadDeadline(t); err != nil {
		return err
	}
	return e.SetWriteDeadline(t)
}

// SetReadDeadline sets the time after which reads fail with
// os.ErrDeadlineExceeded, those in progress too. The zero time is never.
func (e *PipeEnd) SetReadDeadline(t time.Time) error { return e.in.setReadDeadline(t) }

// SetWriteDeadline is SetReadDeadline for writes.
func (e *PipeEnd) SetWriteDeadline(t time.Time) error { return e.out.setWriteDeadline(t) }

// LocalAddr gives a PipeAddr.
func (e *PipeEnd) LocalAddr() net.Addr { return e.local }

// RemoteAddr gives the PipeAddr of the other end.
func (e *PipeEnd) RemoteAddr() net.Addr { return e.remote }

// PipeAddr is the address of an end of a pipe.
type PipeAddr string

// Network gives "pipe".
func (PipeAddr) Network() string { return "pipe" }

// String gives the name of the end.
func (a PipeAddr) String() string { return string(a) }

// errTimeout is what a deadline gives.
var errTimeout = os.ErrDeadlineExceeded
