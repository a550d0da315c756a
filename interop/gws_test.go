package interop

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	lxzan "github.com/lxzan/gws"

	"longwire.example/ws"
	"longwire.example/ws/frame"
)

var gws = implementation{
	name:  "gws",
	start: func(*testing.T) peer { return gwsPeer{} },
	cannot: map[string]string{
		"ping between fragments": "it sends fragments in one call that can't be interrupted",
	},
	declines: map[string]string{
		"no subprotocol is spoken": "its client insists on a subprotocol when it offers some",
	},
}

type gwsPeer struct{}

func (gwsPeer) listen(t *testing.T, subprotocols []string) listener {
	return serveHTTP(t, func(w http.ResponseWriter, r *http.Request) (end, error) {
		e := newGwsEnd()
		u := lxzan.NewUpgrader(e, &lxzan.ServerOption{SubProtocols: subprotocols, CheckUtf8Enabled: true})
		c, err := u.Upgrade(w, r)
		if err != nil {
			return nil, err
		}
		e.start(t, c)
		return e, nil
	})
}

func (gwsPeer) dial(_ context.Context, t *testing.T, url string, subprotocols []string) (end, error) {
	e := newGwsEnd()
	o := &lxzan.ClientOption{Addr: url, CheckUtf8Enabled: true, RequestHeader: http.Header{}}
	if len(subprotocols) > 0 {
		o.RequestHeader.Set("Sec-WebSocket-Protocol", strings.Join(subprotocols, ", "))
	}
	c, _, err := lxzan.NewClient(e, o) //nolint:bodyclose // a 101 has none
	if err != nil {
		return nil, err
	}
	e.start(t, c)
	return e, nil
}

// gwsEnd is the library's event handler too.
type gwsEnd struct {
	lxzan.BuiltinEventHandler
	c     *lxzan.Conn
	queue chan event
	pongs pongs
}

func newGwsEnd() *gwsEnd { return &gwsEnd{queue: eventQueue(), pongs: newPongs()} }

func (e *gwsEnd) start(t *testing.T, c *lxzan.Conn) {
	e.c = c
	run(t, c.NetConn().Close, c.ReadLoop)
}

func (e *gwsEnd) OnClose(_ *lxzan.Conn, err error) {
	defer close(e.queue)
	ce, ok := errors.AsType[*lxzan.CloseError](err)
	switch {
	case !ok:
		e.queue <- ended(frame.CloseAbnormal, "", err)
	case ce.Code == 0: // its way to say that there was none
		e.queue <- ended(frame.CloseNoStatus, "", err)
	default:
		e.queue <- ended(frame.CloseCode(ce.Code), string(ce.Reason), err)
	}
}

func (e *gwsEnd) OnPing(c *lxzan.Conn, payload []byte) { _ = c.WritePong(payload) }
func (e *gwsEnd) OnPong(_ *lxzan.Conn, payload []byte) { e.pongs.came(payload) }
func (e *gwsEnd) OnMessage(_ *lxzan.Conn, m *lxzan.Message) {
	e.queue <- message(ws.MessageType(m.Opcode), bytes.Clone(m.Bytes()))
	m.Close()
}

func (e *gwsEnd) subprotocol() string  { return e.c.SubProtocol() }
func (e *gwsEnd) events() <-chan event { return e.queue }

func (e *gwsEnd) send(_ context.Context, kind ws.MessageType, payload []byte) error {
	return e.c.WriteMessage(lxzan.Opcode(kind), payload)
}

// fragments leaves the cuts to the library: one every 128 KiB.
func (e *gwsEnd) fragments(_ context.Context, kind ws.MessageType, parts [][]byte, _ []byte) error {
	return e.c.WriteFile(lxzan.Opcode(kind), bytes.NewReader(bytes.Join(parts, nil)))
}

func (e *gwsEnd) ping(ctx context.Context, payload []byte) error {
	if err := e.c.WritePing(payload); err != nil {
		return err
	}
	return e.pongs.wait(ctx, payload)
}

// close ends the TCP connection at once when there is a code: the library does
// not wait for our answer.
func (e *gwsEnd) close(_ context.Context, code frame.CloseCode, reason string) error {
	if code == frame.CloseNoStatus {
		return e.c.WriteMessage(lxzan.OpcodeCloseConnection, nil)
	}
	return e.c.WriteClose(uint16(code), []byte(reason))
}
