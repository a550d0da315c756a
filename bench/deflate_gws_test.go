package bench

import (
	"bufio"
	"net"
	"net/http"

	"github.com/lxzan/gws"
)

// gws compresses and inflates by klauspost/compress/flate. With context
// takeover it keeps both windows of a connection, made in full when it begins,
// and primes a shared coder with the window for each message (ResetDict). A
// server has 32 such coders for all of its connections, a client one of its
// own. Below a window of 15 bits its level has no effect. It inflates a whole
// message into a buffer of the coder's, and copies it into one from a pool,
// which is what it hands out. It checks UTF-8 in both directions or in none; it
// does here where it only reads, as nobody else checks what is written.
var gwsLibrary = library{
	name: "gws",
	can:  func(choice) bool { return true },
	with: func(o choice) maker {
		m := gwsMaker{checks: o.reads, deflate: gws.PermessageDeflate{
			Enabled:               !o.off,
			Level:                 1,
			Threshold:             1, // 0 stands for 512
			ServerContextTakeover: o.takeover, ClientContextTakeover: o.takeover,
			ServerMaxWindowBits: o.bits, ClientMaxWindowBits: o.bits,
		}}
		m.upgrader = gws.NewUpgrader(gwsEvents{}, &gws.ServerOption{
			PermessageDeflate: m.deflate, CheckUtf8Enabled: m.checks, NewSession: newGwsSession,
		})
		return m
	},
}

type gwsMaker struct {
	upgrader *gws.Upgrader
	deflate  gws.PermessageDeflate
	checks   bool
}

func (m gwsMaker) server(nc net.Conn) (endpoint, error) {
	br := bufio.NewReaderSize(nc, 4<<10) // as its own server has it
	r, err := http.ReadRequest(br)
	if err != nil {
		return nil, err
	}
	return gwsEndOf(m.upgrader.UpgradeFromConn(nc, br, r))
}

func (m gwsMaker) client(nc net.Conn) (endpoint, error) {
	c, _, err := gws.NewClientFromConn(gwsEvents{}, &gws.ClientOption{ //nolint:bodyclose // a 101 has none
		Addr: "ws://localhost/", PermessageDeflate: m.deflate, CheckUtf8Enabled: m.checks, NewSession: newGwsSession,
	}, nc)
	return gwsEndOf(c, err)
}

// gwsEnd is the connection's session, too, which is how an event finds it.
type gwsEnd struct {
	gws.SessionStorage // nil: nothing is stored
	c                  *gws.Conn
	take               func([]byte) bool
	err                error
}

func newGwsSession() gws.SessionStorage { return &gwsEnd{} }

func gwsEndOf(c *gws.Conn, err error) (endpoint, error) {
	if err != nil {
		return nil, err
	}
	e := c.Session().(*gwsEnd)
	e.c = c
	return e, nil
}

func (e *gwsEnd) write(m wsMessage) error {
	op := gws.OpcodeBinary
	if m.text {
		op = gws.OpcodeText
	}
	return e.c.WriteMessage(op, m.octets)
}

func (e *gwsEnd) read(_ []byte, take func([]byte) bool) error {
	e.take = take
	e.c.ReadLoop()
	return e.err
}

func (e *gwsEnd) close() { _ = e.c.NetConn().Close() }

type gwsEvents struct{ gws.BuiltinEventHandler }

func (gwsEvents) OnMessage(c *gws.Conn, m *gws.Message) {
	if e := c.Session().(*gwsEnd); !e.take(m.Bytes()) {
		e.close() // there is no other way to end its loop
	}
	_ = m.Close()
}

func (gwsEvents) OnClose(c *gws.Conn, err error) { c.Session().(*gwsEnd).err = err }
