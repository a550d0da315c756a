//go:build linux

package main

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// versions are what was measured.
type versions struct {
	Date  string `json:"date"`
	Ours  string `json:"ours"` // the last commit that changed what is measured
	Go    string `json:"go"`
	Nchan string `json:"nchan"`
	Nginx string `json:"nginx"`
}

func findVersions(ctx context.Context) (versions, error) {
	path, err := nginx()
	if err != nil {
		return versions{}, err
	}
	said, err := exec.CommandContext(ctx, path, "-v").CombinedOutput() //nolint:gosec // it is nginx
	if err != nil {
		return versions{}, fmt.Errorf("%s -v: %w", path, err)
	}
	_, name, _ := strings.Cut(strings.TrimSpace(string(said)), ": ")
	v := versions{Date: time.Now().Format(time.DateOnly), Go: runtime.Version(), Nginx: strings.Replace(name, "/", " ", 1)}
	v.Nchan = prints(ctx, "dpkg-query", "-W", "-f", "${Version}", "libnginx-mod-nchan") // such as 1:1.3.6+dfsg-2
	if _, after, ok := strings.Cut(v.Nchan, ":"); ok {
		v.Nchan = after
	}
	v.Ours = prints(ctx, "git", "log", "-1", "--format=%h", "--", ":/comet", ":/sse", ":/ws")
	return v, nil
}

// prints is what a program prints, or "unknown".
func prints(ctx context.Context, program string, args ...string) string {
	text, err := exec.CommandContext(ctx, program, args...).Output() //nolint:gosec // one of those above
	if s := strings.TrimSpace(string(text)); err == nil && s != "" {
		return s
	}
	return "unknown"
}
