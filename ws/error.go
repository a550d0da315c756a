package ws

import (
	"errors"
	"fmt"
	"net"
)

// Errors of misuse and of limits. They leave the connection as it is.
var (
	// ErrConcurrentRead is returned by a read while another one is in
	// progress: one goroutine reads a connection.
	ErrConcurrentRead = errors.New("ws: another read is in progress")
	// ErrBackpressure is returned by TryWrite when the queue is full, and on a
	// connection of a Server by every kind of write.
	ErrBackpressure = errors.New("ws: the connection's queue is full")
	// ErrStaleReader is returned by a Reader whose message was discarded
	// because the connection was read in another way since.
	ErrStaleReader = errors.New("ws: the reader's message was discarded by a later read")
	// ErrMessageType is returned when a message is neither Text nor Binary.
	ErrMessageType = errors.New("ws: message type is neither text nor binary")
	// ErrWriterClosed is returned by a Writer after Close.
	ErrWriterClosed = errors.New("ws: write to a closed message writer")
	// ErrEventLoop is returned by what would wait, on a connection of a Server:
	// OnMessage gets what comes, and Conn.Detach leads to where one may wait.
	ErrEventLoop = errors.New("ws: the connection is driven by callbacks of a Server")
	// ErrNoReader is returned by Ping when its context ended while nothing
	// read the connection, so that a Pong could not be seen.
	ErrNoReader = errors.New("ws: no read in progress that could receive the Pong")
)

// Causes that a CloseError may wrap.
var (
	// ErrKeepalive: nothing came from the peer after a keepalive Ping.
	ErrKeepalive = errors.New("ws: nothing received after a keepalive ping")
	// ErrCloseTimeout: the peer did not answer our Close in time.
	ErrCloseTimeout = errors.New("ws: the peer did not answer the close in time")
	// ErrWriteTimeout: the peer did not take what was written in time.
	ErrWriteTimeout = errors.New("ws: the peer did not take a write in time")
	// ErrNoClose: the transport ended without a Close frame.
	ErrNoClose = errors.New("ws: the transport ended without a close frame")
	// ErrClosedNow: this side called CloseNow.
	ErrClosedNow = errors.New("ws: closed without a closing handshake")
)

// CloseError is how a connection ended. Every call on an ended connection
// returns it.
//
// Code and Reason are those of the first Close frame received (sections
// 7.1.5 and 7.1.6): 1005 when it had no code, 1006 when none came. When this
// side failed the connection (7.1.7), they are those that it sent.
type CloseError struct {
	Code   StatusCode
	Reason string
	// Remote is true when the peer closed first.
	Remote bool
	// Err is the cause, when there is one besides the Close frame: a
	// *frame.Error for what the peer did wrong, an error of the transport,
	// or one of the causes of this package.
	Err error
}

// Error gives the code, the reason and the cause.
func (e *CloseError) Error() string {
	if e.Remote {
		return withReason(fmt.Sprintf("ws: connection closed by the peer: %v", e.Code), e.Reason)
	}
	if e.Err != nil {
		return fmt.Sprintf("ws: connection failed: %v: %v", e.Code, e.Err)
	}
	return withReason(fmt.Sprintf("ws: connection closed: %v", e.Code), e.Reason)
}

func withReason(s, reason string) string {
	if reason == "" {
		return s
	}
	return fmt.Sprintf("%s: %q", s, reason)
}

// Unwrap gives the cause.
func (e *CloseError) Unwrap() error { return e.Err }

// Is makes errors.Is(err, net.ErrClosed) true for every ended connection.
func (e *CloseError) Is(target error) bool { return target == net.ErrClosed }

// CloseStatus gives the code of the *CloseError in err's tree, or 0 when
// there is none.
func CloseStatus(err error) StatusCode {
	if e, ok := errors.AsType[*CloseError](err); ok {
		return e.Code
	}
	return 0
}

// clean tells whether the connection ended as a conversation normally does:
// the peer said that it is done, is going away, or gave no code.
func (e *CloseError) clean() bool {
	if e.Err != nil {
		return false
	}
	switch e.Code {
	case StatusNormalClosure, StatusGoingAway, StatusNoStatus:
		return true
	default:
		return false
	}
}
