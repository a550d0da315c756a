package interop

import (
	"context"
	"os/exec"
	"path/filepath"
	"testing"
)

var pythonWebsockets = implementation{
	name:  "python websockets",
	start: startPythonWebsockets,
}

// startPythonWebsockets starts python/peer.py in a virtual environment.
func startPythonWebsockets(t *testing.T) peer {
	python := tool(t, "python3")
	const question = "import sys, venv, ensurepip; assert sys.version_info >= (3, 10); print(sys.version, sys.base_prefix)"
	version, err := exec.CommandContext(t.Context(), python, "-c", question).Output()
	if err != nil {
		missing(t, "python3 of version 3.10 with venv and pip")
	}
	inside := filepath.Join("bin", "python")
	dir := installed(t, "python-websockets", []string{"python/requirements.txt"}, []string{string(version)}, func(ctx context.Context, dir string) error {
		if err := command(ctx, "", python, "-m", "venv", dir); err != nil {
			return err
		}
		return command(ctx, "", filepath.Join(dir, inside), "-m", "pip", "install", "--require-hashes", "--no-deps", "-r", "python/requirements.txt")
	})
	return startChild(t, []string{"PYTHONDONTWRITEBYTECODE=1"}, filepath.Join(dir, inside), "python/peer.py")
}
