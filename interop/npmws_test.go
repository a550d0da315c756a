package interop

import (
	"context"
	"path/filepath"
	"testing"
)

var npmws = implementation{
	name:  "npm ws",
	start: startNpmws,
	declines: map[string]string{
		"no subprotocol is spoken": "its client insists on a subprotocol when it offers some",
	},
}

// startNpmws starts node/peer.cjs.
func startNpmws(t *testing.T) peer {
	node, env := npmPackages(t)
	return startChild(t, env, node, "node/peer.cjs")
}

// npmPackages installs the packages that node/package-lock.json names. It gives
// node, and the environment in which it finds them.
func npmPackages(t *testing.T) (node string, env []string) {
	t.Helper()
	node, npm := tool(t, "node"), tool(t, "npm")
	files := []string{"node/package.json", "node/package-lock.json"}
	dir := installed(t, "npm", files, nil, func(ctx context.Context, dir string) error {
		for _, f := range files {
			if err := copyFile(f, filepath.Join(dir, filepath.Base(f))); err != nil {
				return err
			}
		}
		return command(ctx, dir, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	})
	return node, []string{"NODE_PATH=" + filepath.Join(dir, "node_modules")}
}
