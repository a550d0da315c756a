package ws

import (
	"context"
	"sync"
)

// slots are the addresses to which a Dial with OneAtATime is connecting.
var slots slotTable

// slotTable lets one caller at a time hold each key.
type slotTable struct {
	mu sync.Mutex
	m  map[string]*slot
}

type slot struct {
	token chan struct{} // holds an element while the slot is taken
	users int           // who holds it and who waits; mu of the table is held
}

// take waits until nobody holds key, or until ctx ends.
func (t *slotTable) take(ctx context.Context, key string) (release func(), err error) {
	t.mu.Lock()
	s := t.m[key]
	if s == nil {
		if t.m == nil {
			t.m = map[string]*slot{}
		}
		s = &slot{token: make(chan struct{}, 1)}
		t.m[key] = s
	}
	s.users++
	t.mu.Unlock()

	select {
	case s.token <- struct{}{}:
		return func() {
			<-s.token
			t.leave(key, s)
		}, nil
	case <-ctx.Done():
		t.leave(key, s)
		return nil, ctx.Err()
	}
}

func (t *slotTable) leave(key string, s *slot) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s.users--; s.users == 0 {
		delete(t.m, key)
	}
}
