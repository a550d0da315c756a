package ssetest

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Script is what a [Server] does with one request, step by step. Its end is the
// end of the answer's body, a clean one. The empty script is an answer 200 with
// no octets.
//
// The status and the headers go out with the first Send, or at the end if there
// is none. Whatever comes before that happens before the client has an answer:
// with Hold it waits for one, and with Break it never gets one.
type Script []Step

// String gives one step a line.
func (s Script) String() string {
	var b strings.Builder
	for _, step := range s {
		b.WriteString(step.String())
		b.WriteByte('\n')
	}
	return b.String()
}

// Step is one step of a Script: a call of [Status], [Header], [Send], [Wait],
// [Pause], [Call], [Hold] or [Break].
type Step struct {
	kind   kind
	status int
	texts  []string // of a Send: its pieces; of a Header: name and value
	signal <-chan struct{}
	d      time.Duration
	call   func()
}

type kind uint8

const (
	kindStatus kind = iota + 1
	kindHeader
	kindSend
	kindWait
	kindPause
	kindCall
	kindHold
	kindBreak
)

// Status sets the status: 200 without it. It can be 200 to 599. After the first
// Send it changes nothing.
func Status(code int) Step { return Step{kind: kindStatus, status: code} }

// Header sets a header; an empty value leaves it out. An answer 200 has
// Content-Type: text/event-stream without one. After the first Send it changes
// nothing.
func Header(name, value string) Step { return Step{kind: kindHeader, texts: []string{name, value}} }

// Send sends pieces of the body, each on its own: in memory a Read never gives
// octets of two of them, and over a network each is flushed. With no piece it
// sends the status and the headers alone. A status that has no body, such as
// 204, sends none.
func Send(pieces ...string) Step { return Step{kind: kindSend, texts: pieces} }

// Wait goes on when the channel is closed or gives a value.
func Wait(signal <-chan struct{}) Step { return Step{kind: kindWait, signal: signal} }

// Pause goes on after d: at once inside a testing/synctest bubble, when
// everybody in it waits.
func Pause(d time.Duration) Step { return Step{kind: kindPause, d: d} }

// Call calls f, which must not wait for the client, nor call Close of the
// Server, which waits for this answer: in memory it runs on the goroutine that
// reads it.
func Call(f func()) Step { return Step{kind: kindCall, call: f} }

// Hold keeps the answer as it is until the client leaves or the server closes.
func Hold() Step { return Step{kind: kindHold} }

// Break cuts the connection. The client sees a network error: in place of an
// answer before the first Send, in the middle of the body after it.
func Break() Step { return Step{kind: kindBreak} }

// String gives the step as words, such as `send "data: x\n\n"`.
func (s Step) String() string {
	switch s.kind {
	case kindStatus:
		return "status " + strconv.Itoa(s.status)
	case kindHeader:
		return fmt.Sprintf("header %s: %s", s.texts[0], s.texts[1])
	case kindSend:
		b := strings.Builder{}
		b.WriteString("send")
		for _, p := range s.texts {
			b.WriteString(" " + strconv.Quote(p))
		}
		return b.String()
	case kindWait:
		return "wait"
	case kindPause:
		return "pause " + s.d.String()
	case kindCall:
		return "call"
	case kindHold:
		return "hold"
	case kindBreak:
		return "break"
	default:
		return "nothing"
	}
}
