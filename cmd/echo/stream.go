package main

import (
	"net/http"
	"sync"
	"time"

	"longwire.example/ws"
	"longwire.example/ws/frame"
)

// What one token may cost.
const (
	streamLife   = time.Minute // without a reader, or without a connection
	streamQueue  = 256         // frames that wait for the reader
	shownPayload = 256         // octets of each payload
)

// stream takes the frames of one connection to the reader of its token.
type stream struct {
	remove func(*stream) // forgets the token
	wake   chan struct{} // holds an element when there is something to take

	mu      sync.Mutex
	expiry  *time.Timer // runs while the reader or the connection is missing
	queue   []any       // *frameEvent, or another record as it will be written
	conn    *ws.Conn
	claimed bool // a connection has come; there is no second one
	reader  bool
	done    bool // nothing more will come
}

// frameEvent is a frame that waits. It becomes JSON only when it is read, so
// the connection is not held up by more than it has to be.
type frameEvent struct {
	at      time.Duration
	from    frame.Side
	an      frame.Annotation
	message *messageRecord // that it completes, or nil
}

func newStream(remove func(*stream)) *stream {
	s := &stream{remove: remove, wake: make(chan struct{}, 1)}
	s.expiry = time.AfterFunc(streamLife, s.expired)
	return s
}

// claim is for the connection.
func (s *stream) claim() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.claimed {
		return &httpError{http.StatusConflict, "this token belongs to another connection"}
	}
	s.claimed = true
	s.watch()
	return nil
}

// read is for the reader: one at a time. leave follows it.
func (s *stream) read() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reader {
		return &httpError{http.StatusConflict, "this token has a reader"}
	}
	s.reader = true
	s.watch()
	return nil
}

func (s *stream) leave() {
	s.mu.Lock()
	s.reader = false
	s.watch()
	over := s.done && len(s.queue) == 0
	s.mu.Unlock()
	if over {
		s.finish("")
	}
}

// watch starts or stops the clock. The caller holds mu.
func (s *stream) watch() {
	if s.reader && s.claimed {
		s.expiry.Stop()
		return
	}
	s.expiry.Reset(streamLife)
}

func (s *stream) expired() {
	s.mu.Lock()
	wanted := s.reader && s.claimed
	s.mu.Unlock()
	if !wanted {
		s.finish("no connection came")
	}
}

// finish ends the stream and forgets the token, whether or not its connection
// lives. A reader is told why, unless it knows how the connection ended.
func (s *stream) finish(cause string) {
	s.put(&endRecord{Type: "end", Cause: cause}, true)
	s.mu.Lock()
	s.done = true
	s.expiry.Stop()
	s.mu.Unlock()
	s.signal()
	s.remove(s)
}

func (s *stream) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// put queues a record. Frames that find the queue full are counted in their
// place; the few other records always fit.
func (s *stream) put(item any, last bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done {
		return
	}
	s.done = last
	if _, isFrame := item.(*frameEvent); isFrame && len(s.queue) >= streamQueue {
		if d, ok := s.queue[len(s.queue)-1].(*droppedRecord); ok {
			d.Frames++
			return
		}
		item = &droppedRecord{Type: "dropped", Frames: 1}
	}
	s.queue = append(s.queue, item)
	s.signal()
}

// take gives what is queued, and whether anything can follow.
func (s *stream) take() (items []any, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	items, s.queue = s.queue, nil
	return items, !s.done
}

// connection gives the token's connection while there is one.
func (s *stream) connection() *ws.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conn
}

// feed is the observer that fills a stream.
type feed struct {
	stream *stream
	number uint64
	start  time.Time

	received, sent tally
}

func (f *feed) opened(c *ws.Conn) {
	f.start = time.Now()
	f.stream.mu.Lock()
	f.stream.conn = c
	f.stream.mu.Unlock()
	f.stream.put(newOpenRecord(f.number, c.Info()), false)
}

func (f *feed) frame(from frame.Side, an frame.Annotation) {
	messages := &f.received
	if from == frame.SideServer {
		messages = &f.sent
	}
	f.stream.put(&frameEvent{time.Since(f.start), from, an, messages.add(an)}, false)
}

func (f *feed) ended(err *ws.CloseError) {
	f.stream.mu.Lock()
	f.stream.conn = nil
	f.stream.mu.Unlock()
	f.stream.put(newEndRecord(err), true)
}
