package ssetest

import (
	"fmt"
	"time"
)

// Action is a call that a handler made on the http.ResponseWriter of a
// [Recorder].
type Action struct {
	Kind ActionKind

	// Status is that of an ActHeader.
	Status int

	// Octets are those of an ActWrite that were taken: all, unless Err is set.
	Octets []byte

	// Deadline is that of an ActWriteDeadline or ActReadDeadline. The zero time
	// clears it.
	Deadline time.Time

	// Time is when the call was made. In a testing/synctest bubble it is the
	// bubble's.
	Time time.Time

	// Err is the error that the call returned.
	Err error
}

// ActionKind says which call an [Action] is.
type ActionKind uint8

// The kinds of actions. The zero value is none of them.
const (
	ActHeader        ActionKind = iota + 1 // WriteHeader
	ActWrite                               // Write
	ActFlush                               // FlushError
	ActWriteDeadline                       // SetWriteDeadline
	ActReadDeadline                        // SetReadDeadline
)

// String gives the action as a line of a log, without its time: "write 3
// octets", "flush", "write deadline set", "write deadline cleared".
func (a Action) String() string {
	s := a.Kind.String()
	switch a.Kind {
	case ActHeader:
		s = fmt.Sprintf("%s %d", s, a.Status)
	case ActWrite:
		s = fmt.Sprintf("%s %d octets", s, len(a.Octets))
	case ActWriteDeadline, ActReadDeadline:
		if a.Deadline.IsZero() {
			s += " cleared"
		} else {
			s += " set"
		}
	case ActFlush:
	}
	if a.Err != nil {
		s += ": " + a.Err.Error()
	}
	return s
}

// String gives "header", "write", "flush", "write deadline" or "read deadline".
func (k ActionKind) String() string {
	switch k {
	case ActHeader:
		return "header"
	case ActWrite:
		return "write"
	case ActFlush:
		return "flush"
	case ActWriteDeadline:
		return "write deadline"
	case ActReadDeadline:
		return "read deadline"
	default:
		return "none"
	}
}
