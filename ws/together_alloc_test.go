//go:build !race

package ws

import (
	"context"
	"io"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Writes that meet allocate nothing, whether they go together or not.
func TestWritesInLineAllocateNothing(t *testing.T) {
	for _, role := range []Role{RoleServer, RoleClient} {
		near, far := loopback(t)
		c := connOver(t, near, role, nil)
		go func() { _, _ = io.Copy(io.Discard, far) }()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		const writers = 3
		begin, done := make(chan bool), make(chan error)
		defer close(begin)
		for range writers {
			go func() {
				p := make([]byte, 100)
				for range begin {
					done <- c.Write(ctx, Binary, p)
				}
			}()
		}
		assert.Zero(t, testing.AllocsPerRun(200, func() {
			require.True(t, c.out.tryTake())
			for range writers {
				begin <- true
			}
			for c.inLine() < writers {
				runtime.Gosched()
			}
			c.free()
			for range writers {
				if err := <-done; err != nil {
					t.Error(err)
				}
			}
		}))
	}
}

// Broadcast allocates nothing for a connection whose socket takes the message.
func TestBroadcastAllocatesNothing(t *testing.T) {
	var g Group
	for range 20 {
		near, _ := loopback(t)
		connOver(t, near, RoleServer, &Options{Group: &g})
	}
	m, err := NewPrepared(Text, make([]byte, 128))
	require.NoError(t, err)
	assert.Zero(t, testing.AllocsPerRun(50, func() {
		if r := g.Broadcast(m, DropMessage); r.Queued != 20 {
			t.Error(r)
		}
	}))
}
