//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == "serve" {
		serve(os.Args[2])
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := begun(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "transports:", err)
		os.Exit(1)
	}
}

// config is what the flags say.
type config struct {
	load

	transports             []*transport
	crowds                 []crowd
	rounds                 int
	seconds                float64
	out, samples           string
	serverCore, clientCore string
}

func parse(args []string) (*config, error) {
	c := &config{load: load{warm: 50, patience: 20 * time.Second}}
	f := flag.NewFlagSet("transports", flag.ContinueOnError)
	list := f.String("transports", "", "these `names` alone, separated by commas")
	crowds := f.String("crowds", "1@200,200@20", "`subscribers@events` a second, separated by commas")
	f.IntVar(&c.rounds, "rounds", 5, "`rounds` of all samples")
	f.Float64Var(&c.seconds, "seconds", 1, "how many `seconds` each sample counts")
	f.IntVar(&c.size, "size", 100, "`octets` of an event's data")
	f.DurationVar(&c.interval, "interval", 100*time.Millisecond, "`time` between two polls")
	f.StringVar(&c.out, "out", "", "put the table into this `file`, too, between <!-- begin: nchan --> and <!-- end: nchan -->")
	f.StringVar(&c.samples, "samples", "", "write all samples to this `file`, as JSON")
	f.StringVar(&c.serverCore, "server-core", "0", "`core` of the server; empty: any")
	f.StringVar(&c.clientCore, "client-core", "1", "`core` of the client; empty: any")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if f.NArg() > 0 || c.rounds < 1 || c.seconds <= 0 || c.size < minSize || c.interval <= 0 {
		return nil, fmt.Errorf("rounds, seconds and interval are positive, size is at least %d, and nothing follows the flags", minSize)
	}
	for text := range strings.SplitSeq(*crowds, ",") {
		n, rate, _ := strings.Cut(text, "@")
		var w crowd
		var err1, err2 error
		w.subscribers, err1 = strconv.Atoi(n)
		w.rate, err2 = strconv.Atoi(rate)
		if err1 != nil || err2 != nil || w.subscribers < 1 || w.rate < 1 {
			return nil, fmt.Errorf("-crowds: %q is not subscribers@events", text)
		}
		c.crowds = append(c.crowds, w)
	}
	var err error
	c.transports, err = named(*list)
	return c, err
}

// pinned says in the environment that this process is where it belongs.
const pinned = "TRANSPORTS_PINNED=1"

// begun moves this program to the core of the client, and measures.
func begun(ctx context.Context, args []string) error {
	c, err := parse(args)
	if err != nil {
		return err
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
	var all []Sample
	for round := range c.rounds {
		for _, w := range c.crowds {
			for _, t := range c.transports {
				servers := []server{ours, nchan}
				if round%2 == 1 {
					servers = []server{nchan, ours}
				}
				for _, s := range servers {
					got, err := c.sample(ctx, s, t, w)
					if err != nil {
						return err
					}
					all = append(all, got)
				}
			}
		}
		fmt.Fprintf(os.Stderr, "round %d of %d\n", round+1, c.rounds)
	}
	text := c.table(v, all)
	fmt.Print(text)
	if c.samples != "" {
		b, err := json.MarshalIndent(map[string]any{"versions": v, "samples": all}, "", " ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(c.samples, append(b, '\n'), 0o644); err != nil { //nolint:gosec // a page of the documentation
			return err
		}
	}
	if c.out != "" {
		return replace(c.out, text)
	}
	return nil
}
