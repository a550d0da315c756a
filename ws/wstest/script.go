package wstest

import (
	"fmt"
	"net"
	"strings"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// Step is one step of a conversation: something that this side sends, or that
// it expects of the other.
type Step struct {
	text string
	sent []Frame
	do   func(*wire) error
}

// String says what the step does: `expect text "Hello"`.
func (s Step) String() string { return s.text }

func step(text string, do func(*wire) error, frames ...Frame) Step {
	for i, f := range frames {
		if i > 0 {
			text += ","
		}
		text += " " + f.String()
	}
	return Step{text: text, do: do}
}

// Send sends frames, all in one write.
func Send(frames ...Frame) Step {
	s := step("send", func(w *wire) error { return w.send(frames) }, frames...)
	s.sent = frames
	return s
}

// Expect expects exactly these frames, one after the other, masked as the
// other side has to.
func Expect(frames ...Frame) Step {
	return step("expect", func(w *wire) error {
		for i, f := range frames {
			if err := w.expect(f); err != nil {
				return fmt.Errorf("frame %d: %w", i+1, err)
			}
		}
		return nil
	}, frames...)
}

// ExpectMessage expects one message, in one frame or in fragments with nothing
// in between.
func ExpectMessage(m Frame) Step {
	return step("expect message", func(w *wire) error { return w.expectMessage(m) }, m)
}

// ExpectCompressed expects one compressed message (RFC 7692), in one frame or in
// fragments, that inflates to m and refers to nothing before it, as it is
// without context takeover.
func ExpectCompressed(m Frame) Step {
	return step("expect compressed", func(w *wire) error { return w.expectCompressed(m, false) }, m)
}

// ExpectTakeover is ExpectCompressed of a message that may refer to the
// compressed ones before it. These are those that were expected by one of the
// two steps.
func ExpectTakeover(m Frame) Step {
	return step("expect with context takeover", func(w *wire) error { return w.expectCompressed(m, true) }, m)
}

// ExpectClose expects a Close frame with this code, whatever the reason; 1005
// is the one without a code.
func ExpectClose(code frame.CloseCode) Step {
	return step(fmt.Sprintf("expect close %d", code), func(w *wire) error { return w.expectClose(code) })
}

// ExpectEOF expects that the other side closes the transport, or its sending
// side, with nothing more before that.
func ExpectEOF() Step { return step("expect EOF", (*wire).expectEOF) }

// Drain reads until the transport ends, in whatever way, and ignores what
// comes.
func Drain() Step { return step("drain", (*wire).drain) }

// CloseWrite closes the sending side of the transport.
func CloseWrite() Step { return step("close the sending side", (*wire).closeWrite) }

// Hangup closes the transport.
func Hangup() Step { return step("hang up", func(w *wire) error { return w.c.Close() }) }

// Script is one side of a conversation, as data.
type Script []Step

// Play goes through the script on a connection whose opening handshake is
// done; role is that of the side that plays. It stops at the first step that
// fails and gives a *StepError. The connection stays open unless a step
// closes it.
func (s Script) Play(c net.Conn, role protocol.Role) error {
	w := newWire(c, role)
	for i, step := range s {
		if err := step.do(w); err != nil {
			return &StepError{Index: i, Step: step, Err: err}
		}
	}
	return nil
}

// Octets gives everything that role sends in the script. Played again, it
// sends the same octets.
func (s Script) Octets(role protocol.Role) []byte {
	var b []byte
	keys := newKeys()
	for _, step := range s {
		for _, f := range step.sent {
			b = f.Append(b, role, nextKey(keys))
		}
	}
	return b
}

// String gives the script, a line for each step.
func (s Script) String() string {
	var b strings.Builder
	for _, step := range s {
		b.WriteString(step.String())
		b.WriteByte('\n')
	}
	return b.String()
}

// StepError says which step of a script failed.
type StepError struct {
	Index int // of the step, from 0
	Step  Step
	Err   error
}

// Error gives the number of the step, from 1, what it was and what went wrong.
func (e *StepError) Error() string {
	return fmt.Sprintf("wstest: step %d, %v: %v", e.Index+1, e.Step, e.Err)
}

// Unwrap gives what went wrong.
func (e *StepError) Unwrap() error { return e.Err }
