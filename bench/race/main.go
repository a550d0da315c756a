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

	"longwire.example/bench/race/report"
	"longwire.example/bench/race/results"
)

// The loads without -loads, with -quick, and with -all.
const (
	echoLoads  = "64x32x1,64x32x32,64x1024x1,64x16384x1,8x1048576x1"
	quickLoads = "64x32x1,64x32x32,64x1024x1,rate:64x1024@20000,handshakes:64,idle:1000,broadcast:1000x128"
	allLoads   = echoLoads + ",rate:64x32@20000,rate:64x1024@20000,rate:64x1024@50000,rate:1000x1024@20000,handshakes:64,broadcast:5000x128,broadcast:1000x128" +
		",idle:1000,idle:5000,idle:6000,idle:18000,growth:100/100,growth:1000/1000,growth:10000/10000,growth:64/100,growth:64/1000,growth:64/10000"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "race:", err)
		os.Exit(1)
	}
}

// config is what the flags say.
type config struct {
	race

	servers []server
	loads   []load
	out     string
	redraw  bool
}

func run(ctx context.Context, args []string) error {
	c, err := parse(args)
	if err != nil {
		return err
	}
	if c.redraw {
		return redraw(c.out)
	}
	root, err := repository()
	if err != nil {
		return err
	}
	c.dir = cmp.Or(c.dir, filepath.Join(root, ".cache", "bench"))
	b := &builder{root: root, dir: c.dir, done: map[string]error{}}
	if err := b.build(ctx, "load"); err != nil {
		return err
	}
	r := &results.Results{Date: time.Now().Format(time.DateOnly), Machine: machine(ctx), Rounds: c.rounds, Seconds: c.seconds}
	var able []server
	for _, s := range c.servers {
		if err := b.buildAll(ctx, s.build); err != nil {
			fmt.Fprintf(os.Stderr, "skipped %s: %v\n", s.name, err)
			r.Servers = append(r.Servers, results.Server{Name: s.name, Group: s.group, What: s.what, Skipped: firstLine(err)})
			continue
		}
		r.Servers = append(r.Servers, b.describe(ctx, s))
		able = append(able, s)
	}
	for _, l := range c.loads {
		contest, err := c.contest(ctx, l, able)
		if err != nil {
			return err
		}
		report.Text(os.Stdout, &contest)
		r.Add(contest)
		// After each contest, so that a run that ends early is not lost.
		if err := save(c.out, r); err != nil {
			return err
		}
	}
	report.Summary(os.Stdout, r)
	return nil
}

func parse(args []string) (*config, error) {
	c := &config{servers: slices.Clone(servers)}
	f := flag.NewFlagSet("race", flag.ContinueOnError)
	names := f.String("servers", "", "race these `names` alone, separated by commas")
	loads := f.String("loads", echoLoads, "`loads`, separated by commas: CONNSxBYTESxDEPTH, rate:CONNSxBYTES@MESSAGES, handshakes:CONNS, broadcast:CONNSxBYTES, idle:CONNS or growth:ACTIVE/CONNS")
	quick := f.Bool("quick", false, "a short one: some loads, one round of a second each")
	all := f.Bool("all", false, "all loads")
	f.IntVar(&c.rounds, "rounds", 3, "`rounds` of each load")
	f.Float64Var(&c.seconds, "seconds", 2, "how many `seconds` each sample counts")
	f.StringVar(&c.dir, "dir", "", "`folder` for what is built (default .cache/bench in the repository)")
	f.StringVar(&c.out, "out", "", "write results, page and charts into this `folder`, beside those of other loads that are there")
	f.BoolVar(&c.redraw, "redraw", false, "race nothing, but write page and charts in the folder of -out anew")
	f.StringVar(&c.serverCore, "server-core", "0", "`core` of the server")
	f.StringVar(&c.loadCore, "load-core", "1", "`core` of the load generator")
	f.Func("add", "also race `name=command`, which has {port} in it (repeatable)", func(s string) error {
		name, command, ok := strings.Cut(s, "=")
		if !ok {
			return errors.New("not of the form name=command")
		}
		c.servers = append(c.servers, server{name: name, group: results.Ours, echo: command, broadcast: command})
		return nil
	})
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if *quick {
		*loads, c.rounds, c.seconds = quickLoads, 1, 1
	}
	if *all {
		*loads = allLoads
	}
	for text := range strings.SplitSeq(*loads, ",") {
		l, err := parseLoad(text)
		if err != nil {
			return nil, err
		}
		c.loads = append(c.loads, l)
	}
	return c, c.choose(*names)
}

// choose leaves the servers that are named, and those from the command line.
func (c *config) choose(names string) error {
	if names == "" {
		return nil
	}
	chosen := strings.Split(names, ",")
	for _, name := range chosen {
		if !slices.ContainsFunc(c.servers, func(s server) bool { return s.name == name }) {
			return fmt.Errorf("-servers: there is no %q", name)
		}
	}
	c.servers = slices.DeleteFunc(c.servers, func(s server) bool { return s.build != nil && !slices.Contains(chosen, s.name) })
	return nil
}

// firstLine is what a page says of an error.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
