package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"time"

	"longwire.example/sse"
)

const (
	maxPeople = 200
	maxRooms  = 50
	absent    = 150 * time.Second // a page says "here" every 30 s, one in the background less often
)

// names are what people and rooms may be called: 24 characters that can be seen.
// Others could make a name look like another, or turn the rest of its line around.
var names = regexp.MustCompile(`^[\pL\pM\pN\pP\pS ]{1,24}$`)

// person is somebody with a page open. The token is that page's secret. It is in
// the path of its requests, since neither an EventSource nor a WebSocket of a
// browser sends a header field of the page's.
type person struct {
	name, room, topic string // whoever has the name next has another topic
	seen              time.Time
	budget            budget
}

func (p *person) topics() []string { return []string{"rooms", "room:" + p.room, p.topic} }

func refuse(status int, text string) error {
	return &sse.HTTPError{Status: status, Err: errors.New(text)}
}

// who gives the person that makes a request. c.mu is held.
func (c *chat) who(r *http.Request) (*person, error) {
	p := c.people[r.PathValue("token")]
	if p == nil {
		return nil, refuse(http.StatusUnauthorized, "nobody here has this token")
	}
	p.seen = time.Now()
	return p, c.sweep(p.seen)
}

// topics says what the page that makes a request may read.
func (c *chat) topics(r *http.Request) ([]string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, err := c.who(r)
	if err != nil {
		return nil, err
	}
	return p.topics(), nil
}

// join lets somebody in, or with a token into another room.
func (c *chat) join(w http.ResponseWriter, r *http.Request) {
	var q struct{ Token, Name, Room string }
	bad := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&q)
	q.Name, q.Room = strings.TrimSpace(q.Name), strings.TrimSpace(q.Room)
	c.answer(w, func() (any, error) {
		now := time.Now()
		_ = c.sweep(now)
		p, rooms := c.people[q.Token], c.rooms()
		switch fine, _ := c.door.spend(now); {
		case !fine:
			return nil, refuse(http.StatusTooManyRequests, "Too many people are coming in. Try again in a moment.")
		case bad != nil || !names.MatchString(q.Room) || p == nil && !names.MatchString(q.Name):
			return nil, refuse(http.StatusBadRequest, "A name has 1 to 24 letters, figures and signs.")
		case rooms[q.Room] == nil && len(rooms) >= maxRooms, p == nil && len(c.people) >= maxPeople:
			return nil, refuse(http.StatusServiceUnavailable, "The chat is full. Try again later.")
		case p == nil && c.find(q.Name) != nil:
			return nil, refuse(http.StatusConflict, "Somebody here has this name.")
		case p == nil:
			p, q.Token = &person{name: q.Name, topic: "person:" + rand.Text()}, rand.Text()
			c.people[q.Token] = p
		}
		p.room, p.seen = q.Room, now
		return map[string]string{"token": q.Token, "name": p.name, "room": p.room}, c.announce()
	})
}

func (c *chat) find(name string) *person {
	for _, p := range c.people {
		if strings.EqualFold(p.name, name) {
			return p
		}
	}
	return nil
}

// rooms gives the names of those in each room.
func (c *chat) rooms() map[string][]string {
	rooms := map[string][]string{}
	for _, p := range c.people {
		rooms[p.room] = append(rooms[p.room], p.name)
	}
	return rooms
}

// announce tells all who is where: the whole of it, so nobody adds up changes.
func (c *chat) announce() error {
	_, err := c.publish("rooms", "rooms", c.rooms())
	return err
}

// sweep lets go of those whose pages have not said a word for long.
func (c *chat) sweep(now time.Time) error {
	n := len(c.people)
	maps.DeleteFunc(c.people, func(_ string, p *person) bool { return now.Sub(p.seen) > absent })
	if len(c.people) == n {
		return nil
	}
	return c.announce()
}

// answer answers with what do gives, under the lock, or says what is wrong.
func (c *chat) answer(w http.ResponseWriter, do func() (any, error)) {
	c.mu.Lock()
	v, err := do()
	c.mu.Unlock()
	w.Header().Set("Cache-Control", "no-store")
	if e, ok := errors.AsType[*sse.HTTPError](err); ok {
		http.Error(w, e.Err.Error(), e.Status)
		return
	}
	_ = json.NewEncoder(w).Encode(v) // who is gone needs none
}
