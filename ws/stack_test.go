//go:build linux && amd64 && !race

package ws

import (
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A connection is one object of the allocator's class of 896 octets, of which 8
// are the allocator's own. The next class is 1024.
func TestSmallConn(t *testing.T) {
	assert.LessOrEqual(t, unsafe.Sizeof(waitingConn{}), uintptr(888))
}

// A goroutine that echoes gets by on the 2 KiB of stack that it begins with: its
// stack would stay as large as its deepest call ever made it. That is seen in a
// process of its own, in which goroutines don't begin with more because others
// needed more.
func TestSmallStack(t *testing.T) {
	const child = "LONGWIRE_SMALL_STACK"
	if os.Getenv(child) == "" {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSmallStack$")
		cmd.Env = append(os.Environ(), child+"=1", "GODEBUG=adaptivestackstart=0")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return
	}
	const conns = 200
	var ending sync.WaitGroup
	ended := make(chan struct{})
	defer close(ended)
	var clients []net.Conn
	echoing := func(payload string) {
		server, client := loopback(t)
		clients = append(clients, client)
		c := connOver(t, server, RoleServer, nil)
		ending.Add(1)
		go func() {
			defer func() {
				ending.Done()
				<-ended // the stack stays as it is
			}()
			for m, err := range c.Messages(context.Background()) {
				if err != nil || m.Reply(m.Type, m.Data) != nil {
					return
				}
			}
		}()
		b := messagesTo(t, RoleServer, payload)[0]
		for range 2 {
			_, err := client.Write(b)
			require.NoError(t, err)
			_, err = io.ReadFull(client, make([]byte, len(b)-4))
			require.NoError(t, err)
		}
	}
	echoing("warm")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range conns {
		echoing(strings.Repeat("x", []int{16, 1024, 16 << 10}[i%3]))
	}
	runtime.ReadMemStats(&after)
	require.Less(t, (after.StackInuse-before.StackInuse)/conns, uint64(3<<10), "octets of stack for each connection")

	for _, client := range clients {
		require.NoError(t, client.Close())
	}
	ending.Wait()
	runtime.ReadMemStats(&after)
	require.Less(t, (after.StackInuse-before.StackInuse)/conns, uint64(3<<10), "and at its end")
}
