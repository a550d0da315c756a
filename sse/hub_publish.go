package sse

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"longwire.example/sse/parser"
)

// Publish stores m under topic and puts it into the queues of those who have
// subscribed to topic. It returns the ID that the Store gave it. It never waits
// for a subscriber: only for the Store and for others who publish, and for them
// no longer than ctx allows.
//
// Every subscriber gets messages in the order of their IDs, whichever
// goroutines publish. A message is encoded once, and all share the result. With
// an error nothing was published; a message that can't be sent ([*FieldError])
// is not stored either. After Shutdown, Publish still stores, for those who
// resume from the same Store later.
func (h *Hub) Publish(ctx context.Context, topic string, m Message) (id string, err error) {
	switch {
	case m.ID != "":
		return "", ErrMessageID
	case topic == "":
		return "", ErrTopic
	}
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if err := h.ready(ctx); err != nil {
		return "", err
	}
	e, err := encodeMessage(&m)
	if err != nil {
		return "", err
	}
	if err := h.begin(ctx); err != nil {
		return "", err
	}
	defer h.end()
	p, err := h.keep(ctx, topic, m, e)
	if err != nil {
		return "", err
	}
	h.deliver(p)
	return p.ID, nil
}

// keep stores a message.
func (h *Hub) keep(ctx context.Context, topic string, m Message, e encoded) (*Published, error) {
	if r, ok := h.store.(*Ring); ok {
		return r.add(topic, m, e), nil
	}
	id, err := h.store.Append(ctx, topic, m)
	if err != nil {
		return nil, err
	}
	if err := checkStoreID(id); err != nil {
		return nil, err
	}
	m.ID = id
	p := &Published{ID: id, Topic: topic, Message: m}
	p.Frame, err = e.frame(&m)
	return p, err
}

// checkStoreID finds an ID that no client could come back with. The error is no
// *FieldError: it is not about the message.
func checkStoreID(id string) error {
	if id == "" {
		return errors.New("sse: the store gave an empty ID")
	}
	if err := parser.CheckID(id); err != nil {
		return fmt.Errorf("sse: the store gave an ID that can't be sent: %s", err.Error())
	}
	return nil
}

// deliver puts p into the queues of its topic. Those who can't keep up cost no
// more than the others: nothing here waits for them.
func (h *Hub) deliver(p *Published) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last = p.ID
	t := h.topics[p.Topic]
	if t == nil {
		return
	}
	// From the end, since removing one moves the last into its place.
	for _, m := range slices.Backward(t.members) {
		if !m.sub.push(p) {
			h.detach(m.sub)
		}
	}
}

// encoded is a message as an event stream has it, but for its ID: there is room
// for that before it.
type encoded struct{ buf []byte }

// idRoom is for an id field with an ID that a Ring gives. A longer one costs
// another encoding.
const idRoom = len("id: ") + maxRingID + len("\n")

func encodeMessage(m *Message) (encoded, error) {
	const fields = len("event: \n") + len("data: \n\n")
	lines := len("data: ") * strings.Count(m.Data, "\n") // all but the first
	buf, err := m.Append(make([]byte, idRoom, idRoom+fields+len(m.Type)+len(m.Data)+lines))
	return encoded{buf}, err
}

// frame gives the octets of m, which is the encoded message with its ID. It is
// called once.
func (e encoded) frame(m *Message) ([]byte, error) {
	n := len("id: ") + len(m.ID) + len("\n")
	if n > idRoom || !plainID(m.ID) {
		return m.Append(nil)
	}
	frame := e.buf[idRoom-n:]
	copy(frame, "id: ")
	copy(frame[len("id: "):], m.ID)
	frame[n-1] = '\n'
	return slices.Clip(frame), nil
}

// plainID tells whether an id is visible ASCII and nothing else, so that it
// needs no further check.
func plainID(id string) bool {
	for i := range len(id) {
		if id[i] <= ' ' || id[i] >= 0x7F {
			return false
		}
	}
	return id != ""
}
