package protocol

import "longwire.example/ws/frame"

// begin takes the header of a data frame and says whether a message begins
// with it.
func (r *Receiver) begin(h frame.Header) (Flags, error) {
	var first Flags
	if r.situation&inMessage == 0 {
		first = First
		r.message, r.fragments = 0, 0
	}
	deflated := h.RSV1() || first == 0 && r.current&compressed != 0
	if err := r.limits.admit(h.Length, r.message, r.fragments, deflated); err != nil {
		return 0, err
	}
	if first != 0 {
		// The opcode of the first frame is the type of the message, and its RSV1
		// says whether all of it is compressed.
		//req:impl RFC6455-6.2-03
		//req:impl RFC7692-6.2-02
		r.op = h.Opcode()
		r.current = 0
		switch {
		case h.RSV1():
			r.current |= compressed
		case r.op == frame.OpText && !r.skipUTF8:
			r.current |= validated
		}
		r.situation |= inMessage
	}
	if h.Fin() {
		r.current |= lastFrame
	}
	r.message += h.Length
	r.fragments++
	r.pending = h.Length
	r.key = h.Key
	return first, nil
}

// piece takes the next octets of the current data frame: unmasks them, checks
// them, and makes the event.
func (r *Receiver) piece(p []byte, f Flags) (Event, error) {
	if !r.unmask(p) {
		return Event{}, r.fail(frame.ErrInvalidUTF8)
	}
	r.pending -= int64(len(p))
	if r.pending == 0 && r.current&lastFrame != 0 {
		// A text is valid as a whole: a code point may be cut in two by the end
		// of a fragment, but not by the end of the message.
		//req:impl RFC6455-5.6-01
		//req:impl RFC6455-8.1-01
		if r.current&validated != 0 && !r.utf8.Complete() {
			return Event{}, r.fail(frame.ErrInvalidUTF8)
		}
		// The message is complete; the next data frame begins another.
		//req:impl RFC6455-6.2-04 RFC6455-5.4-07
		r.situation &^= inMessage
		f |= Fin
	}
	if r.current&compressed != 0 {
		f |= Compressed
	}
	return Event{Payload: p, Kind: KindData, Op: r.op, Flags: f}, nil
}

// unmask removes the masking, if this side is the server, and tells whether
// the octets may be part of the message.
//
//req:impl RFC6455-6.2-07
//req:impl RFC6455-8.1-01
func (r *Receiver) unmask(p []byte) bool {
	text := r.current&validated != 0
	switch {
	case r.situation&asServer == 0:
		return !text || r.utf8.Check(p)
	case !text:
		r.key = r.key.XOR(p)
		return true
	}
	next, bad := r.utf8.Unmask(p, r.key)
	r.key = next
	return bad < 0
}

// control takes a control frame, whose header h is the first n octets of b,
// once it is there to its end. It leaves the message that it may have come
// amid as it is.
//
//req:impl RFC6455-5.4-05
//req:impl RFC6455-6.2-02
func (r *Receiver) control(h frame.Header, b []byte, n int) (Event, int, error) {
	end := n + int(h.Length) // at most 125
	if len(b) < end {
		return Event{}, 0, nil
	}
	ev := Event{Payload: b[n:end:end], Op: h.Opcode()}
	if r.situation&asServer != 0 {
		h.Key.XOR(ev.Payload)
	}
	switch ev.Op {
	case frame.OpPing:
		ev.Kind = KindPing
	case frame.OpPong:
		// A Pong that answers nothing is allowed too.
		//req:impl RFC6455-5.5.3-03
		ev.Kind = KindPong
	case frame.OpClose:
		// A Close has no payload, or a status code that may stand there and a
		// reason in UTF-8.
		//req:impl RFC6455-5.5.1-02
		//req:impl RFC6455-8.1-01
		if _, _, err := frame.ParseClose(ev.Payload); err != nil {
			return Event{}, 0, r.fail(err)
		}
		ev.Kind = KindClose
		r.stop(ErrClosed)
	case frame.OpContinuation, frame.OpText, frame.OpBinary:
		// Not control frames, so never here.
	}
	return ev, end, nil
}

// Direct does for p what [Receiver.Next] does for octets in a buffer: p is the
// next payload of the current data frame, at most [Receiver.Pending] octets of
// it, read to where they are wanted. They are unmasked there. The event's
// Payload is p.
func (r *Receiver) Direct(p []byte) (Event, error) {
	switch {
	case r.err != nil:
		return Event{}, r.err
	case int64(len(p)) > r.pending:
		return Event{}, ErrPending
	case len(p) == 0:
		return Event{}, nil
	}
	return r.piece(p, 0)
}
