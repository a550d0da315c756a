package ws

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
)

// However a connection ends, whoever read it gives its buffer back, also with
// octets in it that nobody will read.
func TestEndGivesTheBufferBack(t *testing.T) {
	ends := map[string]func(t *testing.T, c *Conn, p *rawPeer){
		"the peer's Close": func(t *testing.T, _ *Conn, p *rawPeer) {
			b, err := p.send.AppendClose(nil, StatusNormalClosure, "")
			require.NoError(t, err)
			_, err = p.Write(append(b, "and more"...))
			require.NoError(t, err)
		},
		"the end of the stream":    func(_ *testing.T, _ *Conn, p *rawPeer) { p.Close() },
		"the end within a message": func(_ *testing.T, _ *Conn, p *rawPeer) { _, _ = p.Write([]byte{0x02}); p.Close() },
		"a violation": func(t *testing.T, _ *Conn, p *rawPeer) {
			_, err := p.Write([]byte("\xff\xff and more"))
			require.NoError(t, err)
		},
		"CloseNow": func(_ *testing.T, c *Conn, _ *rawPeer) { _ = c.CloseNow() },
		"Close": func(_ *testing.T, c *Conn, p *rawPeer) {
			go func() {
				for {
					ev, err := p.next()
					if err != nil {
						return
					}
					if b, _ := p.send.Answer(nil, ev); len(b) > 0 {
						_, _ = p.Write(append(b, "and more"...))
						p.Close()
					}
				}
			}()
			_ = c.Close(StatusNormalClosure, "")
		},
	}
	readers := map[string]func(c *Conn){
		"Messages": func(c *Conn) {
			for _, err := range c.Messages(context.Background()) {
				if err != nil {
					return
				}
			}
		},
		"Read": func(c *Conn) {
			for {
				if _, _, err := c.Read(context.Background()); err != nil {
					return
				}
			}
		},
		"Discard": func(c *Conn) { <-c.Discard().Done() },
		"nobody":  func(*Conn) {},
	}
	for how, end := range ends {
		for who, read := range readers {
			if who == "nobody" && how != "Close" {
				continue
			}
			t.Run(how+"/"+who, func(t *testing.T) {
				against(t, nil, func(t *testing.T, c *Conn, p *rawPeer) {
					if who != "Discard" {
						b, err := p.send.AppendFrame(nil, frame.OpBinary, 1, make([]byte, 100))
						require.NoError(t, err)
						_, err = p.Write(b)
						require.NoError(t, err)
					}
					done := make(chan struct{})
					go func() { read(c); close(done) }()
					end(t, c, p)
					<-done
					<-c.ended.done()
					require.True(t, c.reading.lock(nil, nil))
					assert.Nil(t, c.buf)
					c.reading.unlock()
					p.Close() // else the end of the transport would be waited for
				})
			})
		}
	}
}

// Close of a connection that has ended is over at once.
func TestCloseOfWhatHasEnded(t *testing.T) {
	server, client := pair(t, nil, nil)
	require.NoError(t, client.CloseNow())
	_, _, err := server.Read(t.Context())
	require.ErrorIs(t, err, ErrNoClose)
	n := testing.AllocsPerRun(10, func() { require.ErrorIs(t, server.Close(StatusNormalClosure, ""), ErrNoClose) })
	assert.Less(t, n, 5.0, "no closing handshake begins")
}
