package main

import (
	"maps"
	"slices"
	"sync"
)

// members are the connections of a server whose library does not keep them.
type members[C comparable] struct {
	mu   sync.Mutex
	set  map[C]bool
	list []C // of all in set; nil when it has changed
}

func (m *members[C]) add(c C) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.set == nil {
		m.set = map[C]bool{}
	}
	m.set[c] = true
	m.list = nil
}

func (m *members[C]) remove(c C) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.set, c)
	m.list = nil
}

// all gives the connections in a slice that is not changed any more.
func (m *members[C]) all() []C {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.list == nil {
		m.list = slices.Collect(maps.Keys(m.set))
	}
	return m.list
}
