//go:build linux

package main

import (
	"bufio"
	"context"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"longwire.example/bench/race/results"
)

// describe tells what a server is, with versions as they were built.
func (b *builder) describe(ctx context.Context, s server) results.Server {
	d := results.Server{Name: s.name, Group: s.group, What: s.what}
	switch {
	case s.build == nil:
		d.What = "from the command line"
	case s.group == results.Ours:
		d.Language = runtime.Version()
		d.Version = b.commit(ctx)
	case s.has("rust"):
		d.Language = cut(said(ctx, b.root, "rustc", "--version"), 2)
		d.Version = b.locked("bench/race/servers/rust/Cargo.lock", `name = "`+regexp.QuoteMeta(s.what)+`"\nversion = "([^"]+)"`)
	case s.has("bun"):
		d.Version = said(ctx, b.root, filepath.Join(b.dir, "js", "bun"), "--version")
		d.Language = "C++, JavaScript"
	case s.has("node"):
		d.Language = "node " + said(ctx, b.root, "node", "--version")
		d.Version = b.locked("bench/race/servers/js/package-lock.json", `"node_modules/ws": \{\s+"version": "([^"]+)"`)
	default:
		info, err := buildinfo.ReadFile(filepath.Join(b.dir, s.build[0]))
		if err != nil {
			break
		}
		d.Language = info.GoVersion
		for _, m := range info.Deps {
			if m.Path == s.what {
				d.Version = m.Version
			}
		}
	}
	return d
}

// commit is the last one that has changed the library or its echo server, so
// that what is written about it doesn't change it.
func (b *builder) commit(ctx context.Context) string {
	what := []string{"--", "ws", "cmd/echo", "go.mod"}
	c := said(ctx, b.root, "git", append([]string{"log", "-1", "--format=%h"}, what...)...)
	if said(ctx, b.root, "git", append([]string{"status", "--porcelain"}, what...)...) != "" {
		c += " and changes"
	}
	return c
}

// locked finds a version in a file of the repository.
func (b *builder) locked(file, pattern string) string {
	text, err := os.ReadFile(filepath.Join(b.root, file))
	if err != nil {
		return ""
	}
	if m := regexp.MustCompile(pattern).FindSubmatch(text); m != nil {
		return string(m[1])
	}
	return ""
}

// said gives what a program prints, or nothing.
func said(ctx context.Context, dir, program string, args ...string) string {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	text, err := cmd.Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// cut gives the first words.
func cut(s string, words int) string {
	f := strings.Fields(s)
	return strings.Join(f[:min(words, len(f))], " ")
}

// machine tells what this is.
func machine(ctx context.Context) results.Machine {
	m := results.Machine{
		CPU:    field("/proc/cpuinfo", "model name"),
		Cores:  runtime.NumCPU(),
		Kernel: said(ctx, "/", "uname", "-r"),
		System: runtime.GOARCH,
	}
	var kib int
	if _, err := fmt.Sscan(field("/proc/meminfo", "MemTotal"), &kib); err == nil {
		m.Memory = fmt.Sprintf("%.0f GiB", float64(kib)/(1<<20))
	}
	if name := strings.Trim(field("/etc/os-release", "PRETTY_NAME"), `"`); name != "" {
		m.System += ", " + name
	}
	return m
}

// field gives what stands behind a name and a colon or equals sign.
func field(file, name string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if i := strings.IndexAny(s.Text(), ":="); i > 0 && strings.TrimSpace(s.Text()[:i]) == name {
			return strings.TrimSpace(s.Text()[i+1:])
		}
	}
	return ""
}
