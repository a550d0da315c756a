package ws_test

import (
	"context"
	"io"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws"
	"longwire.example/ws/frame"
	"longwire.example/ws/wstest"
)

// One connection that sends as much as it can takes no more than its share: when
// the loop comes back from a long callback, each of the quiet ones has its turn before
// the busy one has a third.
func TestLoopIsFair(t *testing.T) {
	isFair(t, "X-Not: deflate", wstest.Binary(make([]byte, 16_000)))
}

// isFair has the busy one send m all the time.
func isFair(t *testing.T, field string, m wstest.Frame) {
	const quiet, rounds = 50, 3
	const share = 1 << 20 // octets of a wake-up
	hold, held := make(chan struct{}), make(chan struct{})
	var taken, waiting, most int // of the loop
	addr := runServer(t, &ws.Server{
		Loops:   1,
		Options: &ws.Options{Compression: &ws.Compression{}},
		OnMessage: func(c *ws.Conn, m ws.Message) {
			switch c.Info().Target {
			case "/busy":
				if waiting > 0 {
					taken += len(m.Data)
				}
			case "/hold":
				held <- struct{}{}
				<-hold
				taken, waiting = 0, quiet
			default:
				waiting--
				most = max(most, taken)
				assert.NoError(t, c.Write(context.Background(), m.Type, m.Data))
			}
		},
	})
	busy := openTCP(t, addr, requestText("/busy", field))
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		octets := m.Append(nil, ws.RoleClient, 1)
		for {
			if _, err := busy.Write(octets); err != nil {
				return
			}
		}
	}()
	holder := openTCP(t, addr, requestText("/hold"))
	var peers []*wstest.Peer
	for range quiet {
		peers = append(peers, wstest.NewPeer(t, openTCP(t, addr, requestText("/quiet")), ws.RoleClient))
	}
	for range rounds {
		_, err := io.WriteString(holder, clientFrame(frame.OpText, "hold"))
		require.NoError(t, err)
		soon(t, held)
		for i, p := range peers {
			p.Send(wstest.Text(strconv.Itoa(i)))
		}
		hold <- struct{}{}
		for i, p := range peers {
			p.Expect(wstest.Text(strconv.Itoa(i)))
		}
	}
	busy.Close()
	soon(t, stopped)
	holder.Close()
	// The turn that was in progress and another one, each with its last message.
	assert.LessOrEqual(t, most, 2*share+share/2)
}
