package ws

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// polledPair gives a poller and two ends of a stream, of which it has the first.
func polledPair(t *testing.T) (p *poller, watched, other socket) {
	t.Helper()
	p, err := newPoller()
	require.NoError(t, err)
	t.Cleanup(p.close)
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	require.NoError(t, err)
	watched, other = socket(pair[0]), socket(pair[1])
	t.Cleanup(watched.close)
	t.Cleanup(other.close)
	require.NoError(t, p.add(watched, handle{number: 7, generation: 9}))
	return p, watched, other
}

func write(t *testing.T, s socket, text string) {
	t.Helper()
	n, err := s.write([]byte(text))
	require.NoError(t, err)
	require.Equal(t, len(text), n)
}

func TestPoller(t *testing.T) {
	t.Run("tells once", func(t *testing.T) {
		p, _, other := polledPair(t)
		assert.False(t, p.poll())
		for range 3 {
			write(t, other, "x")
			require.True(t, p.poll())
			e := p.next()
			require.NotNil(t, e)
			assert.Equal(t, handle{number: 7, generation: 9}, e.handle())
			assert.Equal(t, readyRead, e.ready())
			assert.False(t, e.failed())
			assert.Nil(t, p.next())
			assert.False(t, p.poll(), "there are octets, but no new ones")
		}
	})

	t.Run("the end behind octets", func(t *testing.T) {
		p, _, other := polledPair(t)
		write(t, other, "x")
		require.NoError(t, other.closeWrite())
		require.True(t, p.poll())
		assert.Equal(t, readyRead|readyEnd, p.next().ready())
	})

	t.Run("room", func(t *testing.T) {
		p, watched, other := polledPair(t)
		full := make([]byte, 1<<20)
		for n := 1; n > 0; {
			var err error
			n, err = watched.write(full)
			require.NoError(t, err)
		}
		require.NoError(t, p.addRoom(watched, handle{}))
		assert.False(t, p.poll())
		for n := 1; n > 0; {
			var err error
			n, err = other.read(full)
			require.NoError(t, err)
		}
		require.True(t, p.poll())
		assert.Equal(t, readyWrite, p.next().ready())
	})

	t.Run("waits after it was busy", func(t *testing.T) {
		p, watched, other := polledPair(t)
		b := make([]byte, 1)
		for range 3 {
			p.setDeadline(aLongTimeAgo)
			require.NoError(t, p.wait())
			assert.Nil(t, p.next())
			assert.True(t, p.rings)
			for range busyPolls {
				write(t, other, "x")
				require.True(t, p.poll())
				_, err := watched.read(b)
				require.NoError(t, err)
			}
			assert.False(t, p.rings)

			p.setDeadline(time.Time{})
			go func() { _, _ = other.write([]byte("x")) }()
			require.NoError(t, p.wait())
			assert.NotNil(t, p.next())
			_, err := watched.read(b)
			require.NoError(t, err)
		}
	})

	t.Run("what comes while the bell is silent", func(t *testing.T) {
		p, _, other := polledPair(t)
		p.rings = false
		write(t, other, "x")
		require.NoError(t, p.wait())
		assert.NotNil(t, p.next())
	})

	t.Run("no memory for the bell", func(t *testing.T) {
		p, _, _ := polledPair(t)
		fd := p.fd
		p.fd = -1
		require.NoError(t, p.wait(), "it asks again later")
		assert.False(t, p.rings)
		assert.Nil(t, p.next())
		p.fd = fd
	})
}
