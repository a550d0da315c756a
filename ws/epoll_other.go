//go:build !linux

package ws

import (
	"errors"
	"net"
	"time"
)

// Where there is no epoll, goroutines drive the connections of a Server. Nothing
// of this is called there: newPoller is not.

const hasLoop = false

type poller struct{}

func newPoller() (*poller, error) { return nil, errors.ErrUnsupported }

type interest uint8

const (
	interestRead interest = 1 << iota
	interestWrite
)

func (*poller) close()                                {}
func (*poller) add(socket, handle, interest) error    { return errors.ErrUnsupported }
func (*poller) modify(socket, handle, interest) error { return errors.ErrUnsupported }
func (*poller) remove(socket) error                   { return errors.ErrUnsupported }
func (*poller) poll() int                             { return 0 }
func (*poller) wait() (int, error)                    { return 0, errors.ErrUnsupported }
func (*poller) setDeadline(time.Time)                 {}

func (*poller) event(int) (handle, interest, bool) { return handle{}, 0, false }

type socket int32

const maxVector = 1

func (socket) read([]byte) (int, error)             { return 0, errors.ErrUnsupported }
func (socket) write([]byte) (int, error)            { return 0, errors.ErrUnsupported }
func (socket) writev([]byte, [][]byte) (int, error) { return 0, errors.ErrUnsupported }
func (socket) closeWrite() error                    { return errors.ErrUnsupported }
func (socket) close()                               {}
func (socket) unread() bool                         { return false }
func (socket) failure() error                       { return nil }
func (socket) local() net.Addr                      { return nil }
func (socket) conn() (net.Conn, error)              { return nil, errors.ErrUnsupported }

func acceptSocket(uintptr) (socket, endpoint, bool, error) {
	return 0, endpoint{}, false, errors.ErrUnsupported
}

func prepareListener(uintptr) {}
