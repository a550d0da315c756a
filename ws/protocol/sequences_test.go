package protocol_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// letter is one frame that a peer may send.
type letter struct {
	name    string
	first   byte
	payload string
}

var alphabet = []letter{
	{"text", fin | opText, "t"},
	{"text-", opText, "\xc3"}, // half a code point
	{"binary", fin | opBinary, "b"},
	{"binary-", opBinary, "\xff"},
	{"cont", fin | opCont, "\xa9"}, // the other half
	{"cont-", opCont, ""},
	{"ping", fin | opPing, "p"},
	{"pong", fin | opPong, ""},
	{"close", fin | opClose, "\x03\xe8"},
}

// model follows a conversation frame by frame, the slow and obvious way.
type model struct {
	message string // opcode of the message that is open: "", "text", "binary"
	soFar   string
	half    bool // the text so far ends in half a code point
	items   []item
	err     error
}

func (m model) step(l letter) model {
	if m.err != nil {
		return m
	}
	m.items = slices.Clip(m.items)
	open := func(kind string) {
		if m.message != "" {
			m.err = frame.ErrInterleaved
			return
		}
		m.message, m.soFar, m.half = kind, "", false
	}
	add := func(last bool) {
		if m.err != nil {
			return
		}
		if m.message == "text" {
			for _, c := range []byte(l.payload) {
				lead, rest := c == 0xc3, c == 0xa9
				if rest != m.half {
					m.err = frame.ErrInvalidUTF8
					return
				}
				m.half = lead
			}
			if last && m.half {
				m.err = frame.ErrInvalidUTF8
				return
			}
		}
		m.soFar += l.payload
		if last {
			op := frame.OpText
			if m.message == "binary" {
				op = frame.OpBinary
			}
			m.items = append(m.items, item{Op: op, Payload: m.soFar})
			m.message = ""
		}
	}
	switch l.name {
	case "text", "text-":
		open("text")
		add(l.name == "text")
	case "binary", "binary-":
		open("binary")
		add(l.name == "binary")
	case "cont", "cont-":
		if m.message == "" {
			m.err = frame.ErrContinuation
			break
		}
		add(l.name == "cont")
	case "ping":
		m.items = append(m.items, ping(l.payload))
	case "pong":
		m.items = append(m.items, pong(l.payload))
	case "close":
		m.items = append(m.items, closing(l.payload))
		m.err = protocol.ErrClosed
	}
	return m
}

// Every sequence of up to six frames out of nine, in both roles.
//
//req:test RFC6455-5.4-03 RFC6455-5.4-04 RFC6455-5.4-05 RFC6455-5.4-08
//req:test RFC6455-6.2-04 RFC6455-7.1.7-07
func TestEverySequence(t *testing.T) {
	for _, role := range []protocol.Role{protocol.Server, protocol.Client} {
		wires := make([][]byte, len(alphabet))
		for i, l := range alphabet {
			wires[i] = encoder(role)(l.first, l.payload)
		}
		visited := 0
		var buf [16]byte
		var walk func(c walker, m model, depth int)
		walk = func(c walker, m model, depth int) {
			visited++
			if depth == 0 {
				return
			}
			for i, l := range alphabet {
				next, want := c, m.step(l)
				b := buf[:copy(buf[:], wires[i])]
				next.take(t, b)
				if next.err != want.err || len(next.items) != len(want.items) { //nolint:errorlint // the very variable is wanted
					t.Fatalf("after %v, %s: got %v %v, want %v %v", m, l.name, next.items, next.err, want.items, want.err)
				}
				if n := len(want.items); n > len(m.items) {
					require.Equal(t, want.items[n-1], next.items[n-1])
				}
				if want.err != nil {
					// One step further shows that it stays; the whole tree below would
					// show no more.
					after := next
					after.take(t, append([]byte(nil), wires[0]...))
					require.Equal(t, want.err, after.err)
					require.Len(t, after.items, len(want.items))
					continue
				}
				require.Equal(t, want.message != "", next.r.InMessage())
				walk(next, want, depth-1)
			}
		}
		walk(walker{r: protocol.NewReceiver(protocol.Rules{Role: role})}, model{}, 6)
		require.Greater(t, visited, 10_000)
	}
}

// walker is a Receiver and what came out of it, by value, so that a walk over
// the tree of sequences can go back.
type walker struct {
	r     protocol.Receiver
	items []item
	cur   string
	err   error
}

func (w *walker) take(t *testing.T, b []byte) {
	t.Helper()
	for len(b) > 0 {
		ev, n, err := w.r.Next(b)
		if err != nil {
			w.err = err
			return
		}
		if n == 0 {
			t.Fatalf("%x: more octets wanted", b)
		}
		b = b[n:]
		items := slices.Clip(w.items)
		if ev.Kind != protocol.KindData {
			w.items = append(items, item{Op: ev.Op, Payload: string(ev.Payload)})
			if ev.Kind == protocol.KindClose {
				_, _, w.err = w.r.Next(nil)
			}
			continue
		}
		if ev.Flags&protocol.First != 0 {
			w.cur = ""
		}
		w.cur += string(ev.Payload)
		if ev.Flags&protocol.Fin != 0 {
			w.items = append(items, item{Op: ev.Op, Payload: w.cur})
		}
	}
}
