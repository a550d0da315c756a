package bench

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/lxzan/gws"

	"longwire.example/ws"
)

// shared is a way to send one message on many connections.
type shared struct {
	name string
	library
	send func(all []endpoint, m wsMessage) error
}

// Each library compresses a message for all once, where it can. What is sent
// to all refers to nothing before it. With context takeover Longwire and gws
// then add the plaintext to the window of each connection.
var sharedBy = []shared{
	{"longwire-level0", longwire0, longwirePrepared},
	{"longwire-window", longwireWindow, longwirePrepared},
	{"longwire-level1", longwire1, longwirePrepared},
	{"gws", gwsLibrary, func(all []endpoint, m wsMessage) error {
		// It writes on a goroutine for each connection.
		c := gws.NewBroadcaster(gws.OpcodeText, m.octets)
		defer c.Close()
		for _, e := range all {
			if err := c.Broadcast(e.(*gwsEnd).c); err != nil {
				return err
			}
		}
		return nil
	}},
	{"gorilla", gorillaLibrary, func(all []endpoint, m wsMessage) error {
		p, err := websocket.NewPreparedMessage(websocket.TextMessage, m.octets)
		if err != nil {
			return err
		}
		for _, e := range all {
			if err = e.(gorillaEnd).c.WritePreparedMessage(p); err != nil {
				return err
			}
		}
		return nil
	}},
	// It has nothing for this: each connection compresses for itself.
	{"coder", coderLibrary, func(all []endpoint, m wsMessage) error {
		for _, e := range all {
			if err := e.write(m); err != nil {
				return err
			}
		}
		return nil
	}},
}

func longwirePrepared(all []endpoint, m wsMessage) error {
	p, err := ws.NewPrepared(ws.Text, m.octets)
	if err != nil {
		return err
	}
	for _, e := range all {
		if err = e.(longwireEnd).c.WritePrepared(context.Background(), p); err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkBroadcast is the time until one message has been written to 1,000
// connections that drop what is written.
func BenchmarkBroadcast(b *testing.B) {
	for _, o := range []choice{alone, takeover15, takeover12} {
		for _, c := range corpora[:2] {
			for _, s := range sharedBy {
				if s.can(o) {
					b.Run(fmt.Sprintf("%s/%s/%s", o.name, c.name, s.name), func(b *testing.B) { broadcast(b, o, c, s) })
				}
			}
		}
	}
}

func broadcast(b *testing.B, o choice, c *corpus, s shared) {
	const conns = 1000
	m := s.with(o)
	var left atomic.Int64
	all := make([]endpoint, conns)
	done := make(chan struct{}, 1)
	for i := range all {
		w, e, err := dialed(m, o)
		if err != nil {
			b.Fatal(err)
		}
		defer e.close()
		w.wrote = func() {
			if left.Add(-1) == 0 {
				done <- struct{}{}
			}
		}
		all[i] = e
	}
	send := func(n int) error {
		for i := range n {
			left.Store(conns)
			if err := s.send(all, c.messages[i%len(c.messages)]); err != nil {
				return err
			}
			<-done
		}
		return nil
	}
	if err := send(3); err != nil { // the first ones pay for buffers
		b.Fatal(err)
	}
	measured(b, c, send)
	// Closing may write, too.
	left.Store(1 << 40)
}
