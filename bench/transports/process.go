//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"longwire.example/bench/ports"
)

// server is one of the two.
type server string

const (
	ours  server = "ours"
	nchan server = "nchan"
)

// process is a server that runs.
type process struct {
	cmd    *exec.Cmd
	addr   string
	dir    string // what it writes; removed at its end
	stderr bytes.Buffer
	over   chan struct{} // closed when it has ended
}

// startTime bounds how long a server may need until it can be reached.
const startTime = 30 * time.Second

// place is where a server runs.
type place struct {
	core    string // or empty: any
	profile string // the file for a profile of our server, or empty
}

// start starts a server. A port that was
// free may be taken by the time that it is bound, so there is more than one try.
func (s server) start(ctx context.Context, at place) (p *process, err error) {
	for range 3 {
		if p, err = s.try(ctx, at); err == nil || errors.Is(err, errNoNchan) {
			break
		}
	}
	return p, err
}

func (s server) try(ctx context.Context, at place) (*process, error) {
	port, err := ports.Free(ctx)
	if err != nil {
		return nil, err
	}
	p := &process{addr: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), over: make(chan struct{})}
	if p.dir, err = os.MkdirTemp("", "transports-"); err != nil {
		return nil, err
	}
	argv, err := s.command(p, at.profile)
	if err == nil {
		if at.core != "" {
			argv = append([]string{"taskset", "-c", at.core}, argv...)
		}
		p.cmd = exec.CommandContext(ctx, argv[0], argv[1:]...) //nolint:gosec // it is this program, or nginx
		p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
		p.cmd.Stderr = &p.stderr
		err = p.cmd.Start()
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(p.dir))
	}
	go func() {
		_ = p.cmd.Wait() // how it ended is told by stderr, or it was stopped
		close(p.over)
	}()
	if err := p.reach(); err != nil {
		p.stop()
		return nil, fmt.Errorf("%s: %w: %s", s, err, &p.stderr)
	}
	return p, nil
}

// command is what starts a server.
func (s server) command(p *process, profile string) ([]string, error) {
	if s == ours {
		self, err := os.Executable()
		return []string{self, "serve", p.addr, profile}, err
	}
	path, err := nginx()
	if err != nil {
		return nil, err
	}
	return []string{path, "-p", p.dir, "-c", "nginx.conf", "-e", "stderr"}, writeConfig(p.dir, p.addr)
}

// reach waits until it can be reached.
func (p *process) reach() error {
	for end := time.Now().Add(startTime); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		select {
		case <-p.over:
			return errors.New("it has ended")
		default:
		}
		if c, err := net.DialTimeout("tcp", p.addr, time.Second); err == nil {
			return c.Close()
		}
	}
	return errors.New("it can't be reached")
}

// stop ends it; nginx ends its worker.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.over:
	case <-time.After(startTime):
		_ = p.cmd.Process.Kill()
		<-p.over
	}
	_ = os.RemoveAll(p.dir)
}

// cpu is the CPU time of the server so far: taskset becomes it, and nginx has a
// worker beside it.
func (p *process) cpu() (time.Duration, error) {
	pid := p.cmd.Process.Pid
	total, err := cpuTime(pid)
	if err != nil {
		return 0, err
	}
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return 0, err
	}
	for child := range strings.FieldsSeq(string(children)) {
		pid, err := strconv.Atoi(child)
		if err != nil {
			return 0, err
		}
		t, err := cpuTime(pid)
		if err != nil {
			return 0, err
		}
		total += t
	}
	return total, nil
}
