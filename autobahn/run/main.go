package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Exit codes.
const (
	exitFailed   = 1 // a difference, or a run that did not come to its end
	exitUsage    = 2
	exitNoPython = 3
)

const progressTime = 10 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, out, errs io.Writer) int {
	cfg, err := parseFlags(args, out)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(errs, "autobahn:", err)
		return exitUsage
	}
	err = conform(ctx, cfg, out)
	if err == nil {
		return 0
	}
	fmt.Fprintln(errs, "autobahn:", err)
	var usage usageError
	switch {
	case errors.As(err, &usage):
		return exitUsage
	case errors.Is(err, errNoPython):
		return exitNoPython
	default:
		return exitFailed
	}
}

// usageError is a wrong command line that only the suite could tell.
type usageError struct{ error }

// conform does the whole run.
func conform(ctx context.Context, cfg *config, out io.Writer) error {
	ctx, cancel := context.WithTimeoutCause(ctx, cfg.timeout, fmt.Errorf("not done after %v (-timeout)", cfg.timeout))
	defer cancel()
	root, err := repository()
	if err != nil {
		return err
	}
	free, alone, err := tryLock(cfg.reportsIn(root))
	if err != nil {
		return err
	}
	if !alone {
		return fmt.Errorf("another run is writing to %s: name another folder with -reports", cfg.reportsIn(root))
	}
	defer free()
	python, err := findPython(ctx)
	if err != nil {
		return err
	}
	python, err = environment(ctx, root, python, out)
	if err != nil {
		return err
	}
	st := suite{python: python}
	ids, err := st.cases(ctx)
	if err != nil {
		return err
	}
	ids, err = choose(ids, cfg.patterns)
	if err != nil {
		return usageError{err}
	}
	bin, err := build(ctx, root, cfg)
	if err != nil {
		return err
	}
	defer os.RemoveAll(bin)

	var sides []*side
	for _, name := range cfg.sides() {
		dir := filepath.Join(cfg.reportsIn(root), name)
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		shares := split(ids, cfg.shares())
		for i, cases := range shares {
			s := &side{name: name, dir: dir, cases: cases, cfg: cfg, suite: st, bin: bin}
			if len(shares) > 1 {
				s.share, s.dir = i+1, filepath.Join(dir, strconv.Itoa(i+1))
			}
			sides = append(sides, s)
		}
	}
	reports, err := runSides(ctx, sides, out)
	results := gather(ids, sides, reports)
	return errors.Join(err, judge(cfg, filepath.Join(root, "autobahn", "expected.json"), results, err == nil, out))
}

// runSides runs the sides next to each other and prints progress.
func runSides(ctx context.Context, sides []*side, out io.Writer) ([]map[string]entry, error) {
	reports := make([]map[string]entry, len(sides))
	errs := make([]error, len(sides))
	var wg sync.WaitGroup
	for i, s := range sides {
		wg.Go(func() {
			if reports[i], errs[i] = s.run(ctx); errs[i] != nil {
				errs[i] = fmt.Errorf("%s side: %w", s.name, errs[i])
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()

	begin := time.Now()
	tick := time.NewTicker(progressTime)
	defer tick.Stop()
	for ended := false; !ended; {
		select {
		case <-done:
			ended = true
		case <-tick.C:
		}
		parts := []string{fmt.Sprintf("%4.0fs", time.Since(begin).Seconds())}
		for _, s := range sides {
			parts = append(parts, s.progress())
		}
		fmt.Fprintln(out, strings.Join(parts, "   "))
	}
	return reports, errors.Join(errs...)
}
