package ws

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"

	"longwire.example/ws/frame"
)

// NetConn gives c as a net.Conn, to carry a protocol that wants a stream.
//
// Read reads the payloads of messages of type t one after the other, and
// nothing of where one ends shows. A message of the other type fails the
// connection with 1003 (unsupported data). When the peer closes with 1000,
// 1001 or no code, Read gives io.EOF; any other end is a *CloseError.
//
// Write sends one message; text has to be UTF-8. Close is Conn.Close with
// 1000: it gives a Write in progress and the peer CloseTimeout, and a Read in
// progress ends at once. There is no way to close only one direction.
//
// Deadlines interrupt calls in progress and can be moved. A Read that meets
// its deadline leaves the connection usable. So does a Write, unless part of
// its message has gone out: then the connection ends, since the rest of a
// frame can't be left out.
//
// Reads, writes, deadlines and Close may be called from any goroutine. c is
// not to be read in another way meanwhile.
func NetConn(c *Conn, t MessageType) net.Conn {
	n := &netConn{c: c, typ: t}
	n.reads.init()
	n.writes.init()
	return n
}

type netConn struct {
	c      *Conn
	typ    MessageType
	busy   lock    // held by a Read
	r      *Reader // the message that is being read, if any
	reads  deadlineContext
	writes deadlineContext
	closed atomic.Bool
}

// Read gives what is left of a message, or waits for the next one.
//
//req:impl RFC6455-7.4.1-02
func (n *netConn) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n.busy.lock(nil, nil) // its holder meets the same deadline
	defer n.busy.unlock()
	ctx := n.reads.current()
	for {
		if n.r == nil {
			t, r, err := n.c.Reader(ctx)
			if err != nil {
				return 0, n.readError(err)
			}
			if t != n.typ&^plainBit {
				return 0, n.c.fail(frame.ErrUnsupportedData)
			}
			n.r = r
		}
		n.r.SetContext(ctx)
		k, err := n.r.Read(p)
		switch {
		case errors.Is(err, io.EOF):
			n.r = nil // also when it was empty
		case err != nil:
			return k, n.readError(err)
		default:
			return k, nil
		}
	}
}

func (n *netConn) readError(err error) error {
	var e *CloseError
	switch {
	case n.closed.Load():
		return net.ErrClosed
	case errors.As(err, &e):
		if e.clean() {
			return io.EOF
		}
		return e
	case errors.Is(err, context.Canceled), isTimeout(err):
		return os.ErrDeadlineExceeded
	default:
		return err
	}
}

// Write sends p as one message.
func (n *netConn) Write(p []byte) (int, error) {
	ended := n.c.result.Load() != nil
	err := n.c.Write(n.writes.current(), n.typ, p)
	switch {
	case err == nil:
		return len(p), nil
	case n.closed.Load():
		return 0, net.ErrClosed
	case !ended && (errors.Is(err, context.Canceled) || errors.Is(err, os.ErrDeadlineExceeded)):
		// What comes after this says how it left the connection.
		return 0, os.ErrDeadlineExceeded
	default:
		return 0, err
	}
}

// Close closes the connection with 1000. It gives nil when the peer closed its
// side too, or had done so before.
func (n *netConn) Close() error {
	if n.closed.Swap(true) {
		return net.ErrClosed
	}
	n.reads.close()
	defer n.writes.close()
	return n.c.Close(StatusNormalClosure, "")
}

func (n *netConn) LocalAddr() net.Addr  { return n.c.nc.LocalAddr() }
func (n *netConn) RemoteAddr() net.Addr { return n.c.nc.RemoteAddr() }

func (n *netConn) SetDeadline(t time.Time) error {
	if err := n.SetReadDeadline(t); err != nil {
		return err
	}
	return n.SetWriteDeadline(t)
}

func (n *netConn) SetReadDeadline(t time.Time) error  { return n.reads.set(t) }
func (n *netConn) SetWriteDeadline(t time.Time) error { return n.writes.set(t) }
