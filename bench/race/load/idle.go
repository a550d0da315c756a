//go:build linux && !386

package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"longwire.example/bench/race/results"
)

// idle opens connections, sends one message on each and leaves them alone.
type idle struct {
	target *target
	script *script
	conns  int
	pid    int
	settle time.Duration // until memory is read
}

// first is how many connections come before those that count: a server has
// grown its tables and pools by then.
const first = 200

func (d idle) run() (results.Sample, error) {
	if d.pid == 0 {
		return results.Sample{}, errors.New("-mode idle needs -pid")
	}
	c, err := gather(d.target, d.script, 0)
	if err != nil {
		return results.Sample{}, err
	}
	defer c.leave()
	if err := d.open(c, first); err != nil {
		return results.Sample{}, err
	}
	before, err := d.resident(d.settle / 3)
	if err != nil {
		return results.Sample{}, err
	}
	if err := d.open(c, d.conns); err != nil {
		return results.Sample{}, err
	}
	after, err := d.resident(d.settle)
	return results.Sample{Memory: (after - before) / float64(d.conns), Resident: after / 1024}, err
}

// open opens n connections, each of which echoes one message before the next.
func (d idle) open(c *crowd, n int) error {
	for range n {
		if err := c.add(d.target, d.script, 1); err != nil {
			return err
		}
		last := &c.conns[len(c.conns)-1]
		last.owe(1)
		if err := last.flush(); err != nil {
			return err
		}
		if err := d.await(c); err != nil {
			return err
		}
	}
	return nil
}

// await waits for one echo, which may come in pieces.
func (d idle) await(c *crowd) error {
	for end := now() + int64(5*time.Second); now() < end; {
		if n, err := c.poll(100, func(*conn, int) error { return nil }); n > 0 || err != nil {
			return err
		}
	}
	return errStalled
}

// resident waits and gives the server's resident memory in KiB.
func (d idle) resident(wait time.Duration) (float64, error) {
	time.Sleep(wait)
	status, err := os.ReadFile("/proc/" + strconv.Itoa(d.pid) + "/status")
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	var kib float64
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		return 0, fmt.Errorf("no VmRSS of process %d: %w", d.pid, err)
	}
	return kib, nil
}
