package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// The two sides that are tested.
const (
	serverSide = "server"
	clientSide = "client"
)

// side is one direction of the run, or a share of its cases. Its folder gets
// the suite's reports and spec and the logs of both programs.
type side struct {
	name  string
	share int // which one it is, from 1; 0 when there is only one
	dir   string
	cases []string
	cfg   *config
	suite suite
	bin   string // folder of the built programs

	mu      sync.Mutex
	begun   int    // cases begun so far
	current string // the case begun last
	ended   bool
}

// run tests the side and returns the suite's report of it. With an error
// there may still be a report of the cases that were run.
func (s *side) run(ctx context.Context) (map[string]entry, error) {
	if err := os.MkdirAll(s.dir, 0o750); err != nil {
		return nil, err
	}
	talk := s.runServer
	if s.name == clientSide {
		talk = s.runClient
	}
	err := talk(ctx)
	s.mu.Lock()
	s.ended = err == nil
	s.mu.Unlock()
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	report, reportErr := readReport(s.dir, s.cfg.agent)
	return report, errors.Join(err, reportErr)
}

// runServer puts the suite's fuzzing client to a server.
func (s *side) runServer(ctx context.Context) error {
	url := s.cfg.serverURL
	var server *process
	if url == "" {
		var addr string
		var err error
		server, addr, err = s.listen(ctx, "echo", func(addr string) ([]string, error) {
			return []string{filepath.Join(s.bin, "echo"), "-addr", addr, "-driver", s.cfg.driver, "-deflate", "-takeover", "-quiet"}, nil
		})
		if err != nil {
			return err
		}
		defer server.stop()
		url = "ws://" + addr
	}

	path := filepath.Join(s.dir, "spec.json")
	sp := spec{OutDir: s.dir, Servers: []specServer{{Agent: s.cfg.agent, URL: url}}, Cases: s.cases}
	if err := sp.write(path); err != nil {
		return err
	}
	fuzzer, err := start(ctx, "fuzzingclient", filepath.Join(s.dir, "fuzzingclient.log"), s.line, s.suite.command("fuzzingclient", path)...)
	if err != nil {
		return err
	}
	<-fuzzer.done
	if fuzzer.err != nil {
		return fuzzer.failure()
	}
	if server != nil {
		select {
		case <-server.done:
			return server.failure()
		default:
		}
	}
	return nil
}

// runClient lets a client run all cases that the suite's fuzzing server
// offers.
func (s *side) runClient(ctx context.Context) error {
	server, addr, err := s.listen(ctx, "fuzzingserver", func(addr string) ([]string, error) {
		path := filepath.Join(s.dir, "spec.json")
		sp := spec{OutDir: s.dir, URL: "ws://" + addr, Cases: s.cases}
		return s.suite.command("fuzzingserver", path), sp.write(path)
	})
	if err != nil {
		return err
	}
	defer server.stop()

	client, err := start(ctx, "client", filepath.Join(s.dir, "client.log"), nil, s.clientCommand("ws://"+addr)...)
	if err != nil {
		return err
	}
	defer client.stop()
	select {
	case <-client.done:
		if client.err != nil {
			return client.failure()
		}
		return nil
	case <-server.done:
		return server.failure()
	}
}

func (s *side) clientCommand(url string) []string {
	command := s.cfg.clientCmd
	if len(command) == 0 {
		command = []string{filepath.Join(s.bin, "client"), "-url", "{url}", "-agent", "{agent}", "-deflate"}
	}
	fill := strings.NewReplacer("{url}", url, "{agent}", s.cfg.agent)
	filled := make([]string, len(command))
	for i, word := range command {
		filled[i] = fill.Replace(word)
	}
	return filled
}

// listen starts a program that is to listen on a free address, and waits until
// it does. The address may be taken between the look and the use, so a program
// that ends at once gets another.
func (s *side) listen(ctx context.Context, name string, argv func(addr string) ([]string, error)) (*process, string, error) {
	var failures []error
	for range 3 {
		addr, err := freeAddress(ctx)
		if err != nil {
			return nil, "", err
		}
		command, err := argv(addr)
		if err != nil {
			return nil, "", err
		}
		p, err := start(ctx, name, filepath.Join(s.dir, name+".log"), s.line, command...)
		if err != nil {
			return nil, "", err
		}
		if err = p.waitListening(ctx, addr); err == nil {
			return p, addr, nil
		}
		p.stop()
		failures = append(failures, err)
	}
	return nil, "", errors.Join(failures...)
}

// line notes the case that a line of the suite's output announces.
func (s *side) line(text string) {
	if id, ok := startedCase(text); ok {
		s.mu.Lock()
		s.begun++
		s.current = id
		s.mu.Unlock()
	}
}

// progress is the side's part of a progress line.
func (s *side) progress() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := s.name
	if s.share > 0 {
		name = fmt.Sprintf("%s %d:", s.name, s.share)
	}
	switch {
	case s.ended:
		return fmt.Sprintf("%s %d/%d done", name, s.begun, len(s.cases))
	case s.begun == 0:
		return fmt.Sprintf("%s 0/%d", name, len(s.cases))
	default:
		return fmt.Sprintf("%s %d/%d, in %s", name, s.begun-1, len(s.cases), s.current)
	}
}
