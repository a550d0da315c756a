package interop

import (
	"os/exec"
	"slices"
	"testing"
)

// startNodeWebSocket starts node/websocket.cjs with node's own WebSocket, which
// is undici's. Before version 22 node has to be asked for it.
func startNodeWebSocket(t *testing.T) *child {
	t.Helper()
	node := tool(t, "node")
	for _, argv := range [][]string{{node}, {node, "--experimental-websocket"}} {
		ask := slices.Concat(argv, []string{"-e", "WebSocket"})
		if exec.CommandContext(t.Context(), ask[0], ask[1:]...).Run() == nil {
			return startChild(t, nil, append(argv, "node/websocket.cjs")...)
		}
	}
	t.Skip("this node has no WebSocket of its own: 20.10 is the first that has")
	return nil
}

// startUndici starts node/websocket.cjs with the WebSocket of the npm package,
// for any node.
func startUndici(t *testing.T) *child {
	t.Helper()
	node, env := npmPackages(t)
	return startChild(t, env, node, "node/websocket.cjs", "undici")
}
