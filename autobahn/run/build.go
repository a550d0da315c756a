package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// repository returns the folder of the module that the current folder is in.
func repository(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOMOD: %w", err)
	}
	root := filepath.Dir(strings.TrimSpace(string(out)))
	if _, err := os.Stat(filepath.Join(root, "autobahn", "requirements.txt")); err != nil {
		return "", errors.New("run this inside Longwire's repository")
	}
	return root, nil
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
