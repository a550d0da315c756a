//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"longwire.example/bench/ports"
)

// process is a server that runs, on a core of its own.
type process struct {
	cmd    *exec.Cmd
	port   int
	stderr bytes.Buffer
	over   chan struct{} // closed when it has ended
}

// start starts a server and waits until it can be reached.
func start(ctx context.Context, command, dir, core string) (*process, error) {
	port, err := ports.Free(ctx)
	if err != nil {
		return nil, err
	}
	p := &process{port: port, over: make(chan struct{})}
	p.cmd = exec.CommandContext(ctx, "taskset", append([]string{"-c", core}, fill(command, dir, port)...)...)
	p.cmd.Stderr = &p.stderr
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = p.cmd.Wait() // how it ended is told by stderr, or it was killed
		close(p.over)
	}()
	for range 500 {
		select {
		case <-p.over:
			return nil, fmt.Errorf("the server ended: %s", p.said())
		default:
		}
		if c, err := net.DialTimeout("tcp", p.addr(), time.Second); err == nil {
			return p, c.Close()
		}
		time.Sleep(20 * time.Millisecond)
	}
	p.stop()
	return nil, errors.New("the server could not be reached within 10 seconds")
}

func (p *process) addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(p.port)) }

// pid is that of the server itself: taskset becomes it.
func (p *process) pid() int { return p.cmd.Process.Pid }

func (p *process) stop() {
	_ = p.cmd.Process.Kill()
	<-p.over
}

// said gives the last line of what the server has complained of, once it has
// ended.
func (p *process) said() string {
	text := strings.TrimSpace(p.stderr.String())
	return text[strings.LastIndex(text, "\n")+1:]
}
