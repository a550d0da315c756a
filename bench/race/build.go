//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// repository gives the root of the repository that the current folder is in.
func repository() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "bench", "race", "doc.go")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("run this inside Longwire's repository")
		}
		dir = parent
	}
}

// builder builds servers of the repository at root into dir.
type builder struct {
	root, dir string
	done      map[string]error
}

// steps are the ways to build, by the name that servers give.
var steps = map[string]func(*builder, context.Context) error{
	"load":     func(b *builder, ctx context.Context) error { return b.goBuild(ctx, "bench", "load", "./race/load") },
	"go":       func(b *builder, ctx context.Context) error { return b.goBuild(ctx, "bench", "echo", "./race/servers/echo") },
	"longwire": func(b *builder, ctx context.Context) error { return b.goBuild(ctx, ".", "longwire", "./cmd/echo") },
	"none":     func(*builder, context.Context) error { return nil },
}

// build performs a step once, however many servers need it.
func (b *builder) build(ctx context.Context, step string) error {
	err, done := b.done[step]
	if !done {
		fmt.Fprintln(os.Stderr, "build:", step)
		err = steps[step](b, ctx)
		b.done[step] = err
	}
	return err
}

func (b *builder) goBuild(ctx context.Context, module, program, path string) error {
	return b.run(ctx, module, "go", "build", "-o", filepath.Join(b.dir, program), path)
}

// run runs a program in a folder of the repository.
func (b *builder) run(ctx context.Context, folder, program string, args ...string) error {
	if _, err := exec.LookPath(program); err != nil {
		return fmt.Errorf("missing tool: %s", program)
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = filepath.Join(b.root, folder)
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%v: %w\n%s", cmd.Args, err, text)
	}
	return nil
}
