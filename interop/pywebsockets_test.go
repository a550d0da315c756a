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

// startPythonWebsockets starts python/peer.py.
func startPythonWebsockets(t *testing.T) peer {
	python, env := pythonPackages(t)
	return startChild(t, env, python, "python/peer.py")
}

// pythonPackages installs the packages that python/requirements.txt names, in a
// virtual environment. It gives its python, and the environment to start it in.
func pythonPackages(t *testing.T) (inside string, env []string) {
	t.Helper()
	python := tool(t, "python3")
	const question = "import sys, venv, ensurepip; assert sys.version_info >= (3, 10); print(sys.version, sys.base_prefix)"
	version, err := exec.CommandContext(t.Context(), python, "-c", question).Output()
	if err != nil {
		missing(t, "python3 of version 3.10 with venv and pip")
	}
	inside = filepath.Join("bin", "python")
	dir := installed(t, "python", []string{"python/requirements.txt"}, []string{string(version)}, func(ctx context.Context, dir string) error {
		if err := command(ctx, "", python, "-m", "venv", dir); err != nil {
			return err
		}
		return command(ctx, "", filepath.Join(dir, inside), "-m", "pip", "install", "--require-hashes", "--no-deps", "-r", "python/requirements.txt")
	})
	return filepath.Join(dir, inside), []string{"PYTHONDONTWRITEBYTECODE=1"}
}
