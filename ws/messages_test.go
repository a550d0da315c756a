package ws

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// The last message of a loop that is left stays as it is until the connection
// is read again, whatever other connections do meanwhile.
func TestMessageAfterTheLoop(t *testing.T) {
	for _, size := range []int{100, 3 * bufferSize} {
		against(t, &Options{MaxMessage: 1 << 20}, func(t *testing.T, c *Conn, p *rawPeer) {
			dirty := poisonPools(t)
			want := bytes.Repeat([]byte("0123456789"), size/10)
			go func() {
				b, err := p.send.AppendFrame(nil, frame.OpBinary, protocol.Fin, want)
				if err == nil {
					_, _ = p.Write(b)
				}
			}()
			var last Message
			for m, err := range c.Messages(t.Context()) {
				require.NoError(t, err)
				last = m
				break
			}
			dirty()
			require.True(t, bytes.Equal(want, last.Data), "%d octets", size)
		})
	}
}
