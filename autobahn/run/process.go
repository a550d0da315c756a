package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"
)

// stopTime is how long a process may take to end after it was asked to.
const stopTime = 8 * time.Second

// process is one program that this run started. Everything it prints goes to
// a log file.
type process struct {
	name string
	log  string
	stop func() // ends it, by its own process id, and waits
	done chan struct{}
	err  error // how it ended; read it after done is closed
}

// start runs argv until it ends, stop is called or ctx ends. onLine, which may
// be nil, gets each line of output.
func start(ctx context.Context, name, log string, onLine func(string), argv ...string) (*process, error) {
	f, err := os.Create(filepath.Clean(log))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = stopTime
	w := &lineWriter{log: f, onLine: onLine}
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		cancel()
		f.Close()
		return nil, err
	}
	p := &process{name: name, log: log, done: make(chan struct{})}
	p.stop = func() { cancel(); <-p.done }
	go func() {
		p.err = cmd.Wait()
		cancel()
		f.Close()
		close(p.done)
	}()
	return p, nil
}

// failure describes a process that ended when it should not have.
func (p *process) failure() error {
	if p.err != nil {
		return fmt.Errorf("%s ended: %w (see %s)", p.name, p.err, p.log)
	}
	return fmt.Errorf("%s ended too early (see %s)", p.name, p.log)
}

// waitListening returns when something accepts connections at addr, or with an
// error when the process ends first.
func (p *process) waitListening(ctx context.Context, addr string) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		c, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", addr)
		if err == nil {
			return c.Close()
		}
		select {
		case <-p.done:
			return p.failure()
		case <-ctx.Done():
			return fmt.Errorf("%s does not listen on %s: %w", p.name, addr, context.Cause(ctx))
		case <-tick.C:
		}
	}
}

// firstPort and ports are the range that addresses are taken from. It is below
// those that systems give to clients, and to servers that leave it to them: on
// a busy machine one of these would be somebody else's at once.
const (
	firstPort = 20_000
	ports     = 10_000
)

// nextPort counts the ports that were tried. Runs beside each other begin at
// different ones.
var nextPort atomic.Uint32

// freeAddress returns an address of this host that nothing listened on a
// moment ago.
func freeAddress(ctx context.Context) (string, error) {
	var failure error
	for range 100 {
		port := firstPort + (uint32(os.Getpid())*100+nextPort.Add(1))%ports //nolint:gosec // G115: any number will do
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			failure = err
			continue
		}
		return l.Addr().String(), l.Close()
	}
	return "", failure
}

// lineWriter copies a program's output to its log and hands on whole lines.
type lineWriter struct {
	log    *os.File
	onLine func(string)
	rest   []byte
}

func (w *lineWriter) Write(b []byte) (int, error) {
	if w.onLine != nil {
		w.rest = append(w.rest, b...)
		for {
			line, rest, ok := bytes.Cut(w.rest, []byte("\n"))
			if !ok {
				break
			}
			w.onLine(string(line))
			w.rest = rest
		}
	}
	return w.log.Write(b)
}
