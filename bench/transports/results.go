//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
)

// results is all that is kept of a run.
type results struct {
	Versions versions `json:"versions"`
	Rounds   int      `json:"rounds"`
	Size     int      `json:"size"`        // octets of an event's data
	Interval int64    `json:"interval_ms"` // between two polls
	Crowds   []crowd  `json:"crowds"`
	Samples  []Sample `json:"samples"` // in the order in which they were taken
}

// save writes a file, with a line for each sample.
func (r *results) save(name string) error {
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	b = bytes.ReplaceAll(b, []byte(`{"server"`), []byte("\n"+`{"server"`))
	return os.WriteFile(name, append(b, '\n'), 0o644) //nolint:gosec // a page of the documentation
}

// loadResults reads what save has written.
func loadResults(name string) (*results, error) {
	b, err := os.ReadFile(name) //nolint:gosec // the one who types it is trusted
	if err != nil {
		return nil, err
	}
	r := &results{}
	if err := json.Unmarshal(b, r); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}

// transports are those that there are samples of, in their usual order.
func (r *results) transports() (found []*transport) {
	for i := range transports {
		for _, s := range r.Samples {
			if s.Transport == transports[i].name {
				found = append(found, &transports[i])
				break
			}
		}
	}
	return found
}
