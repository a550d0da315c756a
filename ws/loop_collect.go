package ws

import (
	"iter"
	"sync"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// outgoing is a frame to be sent. Its payload is p and then more.
type outgoing struct {
	p       []byte
	more    [][]byte
	size    int // of the payload
	op      frame.Opcode
	flags   protocol.Flags
	message bool // and not a control frame
	shared  bool // p will not change
}

// small tells whether the frame is to be copied.
func (o *outgoing) small() bool { return o.size <= joinSize-frame.MaxHeader }

// collector collects frames for one write.
type collector struct {
	b    []byte
	ends []int    // where in b the messages end
	vec  [][]byte // slices that are written behind b
	head int      // octets at the beginning of b that are the answer to a request
}

// collectors are for goroutines that are not a loop's.
var collectors = sync.Pool{New: func() any { return &collector{b: make([]byte, 0, joinSize)} }}

// put sends a frame: it is queued behind what the socket did not take, collected
// while the loop works on the connection, and otherwise written at once. mu is
// held.
func (l *served) put(o *outgoing) error {
	if l.working {
		return l.collect(&l.loop.out, o)
	}
	b := collectors.Get().(*collector)
	err := l.collect(b, o)
	l.emit(b, nil, nil)
	collectors.Put(b)
	if e := l.c.result.Load(); e != nil && err == nil {
		return e
	}
	return err
}

// collect puts a frame behind those in b, or queues it where the socket takes no
// more. mu is held.
func (l *served) collect(b *collector, o *outgoing) (err error) {
	if o.small() && len(b.b)+frame.MaxHeader+o.size > cap(b.b) {
		l.emit(b, nil, nil)
	}
	if e := l.c.result.Load(); e != nil {
		return e
	}
	if l.queue != nil {
		return l.putQueued(o)
	}
	if b.b, _, err = l.c.send.Header(b.b, o.op, o.flags, int64(o.size)); err != nil {
		return err
	}
	if !o.small() {
		l.emit(b, o.p, o.more)
		if e := l.c.result.Load(); e != nil {
			return e
		}
		return nil
	}
	b.b = append(b.b, o.p...)
	for _, q := range o.more {
		b.b = append(b.b, q...)
	}
	if o.message {
		b.ends = append(b.ends, len(b.b))
	}
	return nil
}

// putQueued is put where the socket takes no more.
func (l *served) putQueued(o *outgoing) error {
	var head [frame.MaxHeader]byte
	h, _, err := l.c.send.Header(head[:0], o.op, o.flags, int64(o.size))
	if err != nil {
		return err
	}
	l.queue.add(h, false)
	l.queue.add(o.p, o.shared)
	for _, q := range o.more {
		l.queue.add(q, false)
	}
	if o.message {
		l.queue.end()
	}
	l.pause()
	return nil
}

// flush writes what the loop has collected. While it works on another connection,
// that is none of this one's. mu is held.
func (l *served) flush() {
	if l.working && len(l.loop.out.b) > 0 {
		l.emit(&l.loop.out, nil, nil)
	}
}

// emit writes what was collected in b, and behind it a message's last slices p
// and more, if any. What the socket does not take is queued. mu is held.
func (l *served) emit(b *collector, p []byte, more [][]byte) {
	switch {
	case l.cut:
		// The connection is lost, and nobody else is to get it.
	case len(p) == 0 && len(more) == 0:
		if len(b.b) > 0 {
			n, err := l.fd.write(b.b)
			l.sent(b, len(b.b), n, err)
		}
	default:
		b.vec = append(append(b.vec, p), more...)
		size := len(b.b) + total(b.vec)
		b.ends = append(b.ends, size)
		var n int
		var err error
		if len(b.b) == 0 && len(more) == 0 {
			n, err = l.fd.write(p)
		} else {
			n, err = l.fd.writev(b.b, b.vec)
		}
		l.sent(b, size, n, err)
		clear(b.vec)
	}
	b.b, b.vec, b.ends, b.head = b.b[:0], b.vec[:0], b.ends[:0], 0
}

// sent takes the result of writing b, of which the socket took n of size octets.
func (l *served) sent(b *collector, size, n int, err error) {
	l.traceSent(b, n)
	switch {
	case err != nil:
		l.lost(err)
	case n < size:
		l.leaveQueued(b, n)
	}
}

// all gives the slices that b consists of.
func (b *collector) all() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		if !yield(b.b) {
			return
		}
		for _, q := range b.vec {
			if !yield(q) {
				return
			}
		}
	}
}

// leaveQueued queues what came behind the first n octets of b. mu is held.
func (l *served) leaveQueued(b *collector, n int) {
	l.queue = newBacklog(l.c.set.WriteTimeout) // there is none: what is queued goes first
	skip := n
	for q := range b.all() {
		k := min(skip, len(q))
		skip -= k
		l.queue.add(q[k:], false)
	}
	for _, end := range b.ends {
		if end > n {
			l.queue.ends = append(l.queue.ends, int64(end-n))
		}
	}
	l.timely = true
	l.pause()
	l.awaitRoom()
	l.loop.post(l) // the write timeout is the loop's to keep
}

// awaitRoom makes the poller tell when the socket takes more. mu is held.
func (l *served) awaitRoom() {
	if l.waitRoom {
		return // it tells whenever it has refused something
	}
	l.waitRoom = true
	if err := l.loop.poll.addRoom(l.fd, l.id); err != nil {
		l.lost(err)
	}
}
