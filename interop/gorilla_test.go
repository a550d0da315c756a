package interop

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"longwire.example/ws"
	"longwire.example/ws/frame"
)

var gorilla = implementation{
	name:  "gorilla",
	start: func(*testing.T) peer { return gorillaPeer{} },
}

type gorillaPeer struct{}

// gorillaBuffer is small, since a message goes out in fragments of this size.
const gorillaBuffer = 4096

func (gorillaPeer) listen(t *testing.T, subprotocols []string) listener {
	u := &websocket.Upgrader{Subprotocols: subprotocols, WriteBufferSize: gorillaBuffer}
	return serveHTTP(t, func(w http.ResponseWriter, r *http.Request) (end, error) {
		c, err := u.Upgrade(w, r, nil)
		if err != nil {
			return nil, err
		}
		return newGorillaEnd(t, c), nil
	})
}

func (gorillaPeer) dial(ctx context.Context, t *testing.T, url string, subprotocols []string) (end, error) {
	d := &websocket.Dialer{Subprotocols: subprotocols, WriteBufferSize: gorillaBuffer}
	c, resp, err := d.DialContext(ctx, url, nil)
	if err != nil {
		return nil, err
	}
	resp.Body.Close()
	return newGorillaEnd(t, c), nil
}

type gorillaEnd struct {
	c     *websocket.Conn
	mu    sync.Mutex // one writer at a time
	queue chan event
	pongs pongs
}

func newGorillaEnd(t *testing.T, c *websocket.Conn) *gorillaEnd {
	e := &gorillaEnd{c: c, queue: eventQueue(), pongs: newPongs()}
	c.SetPongHandler(func(payload string) error {
		e.pongs.came([]byte(payload))
		return nil
	})
	run(t, c.Close, e.read)
	return e
}

func (e *gorillaEnd) read() {
	defer close(e.queue)
	defer e.c.Close()
	for {
		kind, payload, err := e.c.ReadMessage()
		if err != nil {
			if ce, ok := errors.AsType[*websocket.CloseError](err); ok {
				e.queue <- ended(frame.CloseCode(ce.Code), ce.Text, err)
			} else {
				e.queue <- ended(frame.CloseAbnormal, "", err)
			}
			return
		}
		e.queue <- message(ws.MessageType(kind), payload)
	}
}

func (e *gorillaEnd) subprotocol() string  { return e.c.Subprotocol() }
func (e *gorillaEnd) events() <-chan event { return e.queue }

func (e *gorillaEnd) send(_ context.Context, kind ws.MessageType, payload []byte) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.c.WriteMessage(int(kind), payload)
}

func (e *gorillaEnd) fragments(ctx context.Context, kind ws.MessageType, parts [][]byte, ping []byte) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	w, err := e.c.NextWriter(int(kind))
	if err != nil {
		return err
	}
	for i, p := range parts {
		if _, err := w.Write(p); err != nil {
			return err
		}
		if i == 0 && ping != nil {
			if err := e.ping(ctx, ping); err != nil {
				return err
			}
		}
	}
	return w.Close()
}

func (e *gorillaEnd) ping(ctx context.Context, payload []byte) error {
	if err := e.c.WriteControl(websocket.PingMessage, payload, time.Now().Add(patience)); err != nil {
		return err
	}
	return e.pongs.wait(ctx, payload)
}

func (e *gorillaEnd) close(_ context.Context, code frame.CloseCode, reason string) error {
	payload := websocket.FormatCloseMessage(int(code), reason) // empty for 1005
	return e.c.WriteControl(websocket.CloseMessage, payload, time.Now().Add(patience))
}
