package protocol

import "longwire.example/ws/frame"

// Ending keeps how the peer closed the connection (sections 7.1.5 and 7.1.6).
// The zero value is a connection that no Close frame has come on.
type Ending struct {
	code   frame.CloseCode
	reason string
}

// Received notes a Close event. The first one counts; other events and later
// ones change nothing.
func (e *Ending) Received(ev Event) {
	if ev.Kind != KindClose || e.code != 0 {
		return
	}
	code, reason, err := frame.ParseClose(ev.Payload)
	if err != nil {
		return // not from a Receiver
	}
	e.code, e.reason = code, string(reason)
}

// Code gives the code of the connection's end: that of the first Close frame
// received, 1005 if it had none, 1006 if no Close frame came.
//
//req:impl RFC6455-7.1.5-01
func (e *Ending) Code() frame.CloseCode {
	if e.code == 0 {
		return frame.CloseAbnormal
	}
	return e.code
}

// Reason gives the reason of the first Close frame received, or nothing.
//
//req:impl RFC6455-7.1.6-01
func (e *Ending) Reason() string { return e.reason }
