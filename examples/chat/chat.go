package main

import (
	"cmp"
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

const maxText, pageSize = 1_000, 50 // characters; messages of one look into the past

// chat is all there is. Topics say who reads what: "rooms" is for all, "room:NAME"
// for those in a room, and each person has one more. A private message is
// published under the topics of two people, and under no other.
type chat struct {
	ring  sse.Ring // what was said: for a page that comes back, and as the history
	hub   sse.Hub
	comet comet.Handler

	mu     sync.Mutex         // guards people, and is held by who publishes
	people map[string]*person // by token
}

func newChat() *chat {
	c := &chat{people: map[string]*person{}}
	c.ring.Age = 24 * time.Hour
	c.hub.Store, c.hub.Spread = &c.ring, time.Second
	c.comet = comet.Handler{Hub: &c.hub, Receive: c.receive, MaxBody: 8 << 10}
	c.comet.Topics = func(r *http.Request) (topics []string, err error) {
		err = c.as(r, func(p *person) error { topics = p.topics(); return nil })
		return topics, err
	}
	return c
}

// publish sends v to those who read topic now, and keeps it for those who come
// back. It waits for none of them, and a Ring in memory takes whatever there is.
func (c *chat) publish(topic, kind string, v any) {
	data, _ := json.Marshal(v) // texts, numbers and maps of them can't fail
	_, _ = c.hub.Publish(context.Background(), topic, sse.Message{Type: kind, Data: string(data)})
}

// receive takes what a page says, by POST or over its WebSocket. A WebSocket gives
// no answer to a message, so what is wrong with one is told by an event.
func (c *chat) receive(r *http.Request, data []byte) (id string, err error) {
	var q struct{ Kind, Name, Room, Text, To, Key string }
	if err := json.Unmarshal(data, &q); err != nil {
		return "", err
	}
	if q.Kind == "enter" {
		return "", c.enter(r.PathValue("token"), strings.TrimSpace(q.Name), strings.TrimSpace(q.Room))
	}
	return "", c.as(r, func(p *person) error {
		if slot := time.Now().Unix() / 10; slot != p.slot {
			p.slot, p.said = slot, 0
		}
		if p.said++; p.said > maxSaid {
			return &sse.HTTPError{Status: http.StatusTooManyRequests} // the page waits, and says it again
		}
		switch q.Kind {
		case "leave":
			p.seen = time.Time{}
			c.sweep(false)
		case "typing":
			c.publish("room:"+p.room, "typing", p.name)
		case "say":
			if why := c.say(p, strings.TrimSpace(q.Text), q.To, q.Key); why != "" {
				c.publish(p.topic(), "notice", map[string]string{"why": why, "key": q.Key})
			}
		}
		return nil
	})
}

// say is for the room of p, or for one other person and p. A page whose connection
// was lost does not know what has come through: it says the last thing again, with
// the same key, and that is not said twice.
func (c *chat) say(p *person, text, to, key string) (why string) {
	said := map[string]any{"at": time.Now().UnixMilli(), "from": p.name, "text": text, "key": key}
	switch other, length := c.find(to), utf8.RuneCountInString(text); {
	case key != "" && key == p.key:
		return ""
	case length == 0 || length > maxText:
		return "A message has 1 to 1,000 characters."
	case to == "":
		c.publish("room:"+p.room, "text", said)
	case other == nil:
		return "They have left."
	default:
		said["to"] = other.name
		for _, topic := range slices.Compact([]string{other.topic(), p.topic()}) {
			c.publish(topic, "private", said)
		}
	}
	p.key = key
	return ""
}

// history answers with the last messages that somebody may read, or with the last
// ones before an id; an id that is gone has none. Whoever goes on after the cursor
// misses nothing and gets nothing twice, and so who is there is told, too.
func (c *chat) history(w http.ResponseWriter, r *http.Request) {
	before, past, answer := r.URL.Query().Get("before"), []map[string]string{}, map[string]any{}
	err := c.as(r, func(p *person) error {
		first, _ := c.ring.First(r.Context()) // a Ring is in memory: these have no errors
		last, _ := c.ring.Last(r.Context())
		for e, err := range c.ring.After(r.Context(), sse.Range{After: first, Until: cmp.Or(before, last), Topics: p.topics()}) {
			if m := e.Message; err == nil && e.ID != before && (m.Type == "text" || m.Type == "private") {
				past = append(past, map[string]string{"id": e.ID, "type": m.Type, "data": m.Data})
			}
		}
		from := max(0, len(past)-pageSize)
		answer = map[string]any{"events": past[from:], "more": from > 0, "rooms": c.rooms(), "cursor": last}
		return nil
	})
	if err != nil {
		http.Error(w, err.Error(), sse.StatusOf(err, http.StatusInternalServerError))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(answer)
}
