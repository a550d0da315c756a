package ssetest

import "longwire.example/sse/parser"

// Event is an event as a client receives it. It has the fields of sse.Event, so
// one can be converted into the other.
type Event struct {
	Type        string // "message" unless the stream named another
	Data        string
	LastEventID string
}

// Events gives the events that were flushed, as a client receives them.
func (r *Recorder) Events() []Event {
	r.mu.Lock()
	stream := r.body[:r.flushed:r.flushed]
	r.mu.Unlock()
	var events []Event
	p := parser.New(parser.Config{MaxEventBytes: -1})
	for {
		tok, n, ok, err := p.Next(stream)
		if err != nil || !ok {
			return events // without a limit there is no error
		}
		stream = stream[n:]
		if tok.Kind != parser.KindEvent {
			continue
		}
		e := Event{Type: "message", Data: string(tok.Data), LastEventID: string(tok.ID)}
		if len(tok.Type) > 0 {
			e.Type = string(tok.Type)
		}
		events = append(events, e)
	}
}
