package main

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"longwire.example/comet"
	"longwire.example/sse"
)

const (
	maxText  = 1_000 // characters
	maxLog   = 2_000 // messages of all rooms, for those who come later
	pageSize = 50    // messages of one look into the past
)

// chat is all there is. Topics say who reads what: "rooms" is for all, "room:NAME"
// for those in a room, and each person has one more. A private message is
// published under the topics of two people, and under no other.
type chat struct {
	ring  sse.Ring // what a connection that was lost is given later
	hub   sse.Hub
	comet comet.Handler

	mu     sync.Mutex         // guards what follows, and the order in which things are published
	people map[string]*person // by token
	log    []event            // texts and private messages, the oldest first
	door   budget             // of all who come in
}

// event is a message in the log, as package comet sends it. Data is JSON.
type event struct {
	ID    string `json:"id"`
	Type  string `json:"type"`
	Data  string `json:"data"`
	topic string
}

func newChat() *chat {
	c := &chat{people: map[string]*person{}}
	c.hub.Store, c.hub.Spread = &c.ring, time.Second
	c.comet = comet.Handler{Hub: &c.hub, Topics: c.topics, Receive: c.receive, MaxBody: 8 << 10}
	return c
}

// publish sends v to those who read topic now, and to those who come back. It
// waits for none of them, so it may be done under the lock.
func (c *chat) publish(topic, kind string, v any) (id string, err error) {
	data, _ := json.Marshal(v) // texts, numbers and maps of them can't fail
	id, err = c.hub.Publish(context.Background(), topic, sse.Message{Type: kind, Data: string(data)})
	if err == nil && (kind == "text" || kind == "private") {
		c.log = append(c.log[max(0, len(c.log)+1-maxLog):], event{id, kind, string(data), topic})
	}
	return id, err
}

// receive takes what a page says, by POST or over its WebSocket. A WebSocket gives
// no answer to a message, so what is wrong with one is told by an event.
func (c *chat) receive(r *http.Request, data []byte) (id string, err error) {
	var q struct{ Kind, Text, To string }
	if err := json.Unmarshal(data, &q); err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	p, err := c.who(r)
	if err != nil {
		return "", err
	}
	text, other := strings.TrimSpace(q.Text), c.find(q.To)
	length := utf8.RuneCountInString(text)
	switch fine, notice := p.budget.spend(time.Now()); {
	case !fine && !notice:
		return "", refuse(http.StatusTooManyRequests, "too fast")
	case !fine:
		return c.publish(p.topic, "notice", "You are too fast: this was not sent.")
	case q.Kind == "here": // who has said so
		return "", nil
	case q.Kind == "leave":
		p.seen = time.Time{}
		return "", c.sweep(time.Now())
	case q.Kind == "typing":
		return c.publish("room:"+p.room, "typing", p.name)
	case q.Kind != "say":
		return "", refuse(http.StatusBadRequest, "there is no such kind")
	case length == 0 || length > maxText:
		return c.publish(p.topic, "notice", "A message has 1 to 1,000 characters: this was not sent.")
	case q.To != "" && other == nil:
		return c.publish(p.topic, "notice", "They have left: this was not sent.")
	}
	said := map[string]any{"at": time.Now().UnixMilli(), "from": p.name, "text": text}
	if q.To == "" {
		return c.publish("room:"+p.room, "text", said)
	}
	if said["to"] = other.name; other != p {
		if _, err := c.publish(other.topic, "private", said); err != nil {
			return "", err
		}
	}
	return c.publish(p.topic, "private", said)
}

// history answers with the last messages that somebody may read, or with the last
// ones before an id. An id that is gone has none before it. Whoever goes on after
// the cursor misses nothing and gets nothing twice, and so who is there is told, too.
func (c *chat) history(w http.ResponseWriter, r *http.Request) {
	c.answer(w, func() (any, error) {
		p, err := c.who(r)
		if err != nil {
			return nil, err
		}
		cursor, err := c.ring.Last(r.Context())
		log, past, more := c.log, []event{}, false
		if id := r.FormValue("before"); id != "" {
			log = log[:max(0, slices.IndexFunc(log, func(e event) bool { return e.ID == id }))]
		}
		for _, e := range slices.Backward(log) {
			if more = len(past) == pageSize; more {
				break
			}
			if slices.Contains(p.topics(), e.topic) {
				past = append(past, e)
			}
		}
		slices.Reverse(past)
		return map[string]any{"events": past, "more": more, "rooms": c.rooms(), "cursor": cursor}, err
	})
}
