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

func (*poller) close()                       {}
func (*poller) add(socket, handle) error     { return errors.ErrUnsupported }
func (*poller) addRoom(socket, handle) error { return errors.ErrUnsupported }
func (*poller) remove(socket) error          { return errors.ErrUnsupported }
func (*poller) poll() bool                   { return false }
func (*poller) wait() error                  { return errors.ErrUnsupported }
func (*poller) next() *event                 { return nil }
func (*poller) setDeadline(time.Time)        {}

type event struct{}

func (*event) handle() handle   { return handle{} }
func (*event) ready() readiness { return 0 }
func (*event) failed() bool     { return false }

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
