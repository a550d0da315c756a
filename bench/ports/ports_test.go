package ports_test

import (
	"net"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/bench/ports"
)

// A port can be listened on, and is not given again at once.
func TestFree(t *testing.T) {
	seen := map[int]bool{}
	for range 3 {
		port, err := ports.Free(t.Context())
		require.NoError(t, err)
		assert.False(t, seen[port], port)
		seen[port] = true
		assert.Len(t, strconv.Itoa(port), 5)
		ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		require.NoError(t, err)
		require.NoError(t, ln.Close())
	}
}
