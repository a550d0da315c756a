package comet

import (
	"sync"

	"longwire.example/sse"
	"longwire.example/ws"
)

// The most that is kept of what was encoded. Data with nothing but characters that
// have to be escaped is six times as long as JSON, and WebSockets have a frame of
// each event besides, and a compressed one for each size of window.
const (
	maxEncodings      = 256
	maxEncodingOctets = 1 << 20 // of types and data
)

// encoding is an event of the hub as it is sent: it is made once, by the first who
// sends it, for all others.
type encoding struct {
	m sse.Message

	asJSON sync.Once
	json   []byte

	asMessage sync.Once
	message   *ws.Prepared
}

// text gives the event as JSON, which is not to be changed.
func (e *encoding) text() []byte {
	e.asJSON.Do(func() { e.json = eventOf(&e.m).append(nil) })
	return e.json
}

// prepared gives it as a message of a WebSocket, whose frame all share.
func (e *encoding) prepared() *ws.Prepared {
	e.asMessage.Do(func() {
		var err error
		if e.message, err = ws.NewPrepared(ws.Text, e.text()); err != nil {
			panic(err) // text is a type of messages
		}
	})
	return e.message
}

func (e *encoding) octets() int { return len(e.m.Type) + len(e.m.Data) }

// encodings has what was encoded last. Those who get an event as it is published
// find it here, and so do those who come back together for what they have missed;
// whoever is too late encodes it anew. It is not kept beside the messages of the
// Store, since it would be as large and the Store's limits know nothing of it.
type encodings struct {
	mu     sync.Mutex
	byID   map[string]*encoding
	kept   [maxEncodings]*encoding // a ring: the n that follow first
	first  int
	n      int
	octets int
	made   int // since the beginning
}

// of gives the encoding of a message with an ID.
func (c *encodings) of(m *sse.Message) *encoding {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.byID[m.ID]
	if e != nil && e.m.Type == m.Type && e.m.Data == m.Data {
		return e
	}
	c.made++
	fresh := &encoding{m: *m}
	if e == nil { // otherwise the Store gives something else than before: no need to keep both
		c.keep(fresh)
	}
	return fresh
}

// keep keeps e, and lets go of the oldest for it.
func (c *encodings) keep(e *encoding) {
	for c.n == maxEncodings || c.n > 0 && e.octets() > maxEncodingOctets-c.octets {
		old := &c.kept[c.first]
		delete(c.byID, (*old).m.ID)
		c.octets -= (*old).octets()
		*old = nil
		c.first = (c.first + 1) % maxEncodings
		c.n--
	}
	if c.byID == nil {
		c.byID = map[string]*encoding{}
	}
	c.byID[e.m.ID] = e
	c.kept[(c.first+c.n)%maxEncodings] = e
	c.octets += e.octets()
	c.n++
}
