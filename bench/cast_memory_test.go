package bench

import (
	"bytes"
	"sync/atomic"
)

// room is connections in memory, which nothing reads.
type room struct {
	caster
	seats int64
	ends  []func()
	left  atomic.Int64 // connections that do not have the message yet
	wrong atomic.Int64 // writes of something else
	done  chan struct{}
}

// seat is one of them.
type seat struct {
	wire
	room *room
}

func (s *seat) Write(p []byte) (int, error) {
	if s.open && !bytes.Equal(castFrame, p) {
		s.room.wrong.Add(1)
	}
	return s.wire.Write(p)
}

func newRoom(c accepter, n int) (*room, error) {
	r := &room{caster: c, seats: int64(n), done: make(chan struct{}, 1)}
	for range n {
		s := &seat{wire: wire{head: off.request()}, room: r}
		_, end, err := c.accept(s)
		if err != nil {
			return r, err
		}
		r.ends = append(r.ends, end)
		s.open = true
		s.wrote = func() {
			if r.left.Add(-1) == 0 {
				r.done <- struct{}{}
			}
		}
	}
	return r, nil
}

func (r *room) leave() {
	for _, end := range r.ends {
		end()
	}
}

func (r *room) cast() error {
	r.left.Store(r.seats)
	if err := r.caster.cast(); err != nil {
		return err
	}
	<-r.done
	return nil
}
