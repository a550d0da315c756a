package bench

import "sync/atomic"

// room is connections in memory, which nothing reads.
type room struct {
	caster
	wires []*wire
	ends  []func()
	left  atomic.Int64 // connections that do not have the message yet
	done  chan struct{}
}

func newRoom(c caster, n int) (*room, error) {
	r := &room{caster: c, done: make(chan struct{}, 1)}
	for range n {
		w := &wire{head: off.request()}
		_, end, err := c.accept(w)
		if err != nil {
			return r, err
		}
		r.ends = append(r.ends, end)
		w.open = true
		w.wrote = func() {
			if r.left.Add(-1) == 0 {
				r.done <- struct{}{}
			}
		}
		r.wires = append(r.wires, w)
	}
	return r, nil
}

func (r *room) leave() {
	for _, end := range r.ends {
		end()
	}
}

func (r *room) cast() error {
	r.left.Store(int64(len(r.wires)))
	if err := r.caster.cast(); err != nil {
		return err
	}
	<-r.done
	return nil
}
