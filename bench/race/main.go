//go:build linux

package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// The echo loads: connections x octets x messages under way on each.
const echoLoads = "64x32x1,64x32x32,64x1024x1,64x16384x1,8x1048576x1"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "race:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("race", flag.ContinueOnError)
	names := f.String("servers", "", "race these `names` alone, separated by commas")
	loads := f.String("loads", echoLoads, "`loads`, separated by commas")
	rounds := f.Int("rounds", 3, "`rounds` of each load")
	seconds := f.Duration("time", 2*time.Second, "how long each run counts")
	dir := f.String("dir", "", "`folder` for what is built (default .cache/bench in the repository)")
	serverCore := f.String("server-core", "0", "`core` of the server")
	loadCore := f.String("load-core", "1", "`core` of the load generator")
	all := slices.Clone(servers)
	f.Func("add", "also race `name=command`, which has {port} in it (repeatable)", func(s string) error {
		name, command, ok := strings.Cut(s, "=")
		if !ok {
			return errors.New("not of the form name=command")
		}
		all = append(all, server{name: name, echo: command})
		return nil
	})
	if err := f.Parse(args); err != nil {
		return err
	}
	root, err := repository()
	if err != nil {
		return err
	}
	b := &builder{root: root, dir: cmp.Or(*dir, filepath.Join(root, ".cache", "bench")), done: map[string]error{}}
	r := &race{dir: b.dir, serverCore: *serverCore, loadCore: *loadCore, rounds: *rounds, flags: []string{"-time", seconds.String()}}
	if err := b.build(ctx, "load"); err != nil {
		return err
	}
	var able []server
	for _, s := range all {
		if *names != "" && !slices.Contains(strings.Split(*names, ","), s.name) && s.build != nil {
			continue
		}
		if err := b.buildAll(ctx, s.build); err != nil {
			fmt.Fprintf(os.Stderr, "skipped %s: %v\n", s.name, err)
			continue
		}
		able = append(able, s)
	}
	for _, text := range strings.Split(*loads, ",") {
		l, err := parseLoad(text)
		if err != nil {
			return err
		}
		c, err := r.contest(ctx, l, able)
		if err != nil {
			return err
		}
		table(os.Stdout, &c)
	}
	return nil
}
