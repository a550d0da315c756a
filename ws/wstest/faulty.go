package wstest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// ErrFault is what a Fault of kind FaultFail or FaultHangup gives, unless it has
// an error of its own.
var ErrFault = errors.New("wstest: injected fault")

// FaultKind says what happens when a direction has passed as many octets as
// its Fault lets through.
type FaultKind uint8

const (
	// FaultNone lets everything pass.
	FaultNone FaultKind = iota
	// FaultCut ends the call that comes there, and the next one goes on. A
	// write is passed on in two.
	FaultCut
	// FaultShort is FaultCut, but a write ends with io.ErrShortWrite.
	FaultShort
	// FaultFail gives the error in every further call.
	FaultFail
	// FaultHangup closes the transport, and every further call in either
	// direction gives the error.
	FaultHangup
	// FaultStall makes calls wait until their deadline or until Close.
	FaultStall
)

// Fault is what goes wrong in one direction.
type Fault struct {
	Kind  FaultKind
	After int64 // octets that pass before it
	Err   error // of FaultFail and FaultHangup; nil means ErrFault
}

// Faults sets what a FaultyConn does. The zero value does nothing.
type Faults struct {
	// ReadPiece is the most octets that one Read gives; WritePiece is the most
	// that one Write of the transport gets, so a Write becomes several. Zero is
	// no limit.
	ReadPiece, WritePiece int
	// Read and Write are the faults of the two directions.
	Read, Write Fault
}

// FaultyConn is a net.Conn that fails in chosen ways.
type FaultyConn struct {
	inner  net.Conn
	faults Faults

	mu       sync.Mutex
	changed  sync.Cond
	closed   bool
	hungUp   error
	received int64
	sent     int64
	read     deadline // for those who stall
	write    deadline
}

var _ net.Conn = (*FaultyConn)(nil)

// Faulty wraps a connection. Deadlines are passed on and hold for stalls too.
func Faulty(c net.Conn, f Faults) *FaultyConn {
	w := &FaultyConn{inner: c, faults: f}
	w.changed.L = &w.mu
	return w
}

// Octets tells how many octets have passed in each direction.
func (c *FaultyConn) Octets() (received, sent int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.received, c.sent
}

// Read reads from the transport what the faults let through.
func (c *FaultyConn) Read(p []byte) (int, error) {
	if n := c.faults.ReadPiece; n > 0 && len(p) > n {
		p = p[:n]
	}
	n, err := c.admit(c.faults.Read, &c.received, &c.read, len(p))
	if err != nil {
		return 0, err
	}
	n, err = c.inner.Read(p[:n])
	c.mu.Lock()
	defer c.mu.Unlock()
	c.received += int64(n)
	if err != nil && c.hungUp != nil {
		err = c.hungUp
	}
	return n, err
}

// Write passes to the transport what the faults let through.
func (c *FaultyConn) Write(p []byte) (n int, err error) {
	for {
		piece := p
		if k := c.faults.WritePiece; k > 0 && len(piece) > k {
			piece = piece[:k]
		}
		k, err := c.admit(c.faults.Write, &c.sent, &c.write, len(piece))
		if err != nil {
			return n, err
		}
		k, err = c.inner.Write(piece[:k])
		n += k
		p = p[k:]
		c.mu.Lock()
		c.sent += int64(k)
		short := c.faults.Write.Kind == FaultShort && c.sent == c.faults.Write.After && len(p) > 0
		if err != nil && c.hungUp != nil {
			err = c.hungUp
		}
		c.mu.Unlock()
		switch {
		case err != nil || len(p) == 0:
			return n, err
		case short:
			return n, io.ErrShortWrite
		}
	}
}

// admit tells how many of n octets may pass now. When it is none, the fault
// has happened.
func (c *FaultyConn) admit(f Fault, passed *int64, d *deadline, n int) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		switch {
		case c.closed:
			return 0, net.ErrClosed
		case c.hungUp != nil:
			return 0, c.hungUp
		}
		left := f.After - *passed
		if n == 0 || f.Kind == FaultNone || left < 0 || left == 0 && (f.Kind == FaultCut || f.Kind == FaultShort) {
			return n, nil
		}
		if left > 0 {
			return int(min(int64(n), left)), nil
		}
		err := f.Err
		if err == nil {
			err = ErrFault
		}
		switch f.Kind {
		case FaultHangup:
			c.hungUp = err
			c.changed.Broadcast()
			c.mu.Unlock() // Close may take its time, over TLS for one
			_ = c.inner.Close()
			c.mu.Lock()
			return 0, err
		case FaultStall:
			if d.expired {
				return 0, os.ErrDeadlineExceeded
			}
			c.changed.Wait()
		case FaultNone, FaultCut, FaultShort, FaultFail:
			return 0, err
		default:
			return 0, err
		}
	}
}

// CloseWrite closes the sending side of the transport, if it can do that.
func (c *FaultyConn) CloseWrite() error {
	w, ok := c.inner.(interface{ CloseWrite() error })
	if !ok {
		return fmt.Errorf("wstest: %T has no CloseWrite", c.inner)
	}
	return w.CloseWrite()
}

// Close closes the transport and wakes those who stall.
func (c *FaultyConn) Close() error {
	c.mu.Lock()
	c.closed = true
	c.read.stop()
	c.write.stop()
	c.changed.Broadcast()
	c.mu.Unlock()
	return c.inner.Close()
}

// SetDeadline sets both deadlines.
func (c *FaultyConn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

// SetReadDeadline sets the deadline of reads, stalled ones too.
func (c *FaultyConn) SetReadDeadline(t time.Time) error {
	c.setDeadline(&c.read, t)
	return c.inner.SetReadDeadline(t)
}

// SetWriteDeadline sets the deadline of writes, stalled ones too.
func (c *FaultyConn) SetWriteDeadline(t time.Time) error {
	c.setDeadline(&c.write, t)
	return c.inner.SetWriteDeadline(t)
}

func (c *FaultyConn) setDeadline(d *deadline, t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		d.set(t, &c.changed)
	}
}

// LocalAddr gives that of the transport.
func (c *FaultyConn) LocalAddr() net.Addr { return c.inner.LocalAddr() }

// RemoteAddr gives that of the transport.
func (c *FaultyConn) RemoteAddr() net.Addr { return c.inner.RemoteAddr() }
