package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// config is what the command line asks for.
type config struct {
	patterns  []string // of cases; none means all
	driver    string   // of cmd/echo
	agent     string   // name of the tested implementation in the reports
	server    bool     // test the server side
	client    bool     // test the client side
	serverURL string   // test this server in place of cmd/echo
	clientCmd []string // test this client in place of autobahn/client
	update    bool     // write expected.json
	parallel  int      // runs of the suite for each side; 0 is as many as there are cores for
	timeout   time.Duration
	reports   string // folder; "" is autobahn/reports
}

// reportsIn returns the absolute path of the folder that the reports go to.
func (c *config) reportsIn(root string) string {
	if c.reports == "" {
		return filepath.Join(root, "autobahn", "reports")
	}
	return c.reports
}

// drivers are those of cmd/echo.
var drivers = []string{"http", "raw", "loop"}

// quick lists what takes little time: everything but the large messages (9), and
// of compression (12, 13) one case for each kind of data and each choice of
// parameters, with fragments for the latter.
const quick = "1,2,3,4,5,6,7,10,12.1.3,12.2.3,12.3.3,12.4.3,12.5.3,13.1.11,13.2.11,13.3.11,13.4.11,13.5.11,13.6.11,13.7.11"

// parseFlags reads the command line. Help goes to usage and gives flag.ErrHelp.
func parseFlags(args []string, usage io.Writer) (*config, error) {
	c := &config{}
	f := flag.NewFlagSet("run", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	cases := f.String("cases", "", "comma-separated case `patterns`, like 1.*,2.10,7 (default all)")
	quickly := f.Bool("quick", false, "run only what takes little time: no large messages (9) and a few cases of compression (12, 13)")
	f.StringVar(&c.driver, "driver", "http", "driver of cmd/echo: "+strings.Join(drivers, ", "))
	serverOnly := f.Bool("server-only", false, "test the server side only")
	clientOnly := f.Bool("client-only", false, "test the client side only")
	f.StringVar(&c.serverURL, "server", "", "test the server at this ws or wss `URL` in place of cmd/echo")
	client := f.String("client", "", "test this client in place of autobahn/client: a `command` in which {url} and {agent} are replaced")
	f.StringVar(&c.agent, "agent", "longwire", "`name` of what is tested, in the reports")
	f.BoolVar(&c.update, "update", false, "write the results to expected.json in place of comparing")
	f.IntVar(&c.parallel, "parallel", 0, "share out the cases of each side to so many runs of the suite (default: one for each core, both sides together)")
	f.DurationVar(&c.timeout, "timeout", 30*time.Minute, "end the whole run after this time")
	f.StringVar(&c.reports, "reports", "", "`folder` for the suite's reports; its server and client folders are replaced (default autobahn/reports)")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			f.SetOutput(usage)
			f.Usage()
		}
		return nil, err
	}

	c.clientCmd = strings.Fields(*client)
	// Naming somebody else's server or client alone asks for that side alone.
	c.server = !*clientOnly && (len(c.clientCmd) == 0 || c.serverURL != "")
	c.client = !*serverOnly && (c.serverURL == "" || len(c.clientCmd) > 0)

	switch {
	case f.NArg() > 0:
		return nil, fmt.Errorf("unexpected argument %q", f.Arg(0))
	case !slices.Contains(drivers, c.driver):
		return nil, fmt.Errorf("-driver is one of %s, not %q", strings.Join(drivers, ", "), c.driver)
	case *serverOnly && *clientOnly:
		return nil, errors.New("-server-only and -client-only exclude each other")
	case *clientOnly && c.serverURL != "":
		return nil, errors.New("-client-only and -server exclude each other")
	case *serverOnly && len(c.clientCmd) > 0:
		return nil, errors.New("-server-only and -client exclude each other")
	case *quickly && *cases != "":
		return nil, errors.New("-quick and -cases exclude each other")
	case c.update && (c.serverURL != "" || len(c.clientCmd) > 0):
		return nil, errors.New("-update is for Longwire's own results: not with -server or -client")
	case c.agent == "":
		return nil, errors.New("-agent is empty")
	case c.parallel < 0:
		return nil, fmt.Errorf("-parallel must not be negative, but is %d", c.parallel)
	case c.timeout <= 0:
		return nil, fmt.Errorf("-timeout must be positive, not %v", c.timeout)
	}
	if c.serverURL != "" {
		if err := checkServerURL(c.serverURL); err != nil {
			return nil, err
		}
	}
	if len(c.clientCmd) > 0 && !strings.Contains(*client, "{url}") {
		return nil, errors.New("-client needs {url} where the fuzzing server's URL is to stand")
	}
	if c.reports != "" {
		var err error
		if c.reports, err = filepath.Abs(c.reports); err != nil {
			return nil, err
		}
	}
	if *quickly {
		*cases = quick
	}
	if *cases != "" {
		var err error
		if c.patterns, err = parsePatterns(*cases); err != nil {
			return nil, fmt.Errorf("-cases: %w", err)
		}
	}
	return c, nil
}

func checkServerURL(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || (u.Scheme != "ws" && u.Scheme != "wss") {
		return fmt.Errorf("-server needs a ws or wss URL, not %q", s)
	}
	return nil
}
