package bench

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
)

// counted counts the octets of a connection in both directions.
type counted struct {
	net.Conn
	octets *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.octets.Add(int64(n))
	return n, err
}

func (c counted) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.octets.Add(int64(n))
	return n, err
}

// Longwire and each other library understand what the other one compresses,
// with context takeover, windows, fragments, shared messages and plain ones in
// between, whichever of them is the server.
func TestDeflateUnderstood(t *testing.T) {
	messages := mixed(400)
	for _, o := range choices {
		for _, ours := range ours {
			for _, theirs := range peers {
				if !ours.can(o) || !theirs.can(o) {
					continue
				}
				for _, serve := range []bool{true, false} {
					side := map[bool]string{true: "server", false: "client"}[serve]
					t.Run(fmt.Sprintf("%s/%s-%s/%s", o.name, ours.name, side, theirs.name), func(t *testing.T) {
						understood(t, o, ours, theirs, serve, messages)
					})
				}
			}
		}
	}
}

func understood(t *testing.T, o choice, ours, theirs library, serve bool, messages []wsMessage) {
	dialed, accepted, err := pair()
	require.NoError(t, err)
	var octets atomic.Int64
	o.reads = true
	var us, they endpoint
	if serve {
		us, they, err = connectOver(ours.with(o), theirs.with(o), counted{dialed, &octets}, accepted)
	} else {
		they, us, err = connectOver(theirs.with(o), ours.with(o), dialed, counted{accepted, &octets})
	}
	require.NoError(t, err)
	c := us.(longwireEnd).c
	var wg sync.WaitGroup
	defer wg.Wait()
	defer dialed.Close()
	defer accepted.Close()

	assert.Len(t, c.Info().Extensions, 1)
	wg.Go(func() {
		n := 0
		_ = they.read(nil, func(p []byte) bool {
			right := assert.True(t, bytes.Equal(messages[n].octets, p), "message %d has come to them wrong", n)
			m := messages[n]
			m.octets = p
			n++
			return right && assert.NoError(t, they.write(m)) && n < len(messages)
		})
		assert.Equal(t, len(messages), n, "messages that have come to them")
		if n < len(messages) {
			dialed.Close()
		}
	})
	wg.Go(func() {
		for i, m := range messages {
			if !assert.NoError(t, send(c, i, m), "message %d", i) {
				dialed.Close()
				return
			}
		}
	})
	plain := 0
	for i, m := range messages {
		typ, p, err := c.Read(t.Context())
		require.NoError(t, err, "message %d", i)
		require.True(t, bytes.Equal(m.octets, p), "message %d has come back wrong", i)
		require.Equal(t, m.longwireType(), typ)
		if m.text {
			plain += len(p)
		}
	}
	random := 0
	for _, m := range messages {
		if !m.text {
			random += len(m.octets)
		}
	}
	// Both directions, of which one sends a sixth of its messages plain.
	assert.Less(t, octets.Load(), int64(2*random+2*plain*3/4))
}

// send sends a message in each of the ways that there are.
func send(c *ws.Conn, i int, m wsMessage) error {
	ctx := context.Background()
	switch i % 6 {
	case 1:
		p, err := ws.NewPrepared(m.longwireType(), m.octets)
		if err != nil {
			return err
		}
		return c.WritePrepared(ctx, p)
	case 3:
		w, err := c.Writer(ctx, m.longwireType())
		if err != nil {
			return err
		}
		third := len(m.octets) / 3
		for _, p := range [][]byte{m.octets[:third], m.octets[third : 2*third], m.octets[2*third:]} {
			if _, err := w.Write(p); err != nil {
				return err
			}
		}
		return w.Close()
	case 5:
		return c.Write(ctx, m.longwireType().Plain(), m.octets)
	default:
		return c.Write(ctx, m.longwireType(), m.octets)
	}
}
