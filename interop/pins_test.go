package interop

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is pinned is pinned by version and hash. Where it is fetched from is
// the business of the machine.
func TestPinsNameNoHosts(t *testing.T) {
	for _, name := range []string{"node/package.json", "node/package-lock.json", "python/requirements.txt", "go.mod", "go.sum"} {
		b, err := os.ReadFile(name)
		require.NoError(t, err)
		assert.NotContains(t, string(b), "://", name)
	}
}
