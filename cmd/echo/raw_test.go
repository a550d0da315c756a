package main

import (
	"context"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// exhausted is a listener without descriptors, until it is closed.
type exhausted struct {
	net.Listener
	failures int
}

func (l *exhausted) Accept() (net.Conn, error) {
	if l.failures == 0 {
		return nil, net.ErrClosed
	}
	l.failures--
	return nil, &net.OpError{Op: "accept", Net: "tcp", Err: syscall.EMFILE}
}

// A server that has run out of descriptors waits longer and longer, up to a
// second, and goes on.
func TestAcceptPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := newOutput()
		d := newRawDriver(newEchoer(config{quiet: true}, io.Discard), out)
		begin := time.Now()
		require.NoError(t, d.serve(&exhausted{failures: 10}))
		// 5, 10, ... 640 ms, and twice the longest.
		assert.Equal(t, 1275*time.Millisecond+2*maxPause, time.Since(begin))
		assert.Equal(t, 10, strings.Count(out.String(), "trying again in"))

		// The end of the program does not wait for it.
		begin = time.Now()
		d.shutdown(context.Background())
		require.NoError(t, d.serve(&exhausted{failures: 1}))
		assert.Zero(t, time.Since(begin))
	})
}
