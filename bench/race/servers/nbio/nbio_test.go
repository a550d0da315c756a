package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"longwire.example/bench/race/servers/servertest"
)

func TestEcho(t *testing.T) {
	ln := servertest.Listen(t)
	require.NoError(t, serve(ln))
	servertest.Echo(t, ln)
}
