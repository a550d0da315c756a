package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// cacheDir is where the suite's environments are kept between runs.
func cacheDir(root string) string {
	if dir := os.Getenv("LONGWIRE_CACHE"); dir != "" {
		return filepath.Join(dir, "autobahn")
	}
	return filepath.Join(root, ".cache", "autobahn")
}

// environment returns the Python of a virtual environment that holds exactly
// what autobahn/requirements.txt names, and makes it when it is not there. Its
// folder is named after the interpreter and the files that it was made from,
// so that a change of either makes a new one.
func environment(ctx context.Context, root, python string, out io.Writer) (string, error) {
	tools := filepath.Join(root, "autobahn", "virtualenv.txt")
	requirements := filepath.Join(root, "autobahn", "requirements.txt")
	name, err := digest(python, tools, requirements)
	if err != nil {
		return "", err
	}
	dir, err := filepath.Abs(filepath.Join(cacheDir(root), name))
	if err != nil {
		return "", err
	}
	inside := filepath.Join(dir, "env", "bin", "python")
	ready := filepath.Join(dir, "ready")
	if _, err := os.Stat(ready); err == nil {
		return inside, nil
	}
	free, err := waitLock(ctx, cacheDir(root))
	if err != nil {
		return "", err
	}
	defer free()
	if _, err := os.Stat(ready); err == nil {
		return inside, nil // another run has made it meanwhile
	}

	fmt.Fprintln(out, "making the suite's Python environment (once, about a minute)")
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", err
	}
	maker := filepath.Join(dir, "virtualenv")
	log := filepath.Join(dir, "install.log")
	steps := []struct {
		path string // PYTHONPATH: only virtualenv itself needs one
		argv []string
	}{
		{"", []string{python, "-m", "pip", "install", "--require-hashes", "--no-deps", "--target", maker, "-r", tools}},
		{maker, []string{
			python, "-m", "virtualenv", "--no-download", "--no-periodic-update",
			"--app-data", filepath.Join(dir, "app-data"), filepath.Join(dir, "env"),
		}},
		{"", []string{inside, "-m", "pip", "install", "--require-hashes", "--no-deps", "-r", requirements}},
	}
	for _, step := range steps {
		if err := install(ctx, log, "PYTHONPATH="+step.path, step.argv); err != nil {
			return "", err
		}
	}
	return inside, os.WriteFile(ready, nil, 0o600)
}

// waitLock takes the lock of a folder as soon as it is free.
func waitLock(ctx context.Context, dir string) (free func(), err error) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		if free, ok, err := tryLock(dir); ok || err != nil {
			return free, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// install runs one step and keeps what it says.
func install(ctx context.Context, log, env string, argv []string) error {
	f, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), env)
	cmd.Stdout, cmd.Stderr = f, f
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("the suite's environment could not be made: %v: %w (see %s)", argv[1:4], err, log)
	}
	return nil
}

// digest names an environment by what it is made from.
func digest(python string, files ...string) (string, error) {
	h := sha256.New()
	fmt.Fprint(h, python)
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "\n%d\n%s", len(b), b)
	}
	return hex.EncodeToString(h.Sum(nil))[:12], nil
}
