//go:build unix

package main

import (
	"context"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/wstest"
)

func TestSignals(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			p := startWith(t, func(ctx context.Context, p *program) int {
				ctx, stop := untilSignal(ctx)
				defer stop()
				return run(ctx, []string{"-addr", "127.0.0.1:0"}, p.stdout, p.stderr)
			})
			peer := p.peer(t, "/")
			require.NoError(t, syscall.Kill(syscall.Getpid(), signal))
			peer.ExpectClose(frame.CloseGoingAway)
			peer.Send(wstest.Close(frame.CloseGoingAway, ""))
			peer.ExpectEOF()
			peer.Hangup()
			assert.Equal(t, exitOK, <-p.exited)
			p.exited <- exitOK // for the end of the test
			assert.Empty(t, p.stderr.String())
		})
	}
}
