package ws

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSignal(t *testing.T) {
	var before, after signal
	waiting := before.done()
	assert.Equal(t, waiting, before.done(), "one channel for all")
	select {
	case <-waiting:
		t.Error("not given yet")
	default:
	}
	assert.False(t, before.given())
	before.give()
	<-waiting
	assert.True(t, before.given())
	<-before.done()
	assert.False(t, after.given())
	after.give()
	assert.True(t, after.given())
	<-after.done()

	// Whoever comes while it is given gets it too.
	for range 1000 {
		var s signal
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() { <-s.done() })
		}
		all.Go(s.give)
		all.Wait()
	}
}
