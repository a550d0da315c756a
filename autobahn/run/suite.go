package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
)

// suite is the Autobahn test suite, ready to be started.
type suite struct {
	python string // of the environment that it is installed in
}

const (
	// listCases prints the ids of all cases: they are the names of classes.
	listCases = "from autobahntestsuite.case import Cases, CaseBasename\n" +
		"for c in Cases: print '.'.join(c.__name__[len(CaseBasename):].split('_'))"

	// runSuite is the suite's wstest command, without its script, whose first
	// line would hold a path that may be too long for one.
	runSuite = "from autobahntestsuite.wstest import run; run()"
)

// cases asks the suite for the ids of its cases, in its own order.
func (s suite) cases(ctx context.Context) ([]string, error) {
	out, err := exec.CommandContext(ctx, s.python, "-c", listCases).Output()
	if err != nil {
		return nil, fmt.Errorf("the suite does not tell its cases: %w", err)
	}
	return strings.Fields(string(out)), nil
}

// command is the argument list that starts the suite in a mode with a spec
// file. Web port 0 keeps the fuzzing server from opening a second listener.
func (s suite) command(mode, spec string) []string {
	return []string{s.python, "-u", "-c", runSuite, "-m", mode, "-u", "0", "-s", spec}
}

// spec is the suite's own configuration. The fuzzing client reads Servers, the
// fuzzing server URL.
type spec struct {
	OutDir  string       `json:"outdir"`
	URL     string       `json:"url,omitempty"`
	Servers []specServer `json:"servers,omitempty"`
	Cases   []string     `json:"cases"`
}

type specServer struct {
	Agent string `json:"agent"`
	URL   string `json:"url"`
}

func (s spec) write(path string) error {
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o600)
}

// started finds the line that the suite prints when a case begins.
var started = regexp.MustCompile(`^Running test case ID ([0-9.]+) for agent `)

// startedCase returns the id of the case that a line of the suite's output
// announces.
func startedCase(line string) (id string, ok bool) {
	m := started.FindStringSubmatch(line)
	if m == nil {
		return "", false
	}
	return m[1], true
}
