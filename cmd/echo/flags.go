package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"longwire.example/ws"
	"longwire.example/ws/handshake"
)

// defaultMaxMessage leaves room for the 16 MiB messages of the Autobahn suite.
// The library's own default is ws.DefaultMaxMessage.
const defaultMaxMessage = 32 << 20

// The drivers.
const (
	driverHTTP = "http"
	driverRaw  = "raw"
	driverLoop = "loop"
)

var drivers = []string{driverHTTP, driverRaw, driverLoop}

// usage stands above the list of flags.
const usage = `usage: echo [flags]

Echoes WebSocket messages on every path. With the http driver, / is a page to
try it, GET /events an event stream and POST /events publishes to it; /transports
compares all ways to push events, which /comet/ has.

`

// config is what the flags say.
type config struct {
	addr        string
	driver      string
	tls         bool
	origins     []string
	maxMessage  int64
	compression *ws.Compression // nil without -deflate
	trace       bool
	quiet       bool

	closeTimeout time.Duration // no flag; tests are in a hurry
}

// parseFlags reads the flags and checks them, all before anything is opened.
// With -h it prints them and returns flag.ErrHelp.
func parseFlags(args []string, stdout io.Writer) (config, error) {
	c := config{closeTimeout: ws.DefaultCloseTimeout}
	f := flag.NewFlagSet("echo", flag.ContinueOnError)
	f.SetOutput(io.Discard) // the caller prints the error, in one line
	f.StringVar(&c.addr, "addr", "127.0.0.1:8080", "listen on this `host:port`; port 0 takes a free one")
	f.StringVar(&c.driver, "driver", driverHTTP, "the `driver`: http (net/http, with the pages, /events and /comet/), raw (a goroutine for each connection) or loop (an event loop on Linux, without -tls); these two have none of that")
	f.BoolVar(&c.tls, "tls", false, "use TLS, with a self-signed certificate made in memory, and HTTP/2 for the page and /events")
	f.Func("origin", "also take WebSockets of pages of origins that match `pattern`, such as https://*.example.com (repeatable)", func(s string) error {
		c.origins = append(c.origins, s)
		_, err := handshake.ParseOriginPattern(s)
		return err
	})
	f.Int64Var(&c.maxMessage, "max-message", defaultMaxMessage, "answer messages of more `bytes` with 1009, and posted events with 413")
	deflate := deflateFlags(f)
	f.BoolVar(&c.trace, "trace", false, "print every frame, field by field, and every event stream to standard error")
	f.BoolVar(&c.quiet, "quiet", false, "print nothing but errors")

	err := f.Parse(args)
	if err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fmt.Fprint(stdout, usage)
			f.SetOutput(stdout)
			f.PrintDefaults()
		}
		return c, err
	}
	if f.NArg() > 0 {
		return c, fmt.Errorf("unexpected argument %q", f.Arg(0))
	}
	if c.compression, err = deflate.compression(f); err != nil {
		return c, err
	}
	return c, c.check()
}

// check finds what can't work whatever the machine's state is.
func (c *config) check() error {
	_, port, err := net.SplitHostPort(c.addr)
	if err != nil {
		return fmt.Errorf("-addr: %w", err)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("-addr %q: the port is not a number from 0 to 65535", c.addr)
	}
	if !slices.Contains(drivers, c.driver) {
		return fmt.Errorf("-driver %q is not one of %s", c.driver, strings.Join(drivers, ", "))
	}
	if c.maxMessage < 1 {
		return fmt.Errorf("-max-message %d is not a positive number of bytes", c.maxMessage)
	}
	return nil
}
