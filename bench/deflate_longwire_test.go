package bench

import (
	"context"
	"fmt"
	"net"

	"longwire.example/ws"
)

// Longwire compresses by its own encoder at level 0, which keeps a window and a
// hash table for each connection with context takeover; at level 1 by
// klauspost/compress/flate, of which it then keeps a whole compressor. Without
// takeover both are pooled. It inflates by its own inflater in both, and keeps
// the window alone.
var (
	longwire0 = newLongwire(0)
	longwire1 = newLongwire(1)
)

func newLongwire(level int) library {
	return library{
		name: fmt.Sprintf("longwire-level%d", level),
		can:  func(choice) bool { return true },
		with: func(o choice) maker { return longwireMaker{longwireOptions(o, level)} },
	}
}

// longwireOptions has neither keepalive nor a limit to how long a write takes,
// since nobody else has them.
func longwireOptions(o choice, level int) *ws.Options {
	s := &ws.Options{PingInterval: -1, WriteTimeout: -1}
	if !o.off {
		s.Compression = &ws.Compression{
			Level:                 level,
			ServerContextTakeover: o.takeover, ClientContextTakeover: o.takeover,
			ServerMaxWindowBits: o.bits, ClientMaxWindowBits: o.bits,
			Threshold: -1,
		}
	}
	return s
}

type longwireMaker struct{ options *ws.Options }

func (m longwireMaker) server(nc net.Conn) (endpoint, error) {
	c, err := ws.Upgrade(context.Background(), nc, m.options)
	return longwireEnd{c}, err
}

func (m longwireMaker) client(nc net.Conn) (endpoint, error) {
	c, _, err := ws.Dial(context.Background(), "ws://localhost/", &ws.DialOptions{
		Options: *m.options,
		NetDial: func(context.Context, string, string) (net.Conn, error) { return nc, nil },
	})
	return longwireEnd{c}, err
}

type longwireEnd struct{ c *ws.Conn }

func (m wsMessage) longwireType() ws.MessageType {
	if m.text {
		return ws.Text
	}
	return ws.Binary
}

func (e longwireEnd) write(m wsMessage) error {
	return e.c.Write(context.Background(), m.longwireType(), m.octets)
}

func (e longwireEnd) read(buf []byte, take func([]byte) bool) error {
	for {
		_, p, err := e.c.ReadInto(context.Background(), buf)
		if err != nil || !take(p) {
			return err
		}
	}
}

func (e longwireEnd) close() { _ = e.c.CloseNow() }
