//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"longwire.example/bench/race/results"
)

// race is how servers are raced.
type race struct {
	dir                  string // of what was built
	serverCore, loadCore string
	rounds               int
	seconds              float64 // that each sample counts
}

// contest races servers under one load. A server that fails is left out of the
// rounds that follow.
func (r *race) contest(ctx context.Context, l load, all []server) (results.Contest, error) {
	c := results.Contest{Kind: l.kind, Load: l.name}
	for _, s := range all {
		if s.command(l.kind) != "" {
			c.Series = append(c.Series, results.Series{Server: s.name})
		}
	}
	byName := map[string]server{}
	for _, s := range all {
		byName[s.name] = s
	}
	for round := range r.rounds {
		for i := range c.Series {
			s := &c.Series[(i+round)%len(c.Series)]
			if s.Failed != "" {
				continue
			}
			sample, err := r.run(ctx, l, byName[s.Server])
			if ctx.Err() != nil {
				return c, ctx.Err()
			}
			if err != nil {
				s.Failed = err.Error()
				fmt.Fprintf(os.Stderr, "%s %d/%d %s: %v\n", l.name, round+1, r.rounds, s.Server, err)
				continue
			}
			s.Samples = append(s.Samples, sample)
			fmt.Fprintf(os.Stderr, "%s %d/%d %s\n", l.name, round+1, r.rounds, s.Server)
		}
	}
	return c, nil
}

// run is one server under one load, once.
func (r *race) run(ctx context.Context, l load, s server) (sample results.Sample, err error) {
	p, err := start(ctx, s.command(l.kind), r.dir, r.serverCore)
	if err != nil {
		return sample, err
	}
	defer p.stop()
	args := []string{"-c", r.loadCore, filepath.Join(r.dir, "load"), "-addr", p.addr(), "-pid", strconv.Itoa(p.pid())}
	if s.plain {
		args = append(args, "-tcp")
	}
	cmd := exec.CommandContext(ctx, "taskset", append(append(args, "-time", time.Duration(r.seconds*float64(time.Second)).String()), l.args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	text, err := cmd.Output()
	if err != nil {
		if said := strings.TrimSpace(stderr.String()); said != "" {
			err = errors.New(said)
		}
		return sample, err
	}
	return sample, json.Unmarshal(text, &sample)
}
