package ws

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A write that meets its deadline closes the stream; with a deadline that has
// passed before, nothing is written.
func TestStreamWriteDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := net.Pipe()
		defer b.Close()
		s := newStreamConn(stream{a})
		require.NoError(t, s.SetDeadline(time.Now().Add(-time.Second)))
		_, err := s.Write([]byte("x"))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		_, err = s.Read(make([]byte, 1))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)

		require.NoError(t, s.SetWriteDeadline(time.Now().Add(time.Hour)))
		require.NoError(t, s.SetWriteDeadline(time.Now().Add(time.Second)))
		start := time.Now()
		_, err = s.Write([]byte("x"))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		assert.Equal(t, time.Second, time.Since(start))
		synctest.Wait()
		require.NoError(t, s.SetReadDeadline(time.Time{}))
		_, err = s.Read(make([]byte, 1))
		require.ErrorIs(t, err, net.ErrClosed)
	})
}

// A deadline that is moved while a read waits counts as it then is.
func TestStreamReadDeadlineMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := net.Pipe()
		defer b.Close()
		s := newStreamConn(stream{a})
		defer s.Close()
		for range 3 {
			require.NoError(t, s.SetReadDeadline(time.Now().Add(time.Minute)))
			time.AfterFunc(time.Second, func() { _ = s.SetReadDeadline(time.Now()) })
			start := time.Now()
			_, err := s.Read(make([]byte, 1))
			require.ErrorIs(t, err, os.ErrDeadlineExceeded)
			assert.Equal(t, time.Second, time.Since(start))
		}
	})
}

// What a read cut short would have got is there for the next one, and the
// reading goroutine never holds more than its two buffers.
func TestStreamKeepsWhatCame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := net.Pipe()
		s := newStreamConn(stream{a})
		defer s.Close()
		require.NoError(t, s.SetReadDeadline(time.Now().Add(time.Second)))
		p := make([]byte, 10)
		_, err := s.Read(p)
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)

		written := make(chan int, 1)
		go func() {
			n, _ := b.Write(make([]byte, 10*streamBufferSize))
			written <- n
		}()
		synctest.Wait()
		require.Empty(t, written, "the goroutine does not read on without bound")
		require.NoError(t, s.SetReadDeadline(time.Time{}))
		n, err := io.ReadFull(s, make([]byte, 10*streamBufferSize))
		require.NoError(t, err)
		assert.Equal(t, 10*streamBufferSize, n)
		assert.Equal(t, n, <-written)
		b.Close()
		_, err = s.Read(p)
		require.ErrorIs(t, err, io.EOF)
	})
}

// failing is a stream whose CloseWrite can be told from one without.
type failing struct{ stream }

var errHalfClosed = errors.New("half closed")

func (failing) CloseWrite() error { return errHalfClosed }

func TestStreamHalfCloses(t *testing.T) {
	a, _ := net.Pipe()
	require.ErrorIs(t, newStreamConn(failing{stream{a}}).CloseWrite(), errHalfClosed)
	require.ErrorIs(t, newStreamConn(stream{a}).CloseWrite(), errors.ErrUnsupported)
	assert.Equal(t, "stream", newStreamConn(stream{a}).LocalAddr().String())
}
