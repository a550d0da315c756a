package bench

import (
	"net"
	"net/http"

	"github.com/gorilla/websocket"
)

// gorilla compresses and inflates by compress/flate, at level 1 unless told
// otherwise, each message by itself with pooled coders: it never agrees on
// context takeover and knows no windows. It compresses every message however
// short, and writes a long one as several frames, each as long as its buffer.
// It never checks UTF-8.
var gorillaLibrary = library{
	name: "gorilla",
	can:  func(o choice) bool { return o.off || !o.takeover && o.bits == 15 },
	with: func(o choice) maker { return gorillaMaker{!o.off} },
}

type gorillaMaker struct{ compress bool }

func (m gorillaMaker) server(nc net.Conn) (e endpoint, err error) {
	err = hijacked(nc, func(w http.ResponseWriter, r *http.Request) error {
		u := websocket.Upgrader{EnableCompression: m.compress}
		c, err := u.Upgrade(w, r, nil)
		e = gorillaEnd{c}
		return err
	})
	return e, err
}

func (m gorillaMaker) client(nc net.Conn) (endpoint, error) {
	d := websocket.Dialer{
		EnableCompression: m.compress,
		NetDial:           func(string, string) (net.Conn, error) { return nc, nil },
	}
	c, _, err := d.Dial("ws://localhost/", nil) //nolint:bodyclose // a 101 has none
	return gorillaEnd{c}, err
}

type gorillaEnd struct{ c *websocket.Conn }

func (m wsMessage) gorillaType() int {
	if m.text {
		return websocket.TextMessage
	}
	return websocket.BinaryMessage
}

func (e gorillaEnd) write(m wsMessage) error { return e.c.WriteMessage(m.gorillaType(), m.octets) }

func (e gorillaEnd) read(buf []byte, take func([]byte) bool) error {
	return readEach(e.next, buf, take)
}

func (e gorillaEnd) next(buf []byte) ([]byte, error) {
	if buf == nil {
		_, p, err := e.c.ReadMessage()
		return p, err
	}
	_, r, err := e.c.NextReader()
	if err != nil {
		return nil, err
	}
	return readAll(r, buf)
}

func (e gorillaEnd) close() { _ = e.c.Close() }
