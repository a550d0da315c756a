package protocol

import "longwire.example/ws/frame"

// Answer appends what an event that the Receiver gave must be answered with: a
// Pong for a Ping, a Close for a Close. For everything else, and where no answer
// is due, dst comes back as it was.
func (s *Sender) Answer(dst []byte, ev Event) ([]byte, error) {
	switch ev.Kind {
	case KindPing:
		// The Pong carries the octets of the Ping. None is owed once a Close frame
		// has been received. None is sent behind our own Close either: the peer
		// takes that as our last word and would not look at it (section 5.5.1).
		//req:impl RFC6455-5.5.2-02
		//req:impl RFC6455-5.5.3-01
		if s.state != Open {
			return dst, nil
		}
		return s.AppendFrame(dst, frame.OpPong, Fin, ev.Payload)
	case KindClose:
		return s.answerClose(dst, ev.Payload)
	case KindNone, KindData, KindPong:
		return dst, nil
	default:
		return dst, nil
	}
}

// answerClose answers a Close frame that is the peer's first word of closing
// with another of the same code, and takes one that answers ours as it is: two
// that crossed are both.
//
//req:impl RFC6455-5.5.1-07 RFC6455-5.5.1-14
func (s *Sender) answerClose(dst, p []byte) ([]byte, error) {
	s.CloseReceived()
	if s.state != CloseReceived {
		return dst, nil
	}
	// A Close without a code is answered without one.
	return s.close(dst, p[:min(len(p), 2)]), nil
}

// CloseReceived notes that the peer has sent a Close frame without answering it
// yet, for a driver that does so later, with [Sender.Answer] or with a code of
// its own by [Sender.AppendClose].
//
//req:impl RFC6455-7.1.3-01
func (s *Sender) CloseReceived() { s.state = s.state.After(InputReceiveClose) }
