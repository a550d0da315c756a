package interop

import (
	"context"
	"errors"
	"fmt"

	"longwire.example/ws"
	"longwire.example/ws/frame"
)

// end is one end of a connection of any implementation. What it receives comes
// from events, which is closed after the end of the connection.
type end interface {
	// subprotocol is the one agreed on, "" for none.
	subprotocol() string

	// send sends one message.
	send(ctx context.Context, kind ws.MessageType, payload []byte) error

	// fragments sends one message in several frames: one for each part where
	// the implementation leaves that to its caller. A ping that is not nil is
	// the payload of a Ping after the first.
	fragments(ctx context.Context, kind ws.MessageType, parts [][]byte, ping []byte) error

	// ping sends a Ping and returns when its Pong has come. Implementations
	// that choose payloads themselves ignore the one that is given.
	ping(ctx context.Context, payload []byte) error

	// close starts the closing handshake, without a code for CloseNoStatus.
	close(ctx context.Context, code frame.CloseCode, reason string) error

	events() <-chan event
}

// event is what an end received: a message, or the end of the connection.
type event struct {
	closed bool

	// Of a message.
	kind    ws.MessageType
	payload []byte

	// Of the end: code and reason as the implementation reports them, and
	// what else it says.
	code   frame.CloseCode
	reason string
	err    error
}

func message(kind ws.MessageType, payload []byte) event {
	return event{kind: kind, payload: payload}
}

func ended(code frame.CloseCode, reason string, err error) event {
	return event{closed: true, code: code, reason: reason, err: err}
}

func (e event) String() string {
	if e.closed {
		return fmt.Sprintf("end of the connection: %v %q (%v)", e.code, e.reason, e.err)
	}
	return fmt.Sprintf("%v message of %d octets", e.kind, len(e.payload))
}

// eventQueue has room for everything that a scenario sends, so that no end ever
// stops reading.
func eventQueue() chan event { return make(chan event, 1024) }

// next waits for the next event of an end.
func next(ctx context.Context, e end) (event, error) {
	select {
	case ev, ok := <-e.events():
		if !ok {
			return event{}, errors.New("nothing more comes from this end")
		}
		return ev, nil
	case <-ctx.Done():
		return event{}, errors.New("nothing came in time")
	}
}

// pongs lets callers wait until a Pong with a certain payload has come. It is
// for implementations that have a callback instead.
type pongs struct{ c chan string }

func newPongs() pongs { return pongs{make(chan string, 16)} }

// came is the callback.
func (p pongs) came(payload []byte) {
	select {
	case p.c <- string(payload):
	default: // nobody waits for so many
	}
}

func (p pongs) wait(ctx context.Context, payload []byte) error {
	for {
		select {
		case got := <-p.c:
			if got == string(payload) {
				return nil
			}
		case <-ctx.Done():
			return fmt.Errorf("no Pong with %q: %w", payload, ctx.Err())
		}
	}
}
