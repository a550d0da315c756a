package bench

import (
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is broadcast: a text, and its frame as a server sends it.
var (
	castText  = newGenerator("cast").chat(128)
	castFrame = record([]wsMessage{{castText, true}}, off, false).octets
)

// Every library brings each broadcast to everybody, over TCP and in memory.
func TestCasters(t *testing.T) {
	const n = 50
	for _, c := range casters {
		t.Run("tcp/"+c.name, func(t *testing.T) {
			cast, leave, err := fill(c.make(), n)
			defer leave()
			require.NoError(t, err)
			for range 20 {
				require.NoError(t, cast())
			}
		})
		t.Run("memory/"+c.name, func(t *testing.T) {
			r, err := newRoom(c.make(), n)
			defer r.leave()
			require.NoError(t, err)
			for range 20 {
				require.NoError(t, r.cast())
			}
			for _, w := range r.wires {
				assert.Equal(t, 20*len(castFrame), w.octets)
			}
		})
	}
}

// BenchmarkCast is one message to 5,000 connections, until the last of them has
// it: over TCP to clients in another process, and in memory to connections that
// count what is written. Each op is a broadcast; "cpu-ns/delivery" is what each
// connection costs the server.
func BenchmarkCast(b *testing.B) {
	const n = 5000
	for _, c := range casters {
		b.Run(fmt.Sprintf("tcp/%d/%s", n, c.name), func(b *testing.B) {
			if limit := descriptors(); limit < n+100 {
				b.Skipf("%d connections need more than %d descriptors", n, limit)
			}
			cast, leave, err := fill(c.make(), n)
			defer leave()
			if err != nil {
				b.Fatal(err)
			}
			measureCast(b, n, cast)
		})
	}
	for _, c := range casters {
		b.Run(fmt.Sprintf("memory/%d/%s", n, c.name), func(b *testing.B) {
			r, err := newRoom(c.make(), n)
			defer r.leave()
			if err != nil {
				b.Fatal(err)
			}
			measureCast(b, n, r.cast)
		})
	}
}

func descriptors() uint64 {
	var limit syscall.Rlimit
	_ = syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	return limit.Cur
}

func measureCast(b *testing.B, n int, cast func() error) {
	for range 3 { // the first ones pay for buffers and stacks
		if err := cast(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	begin := cpuTime()
	for b.Loop() {
		if err := cast(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(cpuTime()-begin)/float64(b.N*n), "cpu-ns/delivery")
}

// fill makes n connections of TCP, with all that a server does on each: something
// reads it. cast broadcasts and waits for the audience.
func fill(c caster, n int) (cast func() error, leave func(), err error) {
	leave = func() {}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, leave, err
	}
	defer ln.Close()
	a, err := invite(ln.Addr(), n)
	if err != nil {
		return nil, leave, err
	}
	var wg sync.WaitGroup
	leave = func() {
		a.leave()
		wg.Wait()
	}
	// An audience that can't come must not be waited for.
	_ = ln.(*net.TCPListener).SetDeadline(time.Now().Add(time.Minute))
	for range n {
		nc, err := ln.Accept()
		if err != nil {
			return nil, leave, err
		}
		serve, end, err := c.accept(nc)
		if err != nil {
			nc.Close()
			return nil, leave, err
		}
		wg.Go(func() {
			defer end()
			serve()
		})
	}
	return func() error {
		if err := c.cast(); err != nil {
			return err
		}
		return a.heard()
	}, leave, a.heard()
}

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
