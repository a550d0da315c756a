//go:build !race

package ws

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A reply allocates nothing: in place, copied, held with its timer, and of a
// message that came in pieces.
func TestNoAllocationForAReply(t *testing.T) {
	for _, size := range []int{32, 1024, 100 << 10} {
		for _, together := range []int{1, 3} {
			near, far := loopback(t)
			server := connOver(t, near, RoleServer, nil)
			done := replyAll(context.Background(), server, echoed)
			batch := bytes.Join(messagesTo(t, RoleServer, strings.Repeat("x", size)), nil)
			answer := make([]byte, (len(batch)-4)*together)
			batch = bytes.Repeat(batch, together)
			n := testing.AllocsPerRun(200, func() {
				if _, err := far.Write(batch); err != nil {
					t.Fatal(err)
				}
				if _, err := io.ReadFull(far, answer); err != nil {
					t.Fatal(err)
				}
			})
			assert.Zero(t, n, "%d octets, %d together", size, together)
			require.NoError(t, server.CloseNow())
			require.ErrorIs(t, <-done, ErrClosedNow)
		}
	}
}
