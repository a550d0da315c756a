package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"longwire.example/bench/race/servers/servertest"
)

func TestPeers(t *testing.T) {
	for name, serve := range peers {
		t.Run(name, func(t *testing.T) {
			ln := servertest.Listen(t)
			go func() { _ = serve(ln) }()
			servertest.All(t, ln)
		})
	}
}

func TestMembers(t *testing.T) {
	var m members[int]
	assert.Empty(t, m.all())
	m.add(1)
	m.add(2)
	before := m.all()
	assert.ElementsMatch(t, []int{1, 2}, before)
	m.remove(1)
	assert.Equal(t, []int{2}, m.all())
	assert.Len(t, before, 2, "whoever loops keeps what there was")
}
