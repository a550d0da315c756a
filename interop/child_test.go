package interop

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/frame"
	"longwire.example/ws/handshake"
)

// A child is a program that has an implementation do what it is told. Commands
// go to its standard input as lines of JSON; each is answered by a done event
// with its id on standard output, where the events of all its connections come
// too.
type child struct {
	writing sync.Mutex // whole lines
	in      io.WriteCloser

	mu       sync.Mutex
	commands int
	waiting  map[string]chan childEvent // for the done event of a command
	opened   map[string]chan attempt    // for the connections of a listen or dial
	conns    map[string]*childEnd
	over     chan struct{} // closed after its last event
}

// childCommand is what a child is told.
type childCommand struct {
	ID           string          `json:"id"`
	Do           string          `json:"do"`
	Conn         string          `json:"conn,omitempty"`
	URL          string          `json:"url,omitempty"`
	Subprotocols []string        `json:"subprotocols,omitempty"`
	Deflate      *deflateOptions `json:"deflate,omitempty"`
	Kind         string          `json:"kind,omitempty"`
	Payload      []byte          `json:"payload"`
	Parts        [][]byte        `json:"parts,omitempty"`
	Ping         []byte          `json:"ping,omitempty"`
	Messages     []childMessage  `json:"messages,omitempty"`
	Code         frame.CloseCode `json:"code,omitempty"`
	Reason       string          `json:"reason"`
}

// childMessage is one of several messages that a child sends in a row, in
// fragments if it has more than one part.
type childMessage struct {
	Kind  string   `json:"kind"`
	Parts [][]byte `json:"parts"`
	Ping  []byte   `json:"ping,omitempty"` // after the first fragment
}

// childEvent is what a child tells.
type childEvent struct {
	Event       string // done, open, message, pong, closed, error
	ID          string // of the command that is done
	Error       string
	Port        int
	Maker       string // of a connection: the command that it came from
	Conn        string
	Subprotocol string
	Extensions  string                 // as they stand in the answer, where the implementation tells
	Deflate     *handshake.DeflateSide // what it does with permessage-deflate; nil: it does not, or does not tell
	Kind        string
	Payload     []byte
	Code        frame.CloseCode
	Reason      string
}

// startChild starts a program, which ends with the test.
func startChild(t *testing.T, env []string, argv ...string) *child {
	t.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	c := &child{
		in:      in,
		waiting: map[string]chan childEvent{},
		opened:  map[string]chan attempt{},
		conns:   map[string]*childEnd{},
		over:    make(chan struct{}),
	}
	go c.read(t, out)
	t.Cleanup(func() {
		in.Close() // it ends with its input
		kill := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
		<-c.over
		assert.NoError(t, cmd.Wait(), "%s", &stderr)
		kill.Stop()
		if t.Failed() {
			t.Logf("%q said:\n%s", argv, &stderr)
		}
	})
	return c
}

// read hands events on, in the order in which they come.
func (c *child) read(t *testing.T, out io.Reader) {
	defer close(c.over)
	for dec := json.NewDecoder(out); ; {
		var ev childEvent
		if err := dec.Decode(&ev); err != nil {
			if !errors.Is(err, io.EOF) {
				t.Errorf("the output of the peer: %v", err)
				_, _ = io.Copy(io.Discard, out)
			}
			return
		}
		c.mu.Lock()
		c.handle(ev)
		c.mu.Unlock()
	}
}

func (c *child) handle(ev childEvent) {
	switch e := c.conns[ev.Conn]; {
	case ev.Event == "done":
		if w := c.waiting[ev.ID]; w != nil {
			w <- ev
			delete(c.waiting, ev.ID)
		}
	case ev.Event == "open":
		e = &childEnd{child: c, opened: ev, conn: ev.Conn, queue: eventQueue(), pongs: newPongs()}
		c.conns[ev.Conn] = e
		c.opened[ev.Maker] <- attempt{end: e}
	case e == nil:
		// An event of no connection.
	case ev.Event == "message":
		kind := ws.Binary
		if ev.Kind == "text" {
			kind = ws.Text
		}
		e.queue <- message(kind, ev.Payload)
	case ev.Event == "pong":
		e.pongs.came(ev.Payload)
	case ev.Event == "error":
		e.failed = errors.New(ev.Error)
	case ev.Event == "closed":
		e.queue <- ended(ev.Code, ev.Reason, e.failed)
		close(e.queue)
		delete(c.conns, ev.Conn)
	}
}

// newID gives the id of a command, and the channel of the connections that come
// from it.
func (c *child) newID() (string, chan attempt) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.commands++
	id := strconv.Itoa(c.commands)
	attempts := make(chan attempt, 1)
	c.opened[id] = attempts
	return id, attempts
}

// tell sends a command and waits until it is done.
func (c *child) tell(ctx context.Context, command childCommand) (childEvent, error) {
	if command.ID == "" {
		command.ID, _ = c.newID()
	}
	line, err := json.Marshal(command)
	if err != nil {
		return childEvent{}, err
	}
	done := make(chan childEvent, 1)
	c.mu.Lock()
	c.waiting[command.ID] = done
	c.mu.Unlock()
	c.writing.Lock()
	_, err = c.in.Write(append(line, '\n'))
	c.writing.Unlock()
	if err != nil {
		return childEvent{}, err
	}
	select {
	case ev := <-done:
		if ev.Error != "" {
			return ev, errors.New(ev.Error)
		}
		return ev, nil
	case <-c.over:
		return childEvent{}, errors.New("the peer's program has ended")
	case <-ctx.Done():
		return childEvent{}, fmt.Errorf("the peer does not say that %s is done: %w", command.Do, ctx.Err())
	}
}

var _ peer = (*child)(nil)

func (c *child) listen(t *testing.T, subprotocols []string) listener {
	t.Helper()
	return c.listenAs(t, childCommand{Subprotocols: subprotocols})
}

func (c *child) dial(ctx context.Context, _ *testing.T, url string, subprotocols []string) (end, error) {
	return c.dialAs(ctx, url, childCommand{Subprotocols: subprotocols})
}

// listenAs is listen with all that a command can say.
func (c *child) listenAs(t *testing.T, command childCommand) listener {
	t.Helper()
	id, attempts := c.newID()
	command.ID, command.Do = id, "listen"
	ev, err := c.tell(t.Context(), command)
	require.NoError(t, err)
	return listener{url: fmt.Sprintf("ws://127.0.0.1:%d/interop", ev.Port), attempts: attempts}
}

// dialAs is dial with all that a command can say.
func (c *child) dialAs(ctx context.Context, url string, command childCommand) (end, error) {
	id, attempts := c.newID()
	command.ID, command.Do, command.URL = id, "dial", url
	if _, err := c.tell(ctx, command); err != nil {
		return nil, err
	}
	select {
	case a := <-attempts:
		return a.end, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// childEnd is an end of a connection in a child.
type childEnd struct {
	child  *child
	opened childEvent // what was told when it opened
	conn   string
	queue  chan event
	pongs  pongs
	failed error
}

func (e *childEnd) subprotocol() string  { return e.opened.Subprotocol }
func (e *childEnd) events() <-chan event { return e.queue }

func (e *childEnd) tell(ctx context.Context, command childCommand) error {
	command.Conn = e.conn
	_, err := e.child.tell(ctx, command)
	return err
}

func (e *childEnd) send(ctx context.Context, kind ws.MessageType, payload []byte) error {
	return e.tell(ctx, childCommand{Do: "send", Kind: kind.String(), Payload: payload})
}

func (e *childEnd) fragments(ctx context.Context, kind ws.MessageType, parts [][]byte, ping []byte) error {
	return e.tell(ctx, childCommand{Do: "fragments", Kind: kind.String(), Parts: parts, Ping: ping})
}

func (e *childEnd) ping(ctx context.Context, payload []byte) error {
	if err := e.tell(ctx, childCommand{Do: "ping", Payload: payload}); err != nil {
		return err
	}
	return e.pongs.wait(ctx, payload)
}

func (e *childEnd) close(ctx context.Context, code frame.CloseCode, reason string) error {
	return e.tell(ctx, childCommand{Do: "close", Code: code, Reason: reason})
}
