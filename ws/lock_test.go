package ws

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLockExcludesAndIsNeverLost(t *testing.T) {
	l := new(lock)
	inside := 0 // guarded by l
	var wg sync.WaitGroup
	for g := range 16 {
		wg.Go(func() {
			for i := range 2000 {
				done := make(chan struct{})
				if (i+g)%3 == 0 {
					go close(done) // gives up, or not, as it happens
				}
				switch {
				case (i+g)%5 == 0:
					if !l.tryLock() {
						continue
					}
				case !l.lock(done, nil):
					continue
				}
				inside++
				if inside != 1 {
					t.Errorf("%d hold the lock", inside)
				}
				inside--
				l.unlock()
			}
		})
	}
	wg.Wait()
	require.True(t, l.free(), "n is %d", l.n.Load())
	require.True(t, l.tryLock())
	l.unlock()
	assert.Empty(t, l.token())
}

func TestLockGivesUp(t *testing.T) {
	l := new(lock)
	require.True(t, l.tryLock())
	require.False(t, l.tryLock())
	closed := make(chan struct{})
	close(closed)
	var given signal
	given.give()
	require.False(t, l.lock(closed, nil))
	require.False(t, l.lock(nil, &given))
	l.unlock()
	require.True(t, l.lock(closed, &given), "a free lock is taken whatever the channels say")
	l.unlock()
	require.True(t, l.free())
}
