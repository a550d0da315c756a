//go:build !race

package ws

import (
	"context"
	"iter"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A message of 1 KiB allocates nothing on either side, whichever of ReadInto
// and Messages reads it. (sync.Pool drops items under the race detector, so
// this file is not built there.)
func TestNoAllocationForAMessage(t *testing.T) {
	p := make([]byte, 1024)
	for i := range p {
		p[i] = byte('a' + i%26)
	}
	for _, cancelable := range []bool{false, true} {
		ctx := context.Background()
		if cancelable {
			ctx = t.Context()
		}
		server, client := pair(t, nil, nil)
		ends := map[string][2]*Conn{"to the client": {server, client}, "to the server": {client, server}}
		for name, e := range ends {
			from, to := e[0], e[1]
			buf := make([]byte, 0, 2048)
			n := testing.AllocsPerRun(1000, func() {
				if from.Write(ctx, Text, p) != nil {
					t.Fatal("write failed")
				}
				_, got, err := to.ReadInto(ctx, buf)
				if err != nil || len(got) != len(p) {
					t.Fatal("read failed")
				}
			})
			assert.Zero(t, n, "Write and ReadInto %s", name)

			next, stop := iter.Pull2(to.Messages(ctx))
			n = testing.AllocsPerRun(1000, func() {
				if from.Write(ctx, Text, p) != nil {
					t.Fatal("write failed")
				}
				m, err, ok := next()
				if err != nil || !ok || len(m.Data) != len(p) {
					t.Fatal("read failed")
				}
			})
			stop()
			assert.Zero(t, n, "Write and Messages %s", name)
		}
	}
}

// An idle connection over TCP holds no buffer.
func TestIdleHoldsNoBuffer(t *testing.T) {
	server, client := pair(t, nil, nil)
	done := echo(t, server)
	for range 3 {
		require.NoError(t, client.Write(t.Context(), Binary, make([]byte, 1024)))
		_, p, err := client.Read(t.Context())
		require.NoError(t, err)
		require.Len(t, p, 1024)
	}
	// The client is between two reads: its last buffer is still there, and
	// goes when it waits.
	ctx, cancel := context.WithCancel(t.Context())
	waiting := make(chan struct{})
	go func() {
		defer close(waiting)
		_, _, _ = client.Read(ctx)
	}()
	_, err := client.Ping(t.Context())
	require.NoError(t, err)
	cancel()
	<-waiting
	require.Nil(t, client.buf)
	require.NoError(t, client.Close(StatusNormalClosure, ""))
	require.NoError(t, <-done)
}
