package sse

// evictions remembers the newest evicted message of each topic, so that a
// client of quiet topics is not told of a gap for the messages of others. It is
// bounded: of topics that it has forgotten it knows that theirs are no newer
// than floor.
type evictions struct {
	young, old map[string]uint64 // everything in young is newer than what old has
	floor      uint64
}

// evictedTopics is how many topics a generation remembers.
const evictedTopics = 1024

// add says that the message n of a topic was evicted. n grows with each call.
func (e *evictions) add(topic string, n uint64) {
	if _, ok := e.young[topic]; !ok && len(e.young) == evictedTopics || e.young == nil {
		for _, n := range e.old {
			e.floor = max(e.floor, n)
		}
		e.old, e.young = e.young, map[string]uint64{}
	}
	e.young[topic] = n
}

// after tells whether a message of these topics after the n-th may have been
// evicted. It is wrong only about topics that it has forgotten, and then on the
// safe side.
func (e *evictions) after(n uint64, topics []string) bool {
	for _, t := range topics {
		last, ok := e.young[t]
		if !ok {
			last, ok = e.old[t]
		}
		if !ok {
			last = e.floor
		}
		if last > n {
			return true
		}
	}
	return false
}
