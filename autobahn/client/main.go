package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, out, errs io.Writer) int {
	t, err := parseFlags(args, out)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(errs, "client:", err)
		return 2
	}
	if err := t.runAll(ctx, out); err != nil {
		fmt.Fprintln(errs, "client:", err)
		return 1
	}
	return 0
}

// parseFlags reads the command line. Help goes to usage and gives flag.ErrHelp.
func parseFlags(args []string, usage io.Writer) (*tester, error) {
	f := flag.NewFlagSet("client", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	base := f.String("url", "", "`URL` of the fuzzing server, like ws://127.0.0.1:9001")
	agent := f.String("agent", "longwire", "`name` of this client in the report")
	deflate := f.Bool("deflate", false, "offer permessage-deflate, with parameters that differ from group to group")
	limit := f.Duration("case-timeout", 150*time.Second, "longest time that one case may take")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			f.SetOutput(usage)
			f.Usage()
		}
		return nil, err
	}
	u, err := url.Parse(*base)
	switch {
	case f.NArg() > 0:
		return nil, fmt.Errorf("unexpected argument %q", f.Arg(0))
	case err != nil || u.Host == "" || (u.Scheme != "ws" && u.Scheme != "wss"):
		return nil, fmt.Errorf("-url needs the fuzzing server's ws or wss URL, not %q", *base)
	case *agent == "":
		return nil, errors.New("-agent is empty")
	case *limit <= 0:
		return nil, fmt.Errorf("-case-timeout must be positive, not %v", *limit)
	}
	return &tester{base: u, agent: *agent, limit: *limit, deflate: *deflate}, nil
}
