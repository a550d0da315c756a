package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// errNoPython means that the suite cannot run on this machine.
var errNoPython = errors.New("no usable Python 2.7 with pip: " +
	"put python2.7 on the PATH, install 2.7.18 with pyenv, or name one in AUTOBAHN_PYTHON")

const pyenvVersion = "2.7.18"

// findPython returns the absolute path of a Python 2.7 that has pip: the one
// that AUTOBAHN_PYTHON names (then no other), python2.7 of the PATH, or
// pyenv's.
func findPython(ctx context.Context) (string, error) {
	if name := os.Getenv("AUTOBAHN_PYTHON"); name != "" {
		if path, ok := askPython(ctx, name); ok {
			return path, nil
		}
		return "", errors.New("AUTOBAHN_PYTHON=" + name + " is no usable Python 2.7 with pip")
	}
	for _, c := range pythonCandidates() {
		if path, ok := askPython(ctx, c.name, c.env...); ok {
			return path, nil
		}
	}
	if err := ctx.Err(); err != nil {
		return "", err
	}
	return "", errNoPython
}

type pythonCandidate struct {
	name string
	env  []string
}

func pythonCandidates() []pythonCandidate {
	// A pyenv shim answers to its name for every version that is installed but
	// works only when that version is selected.
	found := []pythonCandidate{
		{name: "python2.7"},
		{name: "python2.7", env: []string{"PYENV_VERSION=" + pyenvVersion}},
	}
	roots := []string{os.Getenv("PYENV_ROOT")}
	if home, err := os.UserHomeDir(); err == nil {
		roots = append(roots, filepath.Join(home, ".pyenv"))
	}
	for _, root := range roots {
		if root != "" {
			found = append(found, pythonCandidate{name: filepath.Join(root, "versions", pyenvVersion, "bin", "python2.7")})
		}
	}
	return found
}

// askPython runs the interpreter and returns its own path if it is a 2.7 with
// pip.
func askPython(ctx context.Context, name string, env ...string) (string, bool) {
	const question = "import sys, pip; sys.stdout.write('%d.%d %s' % (sys.version_info[0], sys.version_info[1], sys.executable))"
	cmd := exec.CommandContext(ctx, name, "-c", question)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.Output()
	if err != nil {
		return "", false
	}
	version, path, ok := strings.Cut(string(out), " ")
	return path, ok && version == "2.7" && filepath.IsAbs(path)
}
