package ws_test

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/handshake"
	"longwire.example/ws/wstest"
)

// Writers with little patience over a pipe that takes little at a time, so that
// many are cut off in the middle: what was reported as written arrives whole and
// once, what was given up does not arrive, and the messages are compressed in the
// order in which they go.
func TestW15_WritersThatAreCutOff(t *testing.T) {
	ended, cut := 0, 0
	for seed := range byte(40) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.NewChaCha8([32]byte{seed})
			below := func(n int) int { return int(r.Uint64() % uint64(n)) }
			near, far := wstest.NewPipe(wstest.PipeOptions{Size: 1 + below(2000)})
			a := ws.Agreement{}
			if seed%2 == 0 {
				a.Deflate = &handshake.DeflateParams{}
			}
			o := &ws.Options{WriteTimeout: -1, PingInterval: -1, Compression: &ws.Compression{Threshold: -1, ServerContextTakeover: true}}
			c, err := ws.NewConn(near, ws.RoleServer, a, o)
			require.NoError(t, err)
			peer, err := ws.NewConn(far, ws.RoleClient, a, o)
			require.NoError(t, err)
			c.Discard()

			var mu sync.Mutex // guards both
			written, given := map[uint32]bool{}, map[uint32]bool{}
			var wg sync.WaitGroup
			for i := range uint32(12) {
				size, patience := 4+below(300), time.Duration(1+below(60))*time.Millisecond
				wg.Go(func() {
					for j := range uint32(20) {
						p := make([]byte, size)
						id := i<<16 | j
						binary.BigEndian.PutUint32(p, id)
						ctx, cancel := context.WithTimeout(context.Background(), patience)
						var err error
						switch id % 4 {
						case 0:
							err = c.TryWrite(ws.Binary, p)
							<-time.After(patience)
						case 1:
							_ = c.Writev(ctx, ws.Binary, p[:1], p[1:])
						default:
							err = c.Write(ctx, ws.Binary, p)
						}
						cancel()
						mu.Lock()
						switch {
						case id%4 == 1:
						case err == nil && id%4 != 0:
							written[id] = true
						case err != nil && !errors.As(err, new(*ws.CloseError)):
							given[id] = true
						}
						mu.Unlock()
					}
				})
			}
			got := map[uint32]bool{}
			done := make(chan struct{})
			go func() {
				defer close(done)
				for m, err := range peer.Messages(context.Background()) {
					if err != nil {
						return
					}
					id := binary.BigEndian.Uint32(m.Data)
					assert.False(t, got[id], "twice")
					got[id] = true
					<-time.After(time.Millisecond)
				}
			}()
			wg.Wait()
			if c.Close(ws.StatusNormalClosure, "") != nil {
				ended++
			}
			<-done
			_ = peer.CloseNow()
			for id := range written {
				assert.True(t, got[id], "lost")
			}
			for id := range given {
				assert.False(t, got[id], "given up")
			}
			cut += len(given)
		})
	}
	assert.Positive(t, cut)
	assert.Positive(t, ended)
	assert.Less(t, ended, 40)
}
