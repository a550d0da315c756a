package wstest_test

import (
	"bytes"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/nettest"

	"longwire.example/ws/wstest"
)

func TestPipeIsAConn(t *testing.T) {
	nettest.TestConn(t, func() (a, b net.Conn, stop func(), err error) {
		a, b = wstest.NewPipe(wstest.PipeOptions{Size: 4000})
		return a, b, func() { _ = a.Close(); _ = b.Close() }, nil
	})
}

func TestPipeBothMayWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		for _, end := range []net.Conn{a, b} {
			n, err := end.Write(make([]byte, wstest.DefaultPipeSize))
			require.NoError(t, err)
			assert.Equal(t, wstest.DefaultPipeSize, n)
		}
		assert.Equal(t, wstest.DefaultPipeSize, a.Unread())
	})
}

func TestPipeDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.NewPipe(wstest.PipeOptions{Size: 10})
		start := time.Now()
		require.NoError(t, a.SetDeadline(start.Add(time.Hour)))

		n, err := a.Read(make([]byte, 5))
		assert.Zero(t, n)
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		assert.Equal(t, time.Hour, time.Since(start))

		// Both have passed; a new write deadline counts from now.
		require.NoError(t, a.SetWriteDeadline(time.Now().Add(time.Minute)))
		n, err = a.Write([]byte("thirteen here"))
		assert.Equal(t, 10, n)
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		assert.Equal(t, time.Hour+time.Minute, time.Since(start))

		// Moved while a call waits.
		require.NoError(t, a.SetReadDeadline(time.Time{}))
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := a.Read(make([]byte, 5))
			assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
		})
		synctest.Wait()
		require.NoError(t, a.SetReadDeadline(start))
		wg.Wait()
		assert.Equal(t, time.Hour+time.Minute, time.Since(start))

		// It is usable again, and the other end was never disturbed.
		require.NoError(t, a.SetDeadline(time.Time{}))
		got := make([]byte, 10)
		_, err = io.ReadFull(b, got)
		require.NoError(t, err)
		assert.Equal(t, "thirteen h", string(got))
		_, err = b.Write([]byte("ok"))
		require.NoError(t, err)
		n, err = a.Read(got)
		require.NoError(t, err)
		assert.Equal(t, "ok", string(got[:n]))
	})
}

func TestPipeAtomic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.NewPipe(wstest.PipeOptions{Size: 10, Atomic: true})
		_, err := a.Write([]byte("sixsix"))
		require.NoError(t, err)
		require.NoError(t, a.SetWriteDeadline(time.Now().Add(time.Second)))
		n, err := a.Write([]byte("fives"))
		assert.Zero(t, n)
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		assert.Equal(t, 6, b.Unread())
		// More than fits can't be atomic.
		require.NoError(t, a.SetWriteDeadline(time.Now().Add(time.Second)))
		n, err = a.Write(make([]byte, 11))
		assert.Equal(t, 4, n)
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	})
}

func TestPipeEndings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := make([]byte, 8)

		a, b := wstest.Pipe()
		_, err := a.Write([]byte("bye"))
		require.NoError(t, err)
		require.NoError(t, a.CloseWrite())
		require.ErrorIs(t, a.CloseWrite(), net.ErrClosed)
		_, err = a.Write(p)
		require.ErrorIs(t, err, net.ErrClosed)
		n, err := b.Read(p)
		require.NoError(t, err)
		assert.Equal(t, "bye", string(p[:n]))
		_, err = b.Read(p)
		require.ErrorIs(t, err, io.EOF)
		// The other direction is open.
		_, err = b.Write([]byte("still here"))
		require.NoError(t, err)
		_, err = a.Read(p)
		require.NoError(t, err)
		require.NoError(t, a.Close())
		require.ErrorIs(t, a.Close(), net.ErrClosed)
		_, err = a.Read(p)
		require.ErrorIs(t, err, net.ErrClosed)
		require.ErrorIs(t, a.SetDeadline(time.Time{}), net.ErrClosed)
		_, err = b.Write(p)
		require.ErrorIs(t, err, io.ErrClosedPipe)

		// A reset loses what was not read and wakes both.
		a, b = wstest.NewPipe(wstest.PipeOptions{Size: 4})
		var wg sync.WaitGroup
		wg.Go(func() {
			n, err := a.Write([]byte("too long"))
			assert.Equal(t, 4, n)
			assert.ErrorIs(t, err, wstest.ErrReset)
		})
		wg.Go(func() {
			_, err := a.Read(make([]byte, 1))
			assert.ErrorIs(t, err, wstest.ErrReset)
		})
		synctest.Wait()
		b.Reset()
		wg.Wait()
		_, err = b.Read(p)
		require.ErrorIs(t, err, wstest.ErrReset)

		// Close wakes those who wait.
		a, b = wstest.NewPipe(wstest.PipeOptions{Size: 4})
		wg.Go(func() {
			_, err := a.Write([]byte("too long"))
			assert.ErrorIs(t, err, net.ErrClosed)
		})
		wg.Go(func() {
			_, err := a.Read(make([]byte, 1))
			assert.ErrorIs(t, err, net.ErrClosed)
		})
		synctest.Wait()
		require.NoError(t, a.Close())
		wg.Wait()
		assert.Equal(t, 4, b.Unread())
	})
}

// Writes of several goroutines stay whole, whatever fits at once.
func TestPipeWritesAreNotMixed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.NewPipe(wstest.PipeOptions{Size: 7})
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				_, err := a.Write(bytes.Repeat([]byte{byte('a' + i)}, 50))
				assert.NoError(t, err)
			})
		}
		for range 20 {
			p := make([]byte, 50)
			_, err := io.ReadFull(b, p)
			require.NoError(t, err)
			assert.Equal(t, bytes.Repeat(p[:1], 50), p)
		}
		wg.Wait()
	})
}

func TestPipeAddr(t *testing.T) {
	a, b := wstest.Pipe()
	assert.Equal(t, "pipe", a.LocalAddr().Network())
	assert.Equal(t, a.LocalAddr(), b.RemoteAddr())
	assert.Equal(t, a.RemoteAddr(), b.LocalAddr())
	assert.NotEqual(t, a.LocalAddr(), b.LocalAddr())
}

func TestListener(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := wstest.Listen()
		assert.Equal(t, "pipe", l.Addr().Network())
		var wg sync.WaitGroup
		wg.Go(func() {
			c, err := l.Accept()
			if assert.NoError(t, err) {
				_, _ = c.Write([]byte("hi"))
				_ = c.Close()
			}
		})
		c, err := l.Dial(t.Context(), "tcp", "example.com:80")
		require.NoError(t, err)
		got, err := io.ReadAll(c)
		require.NoError(t, err)
		assert.Equal(t, "hi", string(got))
		wg.Wait()

		wg.Go(func() {
			_, err := l.Dial(t.Context(), "", "")
			assert.ErrorIs(t, err, net.ErrClosed)
		})
		synctest.Wait()
		require.NoError(t, l.Close())
		require.NoError(t, l.Close())
		wg.Wait()
		_, err = l.Accept()
		require.ErrorIs(t, err, net.ErrClosed)
	})
}
