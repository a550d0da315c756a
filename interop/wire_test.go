package interop

import (
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"longwire.example/ws"
	"longwire.example/ws/frame"
)

// wire keeps the frames of one connection, in both directions, as our end sees
// them.
type wire struct {
	mu       sync.Mutex
	received frame.Annotator
	sent     frame.Annotator
	frames   []wireFrame
}

type wireFrame struct {
	frame.Annotation
	direction ws.Direction
}

// newWire is for a connection on which this side is role.
func newWire(role ws.Role) *wire {
	w := &wire{
		received: frame.Annotator{From: frame.SideClient, MaxPayload: 24},
		sent:     frame.Annotator{From: frame.SideServer, MaxPayload: 24},
	}
	if role == ws.RoleClient {
		w.received.From, w.sent.From = frame.SideServer, frame.SideClient
	}
	return w
}

// trace is ws.Hooks.Trace.
func (w *wire) trace(_ *ws.Conn, d ws.Direction, octets []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	a := &w.received
	if d == ws.Sent {
		a = &w.sent
	}
	for len(octets) > 0 {
		an, n, ok := a.Next(octets)
		octets = octets[n:]
		if ok {
			w.frames = append(w.frames, wireFrame{an, d})
		}
	}
}

// all gives the frames of one direction.
func (w *wire) all(d ws.Direction) []wireFrame {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.frames), func(f wireFrame) bool { return f.direction != d })
}

// data gives the data frames of one direction.
func (w *wire) data(d ws.Direction) []wireFrame {
	return slices.DeleteFunc(w.all(d), func(f wireFrame) bool { return f.Header.Opcode().Control() })
}

// dump logs the frames, annotated, for whoever has to find out what happened.
func (w *wire) dump(t *testing.T) {
	t.Helper()
	const most = 40
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, f := range w.frames {
		if i == most {
			t.Logf("and %d frames more", len(w.frames)-most)
			break
		}
		t.Logf("%v\n%s", f.direction, f.Append(nil))
	}
	for _, a := range []*frame.Annotator{&w.received, &w.sent} {
		if an, ok := a.Flush(); ok {
			t.Logf("incomplete\n%s", an.Append(nil))
		}
	}
}

// closes gives the payloads of the Close frames of one direction.
func (w *wire) closes(d ws.Direction) []string {
	var all []string
	for _, f := range w.all(d) {
		if f.Header.Opcode() == frame.OpClose {
			all = append(all, string(f.Payload))
		}
	}
	return all
}

// checkRules finds violations in either direction.
func (w *wire) checkRules(t *testing.T) {
	t.Helper()
	for _, d := range []ws.Direction{ws.Sent, ws.Received} {
		for _, f := range w.all(d) {
			assert.NoError(t, f.Err, "%v frame, %s", d, f.Detail)
		}
	}
}
