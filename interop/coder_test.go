package interop

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/coder/websocket"

	"longwire.example/ws"
	"longwire.example/ws/frame"
)

var coder = implementation{
	name:  "coder",
	start: func(*testing.T) peer { return coderPeer{} },
}

type coderPeer struct{}

func (coderPeer) listen(t *testing.T, subprotocols []string) listener {
	return serveHTTP(t, func(w http.ResponseWriter, r *http.Request) (end, error) {
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: subprotocols})
		if err != nil {
			return nil, err
		}
		return newCoderEnd(t, c), nil
	})
}

func (coderPeer) dial(ctx context.Context, t *testing.T, url string, subprotocols []string) (end, error) {
	c, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{Subprotocols: subprotocols}) //nolint:bodyclose // its doc says that there is no need
	if err != nil {
		return nil, err
	}
	return newCoderEnd(t, c), nil
}

type coderEnd struct {
	c     *websocket.Conn
	queue chan event
}

func newCoderEnd(t *testing.T, c *websocket.Conn) *coderEnd {
	c.SetReadLimit(-1) // 32 KiB otherwise
	e := &coderEnd{c: c, queue: eventQueue()}
	run(t, c.CloseNow, e.read)
	return e
}

func (e *coderEnd) read() {
	defer close(e.queue)
	for {
		kind, payload, err := e.c.Read(context.Background())
		if err != nil {
			if ce, ok := errors.AsType[websocket.CloseError](err); ok {
				e.queue <- ended(frame.CloseCode(ce.Code), ce.Reason, err)
			} else {
				e.queue <- ended(frame.CloseAbnormal, "", err)
			}
			return
		}
		e.queue <- message(ws.MessageType(kind), payload)
	}
}

func (e *coderEnd) subprotocol() string  { return e.c.Subprotocol() }
func (e *coderEnd) events() <-chan event { return e.queue }

func (e *coderEnd) send(ctx context.Context, kind ws.MessageType, payload []byte) error {
	return e.c.Write(ctx, websocket.MessageType(kind), payload)
}

func (e *coderEnd) fragments(ctx context.Context, kind ws.MessageType, parts [][]byte, ping []byte) error {
	w, err := e.c.Writer(ctx, websocket.MessageType(kind))
	if err != nil {
		return err
	}
	for i, p := range parts {
		if _, err := w.Write(p); err != nil {
			return err
		}
		if i == 0 && ping != nil {
			if err := e.c.Ping(ctx); err != nil {
				return err
			}
		}
	}
	return w.Close()
}

// ping sends a payload of the library's own choice.
func (e *coderEnd) ping(ctx context.Context, _ []byte) error { return e.c.Ping(ctx) }

func (e *coderEnd) close(_ context.Context, code frame.CloseCode, reason string) error {
	go func() { _ = e.c.Close(websocket.StatusCode(code), reason) }() // waits for the other end
	return nil
}
