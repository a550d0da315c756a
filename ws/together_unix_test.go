//go:build unix

package ws

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/handshake"
)

// narrow lets a socket take no more than n octets at once.
func narrow(d *atOnce, n int) {
	d.try = func(fd uintptr) bool {
		d.n, _ = sendNow(fd, d.b[:min(n, len(d.b))])
		return true
	}
}

// Who frees the socket writes for those in line what the socket takes, and the
// first of them that it did not take goes on, in the middle of its frame if need
// be.
func TestWriteForOthers(t *testing.T) {
	const writers, size = 10, 100
	for _, role := range []Role{RoleServer, RoleClient} {
		for _, deflate := range []bool{false, true} {
			for _, room := range []int{0, 1, 102, 150, 102 * 3, 1100, 1 << 20} {
				t.Run(fmt.Sprintf("%s, deflate %v, %d octets", role, deflate, room), func(t *testing.T) {
					near, far := loopback(t)
					o := &Options{Compression: allTakeover}
					c, peer := connOver(t, near, role, o), connOver(t, far, other(role), o)
					if deflate {
						c = compressedOver(t, near, role, handshake.DeflateParams{}, o)
						peer = compressedOver(t, far, other(role), handshake.DeflateParams{}, o)
					}
					require.True(t, c.out.tryTake())
					done := make(chan error, writers)
					for i := range writers {
						go func() {
							done <- c.Write(t.Context(), Text, []byte(strings.Repeat(fmt.Sprint(i), size)))
						}()
						require.Eventually(t, func() bool { return c.inLine() == i+1 }, 5*time.Second, time.Millisecond)
					}
					narrow(&c.atOnce, room)
					c.free()
					for i := range writers {
						_, p, err := peer.Read(t.Context())
						require.NoError(t, err)
						require.Equal(t, strings.Repeat(fmt.Sprint(i), size), string(p))
					}
					for range writers {
						require.NoError(t, <-done)
					}
					require.Eventually(t, c.nothingOut, 5*time.Second, time.Millisecond)
				})
			}
		}
	}
}

// A call whose context ends while somebody else writes its frame in part, before
// it notices: it is written or not, and says so.
func TestWriteForOthersWhoGiveUp(t *testing.T) {
	for _, room := range []int{0, 102, 150, 204} {
		near, far := loopback(t)
		c := connOver(t, near, RoleServer, nil)
		peer := connOver(t, far, RoleClient, nil)
		require.True(t, c.out.tryTake())
		ctx, cancel := context.WithCancel(t.Context())
		var calls []*call
		for i := range 3 {
			with := t.Context()
			if i == 1 {
				with = ctx
			}
			f := c.message(Text, []byte(strings.Repeat(fmt.Sprint(i), 100)))
			calls = append(calls, c.standInLine(with, turnMessage, &f))
		}
		d := &c.atOnce
		d.try = func(fd uintptr) bool {
			d.n, _ = sendNow(fd, d.b[:min(room, len(d.b))])
			d.try = d.send
			cancel()
			return true
		}
		c.free()
		for i, k := range calls {
			if c.await(k) {
				c.lead(k)
			}
			if i == 1 && k.err != nil {
				require.Equal(t, context.Canceled, k.err)
				require.LessOrEqual(t, room, 102)
				continue
			}
			require.NoError(t, k.err)
			_, p, err := peer.Read(t.Context())
			require.NoError(t, err)
			assert.Equal(t, strings.Repeat(fmt.Sprint(i), 100), string(p))
		}
		require.True(t, c.nothingOut())
	}
}
