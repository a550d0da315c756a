package sse

// topic is the index of those who have subscribed to one topic.
type topic struct{ members []member }

// member is a subscription in the index of its k-th topic.
type member struct {
	sub *Subscription
	k   int
}

// place is where a subscription stands in the index of one of its topics.
type place struct {
	topic *topic
	at    int
}

// attach makes s get what is published from now on, and gives the ID of the
// newest event before that. h.mu is held.
func (h *Hub) attach(s *Subscription) string {
	s.places = make([]place, len(s.topics))
	for k, name := range s.topics {
		t := h.topics[name]
		if t == nil {
			t = &topic{}
			h.topics[name] = t
		}
		s.places[k] = place{t, len(t.members)}
		t.members = append(t.members, member{s, k})
	}
	return h.last
}

// detach undoes attach; for one that is not attached it does nothing. h.mu is
// held.
func (h *Hub) detach(s *Subscription) {
	for k, p := range s.places {
		// The last one takes its place.
		t, last := p.topic, len(p.topic.members)-1
		moved := t.members[last]
		t.members[p.at] = moved
		moved.sub.places[moved.k].at = p.at
		t.members[last] = member{}
		t.members = t.members[:last]
		if last == 0 {
			delete(h.topics, s.topics[k])
		}
	}
	s.places = nil
}
