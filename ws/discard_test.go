package ws_test

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/wstest"
)

// impatient is a transport that ends a goroutine which does not stop reading.
type impatient struct {
	*wstest.PipeEnd
	t     *testing.T
	reads atomic.Int32
}

func (i *impatient) Read(p []byte) (int, error) {
	if i.reads.Add(1) > 100 {
		i.t.Error("reads again and again")
		runtime.Goexit()
	}
	return i.PipeEnd.Read(p)
}

// Discard stops when the connection has ended, also where a deadline was what
// ended it, and a read that is cancelled then tells of the end.
func TestDeadlineThatEndsTheConnection(t *testing.T) {
	ways := map[string]func(t *testing.T, c *ws.Conn){
		"of a write": func(t *testing.T, c *ws.Conn) {
			require.NoError(t, c.SetWriteDeadline(time.Now().Add(time.Second)))
			require.Error(t, c.Write(t.Context(), ws.Text, make([]byte, 1000)))
		},
		"of the queue": func(t *testing.T, c *ws.Conn) {
			require.NoError(t, c.TryWrite(ws.Text, make([]byte, 1000)))
			<-c.Context().Done()
			require.ErrorIs(t, context.Cause(c.Context()), ws.ErrWriteTimeout)
		},
	}
	for name, end := range ways {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				near, far := wstest.NewPipe(wstest.PipeOptions{Size: 100})
				c, err := ws.NewConn(&impatient{PipeEnd: near, t: t}, ws.RoleServer, ws.Agreement{}, nil)
				require.NoError(t, err)
				c.Discard()
				end(t, c)
				synctest.Wait()
				require.NoError(t, far.Close())

				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				_, _, err = c.Read(ctx)
				assert.Equal(t, ws.StatusAbnormalClosure, ws.CloseStatus(err))
			})
		})
	}
}
