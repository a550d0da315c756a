package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"longwire.example/comet"
	"longwire.example/sse"
)

const (
	topic    = "wall"
	cookie   = "danmaku"
	late     = 50     // comments that who comes late is shown
	waiting  = 64     // comments that wait for a slow viewer
	maxUsers = 10_000 // that are remembered
)

// wall sends each comment to all viewers. It is encoded once, and what waits for a
// viewer is that one piece of memory, so a thousand viewers cost little more than
// one. A comment that is late is worth nothing: for a viewer who is too slow, the
// hub drops the oldest ones, and nobody waits.
type wall struct {
	ring  sse.Ring
	hub   sse.Hub
	comet comet.Handler

	mu    sync.Mutex
	users map[string]*budget // by cookie
	all   budget             // of all users together
}

func newWall() *wall {
	w := &wall{users: map[string]*budget{}}
	w.ring.Events = late // so this is what "poll" gives to a screen that has no cursor yet
	w.hub.Store, w.hub.Spread = &w.ring, time.Second
	w.hub.Overflow, w.hub.QueueMessages = sse.DropOldest, waiting
	w.comet = comet.Handler{
		Hub:     &w.hub,
		Topics:  func(*http.Request) ([]string, error) { return []string{topic}, nil }, // the wall is for all
		Receive: w.receive,
		MaxBody: 1 << 10,
	}
	return w
}

// receive takes a comment of a user.
func (w *wall) receive(r *http.Request, data []byte) (id string, err error) {
	c, err := parseComment(data)
	if err != nil {
		return "", err
	}
	user, err := r.Cookie(cookie)
	if err != nil || len(user.Value) > 64 {
		return "", refuse(http.StatusUnauthorized, "a page of this server is to be opened first")
	}
	if !w.may(user.Value, time.Now()) {
		return "", refuse(http.StatusTooManyRequests, "too fast")
	}
	b, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	return w.hub.Publish(r.Context(), topic, sse.Message{Data: string(b)})
}

// may tells whether a user may send one more. The cookie tells users apart that
// behave; who throws it away is a new user, and stopped by the budget of all.
func (w *wall) may(user string, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := w.users[user]
	if b == nil {
		if len(w.users) >= maxUsers {
			w.forget(now)
		}
		if len(w.users) >= maxUsers {
			return false
		}
		b = &budget{}
		w.users[user] = b
	}
	return w.all.left(now, allRate, allBurst) >= 1 && b.spend(now, userRate, userBurst) && w.all.spend(now, allRate, allBurst)
}

// forget lets go of users whose budget is whole again: that loses nothing.
func (w *wall) forget(now time.Time) {
	for user, b := range w.users {
		if b.left(now, userRate, userBurst) == userBurst {
			delete(w.users, user)
		}
	}
}

func refuse(status int, text string) error {
	return &sse.HTTPError{Status: status, Err: errors.New(text)}
}
