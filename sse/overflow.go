package sse

import "strconv"

// Overflow says what a [Hub] does with a message for a subscriber whose queue is
// full. In every case the Store has the message, and publishing goes on.
type Overflow uint8

const (
	// Disconnect ends the subscription with ErrOverflow. A client that comes
	// back resumes with what it missed, so nothing is lost. This is the default.
	Disconnect Overflow = iota
	// DropOldest drops the messages that have waited longest, as many as needed.
	DropOldest
	// DropNewest drops the message that is published.
	DropNewest
	// Coalesce replaces a message that waits by a newer one with the same
	// [Message].Key, also when the queue is not full: the old one leaves, and
	// the new one goes to the end, so what is sent has the order of its IDs and
	// a client can resume at any of them. A message without a Key is not
	// replaced. A queue that is full of messages with different keys drops the
	// oldest.
	Coalesce
)

// String gives the name of the constant.
func (o Overflow) String() string {
	switch o {
	case Disconnect:
		return "Disconnect"
	case DropOldest:
		return "DropOldest"
	case DropNewest:
		return "DropNewest"
	case Coalesce:
		return "Coalesce"
	}
	return "Overflow(" + strconv.Itoa(int(o)) + ")"
}

func (o Overflow) known() bool { return o <= Coalesce }

// admit puts p into the queue, or does what the policy says when there is no
// room. It is false if the subscription is to end.
func (q *queue) admit(p *Published, l *limits) bool {
	if l.overflow == Coalesce && p.Message.Key != "" {
		q.replace(p.Message.Key)
	}
	for q.full(p, l) {
		switch l.overflow {
		case DropNewest:
			q.missed++
			q.dropped++
			return true
		case DropOldest, Coalesce:
			q.dropOldest()
		case Disconnect:
			return false
		}
	}
	q.push(p, l.overflow == Coalesce)
	return true
}
