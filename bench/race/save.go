//go:build linux

package main

import (
	"errors"
	"path/filepath"

	"longwire.example/bench/race/report"
	"longwire.example/bench/race/results"
)

// save writes results into the folder of the page, beside those of other loads
// that are there.
func save(dir string, r *results.Results) error {
	if dir == "" {
		return nil
	}
	earlier, err := results.Load(filepath.Join(dir, report.DataFile))
	if err != nil {
		return err
	}
	if earlier != nil {
		if err := r.Merge(earlier); err != nil {
			return err
		}
	}
	return report.Write(dir, r)
}

// redraw writes page and charts of the results that are there.
func redraw(dir string) error {
	r, err := results.Load(filepath.Join(dir, report.DataFile))
	if err != nil {
		return err
	}
	if r == nil {
		return errors.New("-redraw: no results in the folder of -out")
	}
	return report.Write(dir, r)
}
