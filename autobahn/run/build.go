package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// repository returns the root of the repository that the current folder is in.
func repository() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "autobahn", "requirements.txt")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("run this inside Longwire's repository")
		}
		dir = parent
	}
}

// build builds the programs that the run needs into a new folder.
func build(ctx context.Context, root string, cfg *config) (string, error) {
	dir, err := os.MkdirTemp("", "longwire-autobahn-")
	if err != nil {
		return "", err
	}
	var programs []string
	if cfg.server && cfg.serverURL == "" {
		programs = append(programs, "./cmd/echo")
	}
	if cfg.client && len(cfg.clientCmd) == 0 {
		programs = append(programs, "./autobahn/client")
	}
	if len(programs) == 0 {
		return dir, nil
	}
	cmd := exec.CommandContext(ctx, "go", append([]string{"build", "-o", dir + string(filepath.Separator)}, programs...)...)
	cmd.Dir = root
	if text, err := cmd.CombinedOutput(); err != nil {
		return "", errors.Join(fmt.Errorf("go build: %w\n%s", err, text), os.RemoveAll(dir))
	}
	return dir, nil
}
