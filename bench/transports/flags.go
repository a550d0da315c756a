//go:build linux

package main

import (
	"flag"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// config is what the flags say.
type config struct {
	load

	transports             []*transport
	crowds                 []crowd
	rounds                 int
	seconds                float64
	out, samples, profiles string
	redraw                 bool
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
	f.StringVar(&c.profiles, "profiles", "", "write CPU profiles of our server into this `folder`; those of the last round stay")
	f.BoolVar(&c.redraw, "redraw", false, "measure nothing: make the table of what is in -samples")
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
		w.Subscribers, err1 = strconv.Atoi(n)
		w.Rate, err2 = strconv.Atoi(rate)
		if err1 != nil || err2 != nil || w.Subscribers < 1 || w.Rate < 1 {
			return nil, fmt.Errorf("-crowds: %q is not subscribers@events", text)
		}
		c.crowds = append(c.crowds, w)
	}
	var err error
	c.transports, err = named(*list)
	return c, err
}
