package bench

import (
	"context"
	"net"
	"net/http"

	"github.com/coder/websocket"
)

// coder compresses and inflates by compress/flate at level 1. With context
// takeover a connection keeps a whole compressor (flate.Writer) from its first
// compressed message on, and for what it receives the window, made in full,
// with which it primes a pooled flate.Reader for each message. It knows no
// windows but those of 15 bits. It never checks UTF-8.
var coderLibrary = library{
	name: "coder",
	can:  func(o choice) bool { return o.off || o.bits == 15 },
	with: func(o choice) maker {
		switch {
		case o.off:
			return coderMaker(websocket.CompressionDisabled)
		case o.takeover:
			return coderMaker(websocket.CompressionContextTakeover)
		default:
			return coderMaker(websocket.CompressionNoContextTakeover)
		}
	},
}

type coderMaker websocket.CompressionMode

func (m coderMaker) server(nc net.Conn) (e endpoint, err error) {
	err = hijacked(nc, func(w http.ResponseWriter, r *http.Request) error {
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{
			CompressionMode: websocket.CompressionMode(m), CompressionThreshold: 1,
		})
		e = newCoderEnd(c)
		return err
	})
	return e, err
}

func (m coderMaker) client(nc net.Conn) (endpoint, error) {
	t := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nc, nil }}
	c, _, err := websocket.Dial(context.Background(), "ws://localhost/", &websocket.DialOptions{ //nolint:bodyclose // its doc says that there is no need
		HTTPClient:      &http.Client{Transport: t},
		CompressionMode: websocket.CompressionMode(m), CompressionThreshold: 1,
	})
	return newCoderEnd(c), err
}

type coderEnd struct{ c *websocket.Conn }

func newCoderEnd(c *websocket.Conn) endpoint {
	if c != nil {
		c.SetReadLimit(-1) // 32 KiB otherwise
	}
	return coderEnd{c}
}

func (e coderEnd) write(m wsMessage) error {
	t := websocket.MessageBinary
	if m.text {
		t = websocket.MessageText
	}
	return e.c.Write(context.Background(), t, m.octets)
}

func (e coderEnd) read(buf []byte, take func([]byte) bool) error {
	return readEach(e.next, buf, take)
}

func (e coderEnd) next(buf []byte) ([]byte, error) {
	if buf == nil {
		_, p, err := e.c.Read(context.Background())
		return p, err
	}
	_, r, err := e.c.Reader(context.Background())
	if err != nil {
		return nil, err
	}
	return readAll(r, buf)
}

func (e coderEnd) close() { _ = e.c.CloseNow() }
