//go:build linux && !386

package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"longwire.example/bench/race/results"
)

// config is what the flags say.
type config struct {
	target
	window
	mode   string
	conns  int
	active int
	bytes  int
	depth  int
	rate   float64
	text   bool
	settle time.Duration
}

var modes = []string{"echo", "rate", "idle", "handshakes", "broadcast"}

func main() {
	cfg, err := parse(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	var s results.Sample
	if err == nil {
		s, err = run(cfg)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
	_ = json.NewEncoder(os.Stdout).Encode(s)
}

func parse(args []string) (*config, error) {
	c := &config{}
	f := flag.NewFlagSet("load", flag.ContinueOnError)
	addr := f.String("addr", "", "`address:port` of the server")
	f.StringVar(&c.path, "path", "/", "`path` of the opening handshake")
	f.BoolVar(&c.tcp, "tcp", false, "the server gives back octets and knows no WebSocket")
	f.IntVar(&c.pid, "pid", 0, "process `id` of the server, for its CPU time and memory")
	f.StringVar(&c.mode, "mode", "echo", strings.Join(modes, ", "))
	f.IntVar(&c.conns, "conns", 64, "`number` of connections; of handshakes at the same time")
	f.IntVar(&c.active, "active", 0, "only this `number` of connections send anything (echo; 0 for all)")
	f.IntVar(&c.bytes, "bytes", 32, "`octets` of payload")
	f.IntVar(&c.depth, "depth", 1, "`number` of messages under way on each connection (echo), or in all (broadcast)")
	f.Float64Var(&c.rate, "rate", 20000, "`messages` a second on all connections together (rate)")
	f.BoolVar(&c.text, "text", false, "messages are text")
	f.DurationVar(&c.seconds, "time", 2*time.Second, "how long to count")
	f.DurationVar(&c.warm, "warm", 500*time.Millisecond, "how long to run before")
	f.DurationVar(&c.settle, "settle", 3*time.Second, "how long to wait before memory is read (idle)")
	err := f.Parse(args)
	if err != nil {
		return nil, err
	}
	if c.addr, err = netip.ParseAddrPort(*addr); err != nil {
		return nil, fmt.Errorf("-addr: %w", err)
	}
	if c.active == 0 {
		c.active = c.conns
	}
	if !slices.Contains(modes, c.mode) {
		return nil, fmt.Errorf("-mode %q is none of %v", c.mode, modes)
	}
	if !c.addr.Addr().Is4() || c.conns < 1 || c.active < 1 || c.active > c.conns || c.bytes < 0 || c.depth < 1 || c.rate <= 0 {
		return nil, errors.New("a flag is out of range (-h lists them; -addr is an IPv4 address)")
	}
	return c, nil
}

// run measures in the mode that the flags name.
func run(c *config) (results.Sample, error) {
	// Nothing is allocated while messages go round, so nothing needs collecting.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	switch c.mode {
	case "idle":
		return idle{&c.target, c.script(), c.conns, c.pid, c.settle}.run()
	case "handshakes":
		h, err := newHandshakes(&c.target, c.conns)
		if err != nil {
			return results.Sample{}, err
		}
		defer h.leave()
		return h.run(c.window)
	}
	crowd, err := gather(&c.target, c.script(), c.conns)
	if err != nil {
		return results.Sample{}, err
	}
	defer crowd.leave()
	switch c.mode {
	case "echo":
		return (&echo{crowd: crowd, depth: c.depth, active: c.active}).run(c.window)
	case "rate":
		return (&rate{crowd: crowd, every: 1e9 / c.rate}).run(c.window)
	default: // parse knows no other
		return (&broadcast{crowd: crowd, depth: c.depth}).run(c.window)
	}
}

func (c *config) script() *script {
	opcode := byte(binaryData)
	if c.text {
		opcode = textData
	}
	if c.tcp {
		return newPlainScript(opcode, c.bytes, c.depth)
	}
	return newScript(opcode, c.bytes, c.depth)
}
