package wstest_test

import (
	"errors"
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

// Without faults it is a connection like any other, and so in pieces.
func TestFaultyIsAConn(t *testing.T) {
	for name, f := range map[string]wstest.Faults{"none": {}, "pieces": {ReadPiece: 100, WritePiece: 333}} {
		t.Run(name, func(t *testing.T) {
			nettest.TestConn(t, func() (a, b net.Conn, stop func(), err error) {
				x, y := wstest.Pipe()
				a, b = wstest.Faulty(x, f), wstest.Faulty(y, f)
				return a, b, func() { _ = a.Close(); _ = b.Close() }, nil
			})
		})
	}
}

// sizes is a net.Conn that notes the sizes of writes.
type sizes struct {
	net.Conn
	writes []int
}

func (s *sizes) Write(p []byte) (int, error) {
	s.writes = append(s.writes, len(p))
	return s.Conn.Write(p)
}

func TestFaultyPieces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := wstest.Pipe()
		inner := &sizes{Conn: a}
		fa := wstest.Faulty(inner, wstest.Faults{WritePiece: 4, Write: wstest.Fault{Kind: wstest.FaultCut, After: 5}})
		n, err := fa.Write([]byte("ten octets"))
		require.NoError(t, err)
		assert.Equal(t, 10, n)
		assert.Equal(t, []int{4, 1, 4, 1}, inner.writes)

		fb := wstest.Faulty(b, wstest.Faults{ReadPiece: 3, Read: wstest.Fault{Kind: wstest.FaultCut, After: 4}})
		var got []string
		for range 4 {
			p := make([]byte, 100)
			n, err := fb.Read(p)
			require.NoError(t, err)
			got = append(got, string(p[:n]))
		}
		assert.Equal(t, []string{"ten", " ", "oct", "ets"}, got)
		received, sent := fb.Octets()
		assert.EqualValues(t, 10, received)
		assert.Zero(t, sent)
	})
}

func TestFaultyWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wrap := func(f wstest.Fault) (*wstest.FaultyConn, *wstest.PipeEnd) {
			a, b := wstest.Pipe()
			return wstest.Faulty(a, wstest.Faults{Write: f}), b
		}
		p := make([]byte, 10)

		c, far := wrap(wstest.Fault{Kind: wstest.FaultShort, After: 3})
		n, err := c.Write(p)
		assert.Equal(t, 3, n)
		require.ErrorIs(t, err, io.ErrShortWrite)
		n, err = c.Write(p)
		assert.Equal(t, 10, n)
		require.NoError(t, err)
		assert.Equal(t, 13, far.Unread())

		mine := errors.New("mine")
		c, far = wrap(wstest.Fault{Kind: wstest.FaultFail, After: 3, Err: mine})
		n, err = c.Write(p)
		assert.Equal(t, 3, n)
		require.ErrorIs(t, err, mine)
		n, err = c.Write(p)
		assert.Zero(t, n)
		require.ErrorIs(t, err, mine)
		_, err = far.Write(p) // the other direction goes on
		require.NoError(t, err)
		n, err = c.Read(p)
		require.NoError(t, err)
		assert.Equal(t, 10, n)

		c, far = wrap(wstest.Fault{Kind: wstest.FaultHangup, After: 3})
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := c.Read(make([]byte, 1))
			assert.ErrorIs(t, err, wstest.ErrFault)
		})
		synctest.Wait()
		n, err = c.Write(p)
		assert.Equal(t, 3, n)
		require.ErrorIs(t, err, wstest.ErrFault)
		wg.Wait()
		got, err := io.ReadAll(far)
		require.NoError(t, err)
		assert.Len(t, got, 3)

		c, _ = wrap(wstest.Fault{Kind: wstest.FaultStall, After: 3})
		start := time.Now()
		require.NoError(t, c.SetDeadline(start.Add(time.Minute)))
		n, err = c.Write(p)
		assert.Equal(t, 3, n)
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		assert.Equal(t, time.Minute, time.Since(start))
		require.NoError(t, c.SetDeadline(time.Time{}))
		wg.Go(func() {
			_, err := c.Write(p)
			assert.ErrorIs(t, err, net.ErrClosed)
		})
		synctest.Wait()
		require.NoError(t, c.Close())
		wg.Wait()
	})
}

func TestFaultyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wrap := func(f wstest.Fault) *wstest.FaultyConn {
			a, b := wstest.Pipe()
			_, err := b.Write([]byte("hello"))
			require.NoError(t, err)
			return wstest.Faulty(a, wstest.Faults{Read: f})
		}
		p := make([]byte, 10)
		for _, kind := range []wstest.FaultKind{wstest.FaultFail, wstest.FaultHangup, wstest.FaultStall} {
			c := wrap(wstest.Fault{Kind: kind, After: 3})
			n, err := c.Read(p)
			require.NoError(t, err)
			assert.Equal(t, 3, n)
			require.NoError(t, c.SetReadDeadline(time.Now().Add(time.Second)))
			n, err = c.Read(p)
			assert.Zero(t, n)
			if kind == wstest.FaultStall {
				require.ErrorIs(t, err, os.ErrDeadlineExceeded)
			} else {
				require.ErrorIs(t, err, wstest.ErrFault)
			}
		}
	})
}

func TestFaultyCloseWrite(t *testing.T) {
	a, b := wstest.Pipe()
	require.NoError(t, wstest.Faulty(a, wstest.Faults{}).CloseWrite())
	_, err := b.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF)
	x, _ := net.Pipe()
	require.ErrorContains(t, wstest.Faulty(x, wstest.Faults{}).CloseWrite(), "has no CloseWrite")
	require.NoError(t, x.Close())
	assert.Equal(t, a.LocalAddr(), wstest.Faulty(a, wstest.Faults{}).LocalAddr())
	assert.Equal(t, a.RemoteAddr(), wstest.Faulty(a, wstest.Faults{}).RemoteAddr())
}
