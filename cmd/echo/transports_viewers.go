package main

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"longwire.example/sse"
)

const (
	maxViewers = 16               // pages that are counted for at a time
	viewerLife = 30 * time.Second // without its figures being read, it makes room for another one
)

// viewer is one page. It has a random name, so that no other page finds it.
type viewer struct {
	wires [len(wireTransports)]wire
	seen  time.Time
}

type viewers struct {
	mu     sync.Mutex
	byName map[string]*viewer
}

// get gives a viewer that has read its figures, or nil.
func (v *viewers) get(name string) *viewer {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.byName[name]
}

// look gives the viewer who reads its figures, who is made with that.
func (v *viewers) look(name string) (*viewer, error) {
	if !validToken(name) {
		return nil, errToken
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	one := v.byName[name]
	if one == nil {
		if len(v.byName) >= maxViewers && !v.forget() {
			return nil, &httpError{http.StatusServiceUnavailable, "too many pages look at the transports"}
		}
		one = &viewer{}
		if v.byName == nil {
			v.byName = map[string]*viewer{}
		}
		v.byName[name] = one
	}
	one.seen = time.Now()
	return one, nil
}

// forget forgets whoever was not seen for the longest time, if that was long.
func (v *viewers) forget() bool {
	oldest, when := "", time.Now().Add(-viewerLife)
	for name, one := range v.byName {
		if one.seen.Before(when) {
			oldest, when = name, one.seen
		}
	}
	delete(v.byName, oldest)
	return oldest != ""
}

// figures is what a page is told.
type figures struct {
	Cursor     string                 `json:"cursor"` // for all panels to begin with the same event
	Publisher  settings               `json:"publisher"`
	Transports map[string]wireFigures `json:"transports"`
}

// wireFigures is a wire.
type wireFigures struct {
	Origin      string `json:"origin"` // where its listener is
	Requests    int64  `json:"requests"`
	Connections int64  `json:"connections"`
	Open        int64  `json:"open"`
	Up          int64  `json:"up"`
	Down        int64  `json:"down"`
}

// serveFigures tells a page where the transports are and what they cost it so
// far. Whoever reads that is looking, which keeps the publisher going.
func (g *gallery) serveFigures(w http.ResponseWriter, r *http.Request) {
	if err := checkSite(r); err != nil {
		answer(w, &httpError{http.StatusForbidden, err.Error()})
		return
	}
	v, err := g.viewers.look(r.PathValue("viewer"))
	if err != nil {
		answer(w, err)
		return
	}
	wires, err := g.listen()
	if err != nil {
		answer(w, err)
		return
	}
	f := figures{Publisher: g.publisher.look(), Transports: map[string]wireFigures{}}
	if f.Cursor, err = g.cursor(); err != nil {
		answer(w, publishError(err))
		return
	}
	for i, name := range wireTransports {
		x := &v.wires[i]
		f.Transports[name] = wireFigures{
			wires[i].origin(), x.requests.Load(), x.connections.Load(), x.open.Load(), x.up.Load(), x.down.Load(),
		}
	}
	answerJSON(w, f)
}

func answerJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(v)
}

// cursor is the ID of the newest event.
func (g *gallery) cursor() (string, error) {
	s, err := g.hub.Subscribe(sse.SubscribeOptions{Topics: []string{cometTopic}})
	if err != nil {
		return "", err
	}
	defer s.Close()
	return s.Cursor(), nil
}
