//go:build !race

package ws

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A group that has not changed is not copied again, so that a Broadcast to
// thousands of connections allocates nothing for the group itself.
func TestGroupSnapshotIsShared(t *testing.T) {
	var g Group
	conns := make([]*Conn, 5000)
	for i := range conns {
		conns[i] = &Conn{}
		g.add(conns[i])
	}
	require.Equal(t, len(conns), g.Len())
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		for c := range g.All() {
			_ = c
		}
	}))
	// Whoever iterates keeps what there was.
	before := g.members()
	g.remove(conns[0])
	assert.Same(t, conns[0], before[0])
	assert.Equal(t, len(conns), len(before)) //nolint:testifylint // Len would print them all
	assert.False(t, slices.Contains(g.members(), conns[0]))
}

// What Broadcast costs for a connection that is full or has ended.
func TestBroadcastThatNobodyTakes(t *testing.T) {
	var g Group
	m, err := NewPrepared(Text, []byte("news"))
	require.NoError(t, err)
	set, err := newSettings(nil)
	require.NoError(t, err)
	for i := range 1000 {
		c := &Conn{set: set, blocking: new(blocking)}
		if i%2 == 0 {
			c.result.Store(&CloseError{Code: StatusGoingAway})
		} else {
			c.out.messages = DefaultQueueMessages
		}
		g.add(c)
	}
	assert.Equal(t, BroadcastResult{Dropped: 500, Ended: 500}, g.Broadcast(m, DropMessage))
	assert.Zero(t, testing.AllocsPerRun(100, func() { g.Broadcast(m, DropMessage) }))
}
