package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// The suite's verdicts on a case. A close may also be "UNCLEAN", "WRONG CODE"
// or "FAILED BY CLIENT".
const (
	verdictOK            = "OK"
	verdictNonStrict     = "NON-STRICT"
	verdictInformational = "INFORMATIONAL"
	verdictUnimplemented = "UNIMPLEMENTED"
)

// outcome is what the suite says of a case: of its messages, and of how its
// connection ended.
type outcome struct {
	Behavior string `json:"behavior"`
	Close    string `json:"behaviorClose"`
}

func (o outcome) String() string { return o.Behavior + ", close " + o.Close }

// entry is the line of a case in the suite's index.
type entry struct {
	outcome
	File string `json:"reportfile"` // the case's own report
}

// readReport reads the suite's index of a run: the cases of the agent, or of
// the only agent there, since a client may have a name of its own.
func readReport(dir, agent string) (map[string]entry, error) {
	b, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		return nil, fmt.Errorf("the suite has left no report: %w", err)
	}
	var agents map[string]map[string]entry
	if err := json.Unmarshal(b, &agents); err != nil {
		return nil, fmt.Errorf("the suite's report cannot be read: %w", err)
	}
	for _, cases := range agents {
		for id, e := range cases {
			e.File = filepath.Join(dir, filepath.Base(e.File)) // the suite names it without its folder
			cases[id] = e
		}
	}
	if cases, ok := agents[agent]; ok {
		return cases, nil
	}
	if len(agents) == 1 {
		for _, cases := range agents {
			return cases, nil
		}
	}
	if len(agents) == 0 {
		return nil, errors.New("the suite's report is empty: it could not connect")
	}
	return nil, fmt.Errorf("the suite's report has %d agents and none is %q", len(agents), agent)
}

// explain returns what the suite says in words about a case, or nothing when
// its report cannot be read.
func explain(e entry) string {
	var words struct {
		Result      string `json:"result"`
		ResultClose string `json:"resultClose"`
	}
	b, err := os.ReadFile(e.File)
	if err != nil || json.Unmarshal(b, &words) != nil {
		return ""
	}
	return words.Result + " " + words.ResultClose
}
