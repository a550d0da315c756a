//go:build linux

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"syscall"
)

func main() {
	if served() {
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := begun(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "transports:", err)
		os.Exit(1)
	}
}

// pinned says in the environment that this process is where it belongs.
const pinned = "TRANSPORTS_PINNED=1"

// begun moves this program to the core of the client, and measures.
func begun(ctx context.Context, args []string) error {
	c, err := parse(args)
	if err != nil {
		return err
	}
	if c.redraw {
		r, err := loadResults(c.samples)
		if err != nil {
			return err
		}
		return c.publish(r)
	}
	if _, err := nginx(); err != nil {
		return err
	}
	if c.clientCore != "" && os.Getenv("TRANSPORTS_PINNED") == "" {
		self, err := os.Executable()
		if err != nil {
			return err
		}
		taskset, err := exec.LookPath("taskset")
		if err != nil {
			return errors.New("missing tool: taskset")
		}
		argv := append([]string{"taskset", "-c", c.clientCore, self}, args...)
		return syscall.Exec(taskset, argv, append(os.Environ(), pinned)) //nolint:gosec // it is this program
	}
	return c.measure(ctx)
}

func (c *config) measure(ctx context.Context) error {
	v, err := findVersions(ctx)
	if err != nil {
		return err
	}
	r := &results{Versions: v, Rounds: c.rounds, Size: c.size, Interval: c.interval.Milliseconds(), Crowds: c.crowds}
	for round := range c.rounds {
		servers := []server{ours, nchan}
		if round%2 == 1 {
			slices.Reverse(servers)
		}
		for _, w := range c.crowds {
			for _, t := range c.transports {
				for _, s := range servers {
					got, err := c.sample(ctx, s, t, w)
					if err != nil {
						return err
					}
					r.Samples = append(r.Samples, got)
				}
			}
		}
		fmt.Fprintf(os.Stderr, "round %d of %d\n", round+1, c.rounds)
	}
	if c.samples != "" {
		if err := r.save(c.samples); err != nil {
			return err
		}
	}
	return c.publish(r)
}

// publish prints the table, and puts it where it belongs.
func (c *config) publish(r *results) error {
	text := r.table()
	fmt.Print(text)
	if c.out == "" {
		return nil
	}
	return replace(c.out, text)
}
