//go:build !race

package ws

import (
	"context"
	"io"
	"iter"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/handshake"
)

// A message of 1 KiB allocates nothing on either side, whichever of ReadInto
// and Messages reads it, compressed or not. (sync.Pool drops items under the race
// detector, so this file is not built there.)
func TestNoAllocationForAMessage(t *testing.T) {
	p := make([]byte, 1024)
	for i := range p {
		p[i] = byte('a' + i%26)
	}
	type kind struct {
		name    string
		deflate *handshake.DeflateParams
		o       Compression
	}
	for i, k := range []kind{
		{name: "plain"},
		{name: "plain, with a context"},
		{"each by itself", &noTakeover, Compression{}},
		{"each by itself, level 1", &noTakeover, Compression{Level: 1}},
		{"takeover", &handshake.DeflateParams{}, Compression{}},
		{"takeover, window only", &handshake.DeflateParams{}, Compression{WindowOnly: true}},
		{"takeover, level 1", &handshake.DeflateParams{}, Compression{Level: 1}},
	} {
		ctx := context.Background()
		if i > 0 {
			ctx = t.Context()
		}
		var server, client *Conn
		if k.deflate == nil {
			server, client = pair(t, nil, nil)
		} else {
			k.o.ServerContextTakeover, k.o.ClientContextTakeover = true, true
			o := &Options{Compression: &k.o}
			server, client = compressedPair(t, *k.deflate, o, o)
		}
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
			assert.Zero(t, n, "Write and ReadInto %s, %s", name, k.name)

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
			assert.Zero(t, n, "Write and Messages %s, %s", name, k.name)
		}
	}
}

// Nor does a message that can't be compressed, which gets a little longer: at the
// sizes of the pooled buffers too.
func TestNoAllocationForWhatDoesNotCompress(t *testing.T) {
	p := make([]byte, 64<<10)
	_, _ = rand.NewChaCha8([32]byte{}).Read(p)
	for _, o := range []Compression{{}, {Level: 1}} {
		near, far := loopback(t)
		c := compressedOver(t, near, RoleServer, noTakeover, &Options{Compression: &o})
		go func() { _, _ = io.Copy(io.Discard, far) }()
		for _, size := range []int{32 << 10, 64 << 10} {
			n := testing.AllocsPerRun(200, func() {
				if c.Write(context.Background(), Binary, p[:size]) != nil {
					t.Fatal("write failed")
				}
			})
			assert.Zero(t, n, "%d octets, level %d", size, o.Level)
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
