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

// perform builds what a step is the name of.
func (b *builder) perform(ctx context.Context, step string) error {
	switch step {
	case "load":
		return b.goBuild(ctx, "bench", step, "./race/load")
	case "longwire":
		return b.goBuild(ctx, ".", step, "./cmd/echo")
	case "echo", "broadcast", "nbio":
		return b.goBuild(ctx, "bench", step, "./race/servers/"+step)
	case "rust":
		return b.run(ctx, "bench/race/servers/rust", "cargo", "build", "--release", "--locked", "--quiet", "--target-dir", filepath.Join(b.dir, "rust"))
	case "npm":
		return b.npm(ctx)
	case "bun":
		return b.bun(ctx)
	case "node":
		if _, err := exec.LookPath("node"); err != nil {
			return errors.New("missing tool: node")
		}
		return b.build(ctx, "npm")
	default:
		return fmt.Errorf("no such step: %s", step)
	}
}

// build performs a step once, however many servers need it.
func (b *builder) build(ctx context.Context, step string) error {
	err, done := b.done[step]
	if !done {
		fmt.Fprintln(os.Stderr, "build:", step)
		err = b.perform(ctx, step)
		b.done[step] = err
	}
	return err
}

// buildAll performs the steps that a server needs.
func (b *builder) buildAll(ctx context.Context, steps []string) error {
	for _, step := range steps {
		if err := b.build(ctx, step); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) goBuild(ctx context.Context, module, program, path string) error {
	return b.run(ctx, module, "go", "build", "-o", filepath.Join(b.dir, program), path)
}

// npm installs what package-lock.json names, without running anything of it,
// and puts the servers beside it.
func (b *builder) npm(ctx context.Context) error {
	to := filepath.Join(b.dir, "js")
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	if err := os.CopyFS(to, os.DirFS(filepath.Join(b.root, "bench/race/servers/js"))); err != nil {
		return err
	}
	return b.run(ctx, "bench/race/servers/js", "npm", "ci", "--prefix", to, "--ignore-scripts", "--no-audit", "--no-fund")
}

// bun finds the program, of which there are several for one system; those that
// need another processor don't run.
func (b *builder) bun(ctx context.Context) error {
	if err := b.build(ctx, "npm"); err != nil {
		return err
	}
	found, err := filepath.Glob(filepath.Join(b.dir, "js/node_modules/@oven/bun-*/bin/bun"))
	if err != nil {
		return err
	}
	for _, program := range found {
		if b.run(ctx, ".", program, "--version") == nil {
			return os.Symlink(program, filepath.Join(b.dir, "js", "bun"))
		}
	}
	return errors.New("missing tool: bun has no program for this system")
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
