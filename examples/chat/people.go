package main

import (
	"maps"
	"net/http"
	"regexp"
	"strings"
	"time"

	"longwire.example/sse"
)

const (
	maxPeople = 200
	maxSaid   = 30                // things that one may say in ten seconds; the page says less
	absent    = 150 * time.Second // a page asks every 30 s, one in the background less often
)

// names are for people and rooms: 24 characters, none of which turns its line around.
var names = regexp.MustCompile(`^[\pL\pM\pN\pP\pS ]{1,24}$`)

// person is somebody with a page open. The token is a secret that the page has
// made, so that it is the same person when it comes back, from whatever. It is in the
// path of requests, since neither an EventSource nor a WebSocket of a browser sends
// a header field of the page's.
type person struct {
	token, name, room string
	key               string // of the last message that they have sent
	seen              time.Time
	slot, said        int64 // ten seconds of Unix time, and how much they have sent in these
}

// topic is theirs alone, whoever has the name after them.
func (p *person) topic() string { return "person:" + p.token }

// topics are what they read, in the order that a Store wants.
func (p *person) topics() []string { return []string{p.topic(), "room:" + p.room, "rooms"} }

// as does something as the person that makes a request, if there is one. One
// thing is done after the other: what they publish is in one order for everybody.
func (c *chat) as(r *http.Request, do func(p *person) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sweep(false)
	p := c.people[r.PathValue("token")]
	if p == nil {
		return &sse.HTTPError{Status: http.StatusUnauthorized}
	}
	p.seen = time.Now()
	return do(p)
}

// enter lets somebody in, or into another room. It is not counted: after a restart
// all come in at once.
func (c *chat) enter(token, name, room string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sweep(false)
	p, other := c.people[token], c.find(name)
	switch {
	case len(token) != 32 || !names.MatchString(name) || !names.MatchString(room):
		return &sse.HTTPError{Status: http.StatusBadRequest}
	case other != nil && other != p:
		return &sse.HTTPError{Status: http.StatusConflict}
	case p == nil && len(c.people) >= maxPeople:
		return &sse.HTTPError{Status: http.StatusServiceUnavailable}
	case p == nil:
		p = &person{token: token}
		c.people[token] = p
	}
	p.name, p.room, p.seen = name, room, time.Now()
	c.sweep(true)
	return nil
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

// sweep lets go of those whose pages have not asked for long. If anything has
// changed, all are told who is where: the whole of it, so nobody adds up changes.
func (c *chat) sweep(changed bool) {
	n := len(c.people)
	maps.DeleteFunc(c.people, func(_ string, p *person) bool { return time.Since(p.seen) > absent })
	if changed || len(c.people) < n {
		c.publish("rooms", "rooms", c.rooms())
	}
}
