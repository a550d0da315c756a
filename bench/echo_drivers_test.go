package bench

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"

	gobwas "github.com/gobwas/ws"

	"longwire.example/ws"
)

// driver is a library's way to serve a connection.
type driver struct {
	name string
	// open shakes hands; then echo sends each message back until the connection
	// ends. It is nil where the library accepts connections itself.
	open func(nc net.Conn) (echo func() error, err error)
	// serve does all of that with what is accepted, until it is stopped.
	serve func(ln net.Listener) (stop func())
}

// drivers are side by side in BenchmarkEcho, each with its defaults: those of
// Longwire include keepalive and a limit to how long a write takes.
var drivers = []driver{
	{name: "longwire-loop", serve: func(ln net.Listener) func() {
		s := &ws.Server{OnMessage: func(_ *ws.Conn, m ws.Message) { _ = m.Reply(m.Type, m.Data) }}
		go func() { _ = s.Serve(ln) }() // its error says that it was stopped
		return func() { _ = s.Close() }
	}},
	{name: "longwire-raw", open: func(nc net.Conn) (func() error, error) {
		c, err := ws.Upgrade(context.Background(), nc, nil)
		return func() error { return longwireEcho(c) }, err
	}},
	{name: "longwire-http", open: func(nc net.Conn) (echo func() error, err error) {
		err = hijacked(nc, func(w http.ResponseWriter, r *http.Request) error {
			c, err := ws.Accept(w, r, nil)
			echo = func() error { return longwireEcho(c) }
			return err
		})
		return echo, err
	}},
	{name: "gobwas", open: gobwasOpen},
	libraryDriver(gwsLibrary),
	libraryDriver(gorillaLibrary),
	libraryDriver(coderLibrary),
}

func longwireEcho(c *ws.Conn) error {
	for m, err := range c.Messages(context.Background()) {
		if err != nil {
			return err
		}
		if err := m.Reply(m.Type, m.Data); err != nil {
			return err
		}
	}
	return nil
}

// libraryDriver reads and writes by a library's simplest functions.
func libraryDriver(l library) driver {
	return driver{name: l.name, open: func(nc net.Conn) (func() error, error) {
		e, err := l.with(off).server(nc)
		return func() error {
			return e.read(nil, func(p []byte) bool { return e.write(wsMessage{octets: p}) == nil })
		}, err
	}}
}

// gobwasOpen is a loop by hand, which is what makes gobwas fast: buffered both
// ways, flushed when nothing more has come. Messages of several frames and
// control frames are left out.
func gobwasOpen(nc net.Conn) (func() error, error) {
	if _, err := gobwas.Upgrade(nc); err != nil {
		return nil, err
	}
	br, bw := bufio.NewReader(nc), bufio.NewWriter(nc)
	var payload []byte
	scratch := make([]byte, gobwas.MaxHeaderSize)
	return func() error {
		for {
			h, err := gobwas.ReadHeaderBuffer(br, scratch)
			if err != nil {
				return err
			}
			if h.Length > int64(cap(payload)) {
				payload = make([]byte, h.Length)
			}
			payload = payload[:h.Length]
			if _, err := io.ReadFull(br, payload); err != nil {
				return err
			}
			gobwas.Cipher(payload, h.Mask, 0)
			err = gobwas.WriteHeaderBuffer(bw, gobwas.Header{Fin: true, OpCode: h.OpCode, Length: h.Length}, scratch)
			if _, e := bw.Write(payload); err != nil || e != nil {
				return errors.Join(err, e)
			}
			if br.Buffered() == 0 {
				if err := bw.Flush(); err != nil {
					return err
				}
			}
		}
	}, nil
}
