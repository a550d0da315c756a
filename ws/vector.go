package ws

import (
	"net"
	"sync"
)

// vector is the list of slices of one write. It is pooled because the list has
// to be on the heap.
type vector struct {
	slices net.Buffers
	rest   net.Buffers
}

var vectors = sync.Pool{New: func() any { return &vector{slices: make(net.Buffers, 0, 4)} }}

// release forgets the slices, so that the pool keeps none of the application's
// memory.
func (v *vector) release() {
	clear(v.slices[:cap(v.slices)])
	v.slices, v.rest = v.slices[:0], nil
	vectors.Put(v)
}
