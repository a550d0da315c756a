package bench

import (
	"context"
	"net"

	"longwire.example/ws"
)

// Longwire compresses by its own encoder at level 0, which keeps a window and a
// hash table for each connection with context takeover, or with WindowOnly the
// window alone; at level 1 by klauspost/compress/flate, of which it then keeps a
// whole compressor. Without takeover all of it is pooled. It inflates by its own
// inflater in each case, and keeps the window alone.
var (
	longwire0      = newLongwire("longwire-level0", ws.Compression{})
	longwireWindow = newLongwire("longwire-window", ws.Compression{WindowOnly: true})
	longwire1      = newLongwire("longwire-level1", ws.Compression{Level: 1})
)

func newLongwire(name string, as ws.Compression) library {
	return library{
		name: name,
		can:  func(o choice) bool { return !as.WindowOnly || o.takeover },
		with: func(o choice) maker { return longwireMaker{longwireOptions(o, as)} },
	}
}

// longwireOptions has neither keepalive nor a limit to how long a write takes,
// since nobody else has them.
func longwireOptions(o choice, as ws.Compression) *ws.Options {
	s := &ws.Options{PingInterval: -1, WriteTimeout: -1}
	if !o.off {
		as.ServerContextTakeover, as.ClientContextTakeover = o.takeover, o.takeover
		as.ServerMaxWindowBits, as.ClientMaxWindowBits = o.bits, o.bits
		as.Threshold = -1
		s.Compression = &as
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
