package bench

import (
	"bytes"
	"context"
	"net"
	"syscall"
)

// dial makes a client over TCP. One that is stalled has a small buffer, and
// reads nothing.
func (c *crowd) dial(ctx context.Context, stalled bool) error {
	d := net.Dialer{}
	if stalled {
		d.Control = func(_, _ string, raw syscall.RawConn) (err error) {
			_ = raw.Control(func(fd uintptr) {
				err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 1)
			})
			return err
		}
	}
	conn, err := d.DialContext(ctx, "tcp", c.srv.Listener.Addr().String())
	if err != nil {
		return err
	}
	if _, err := conn.Write([]byte("GET /?stream=news HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")); err != nil {
		return err
	}
	c.wg.Go(func() {
		defer conn.Close()
		defer context.AfterFunc(ctx, func() { conn.Close() })()
		if stalled {
			<-c.release
			return
		}
		c.read(conn)
	})
	return nil
}

// read counts messages until the connection ends. What their field begins with
// may be cut anywhere.
func (c *crowd) read(conn net.Conn) {
	field := []byte("\ndata: ")
	buf := make([]byte, 4<<10)
	kept := 0
	for {
		n, err := conn.Read(buf[kept:])
		if err != nil {
			return
		}
		have := buf[:kept+n]
		c.count(int64(bytes.Count(have, field)))
		// Less than a whole field is looked at again.
		kept = copy(buf, have[max(len(have)-len(field)+1, 0):])
	}
}
