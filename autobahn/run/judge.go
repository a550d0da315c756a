package main

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// judge prints the summary and compares with expected.json, or writes it.
func judge(cfg *config, path string, results []result, complete bool, out io.Writer) error {
	want, err := readGolden(path)
	if cfg.update && errors.Is(err, os.ErrNotExist) {
		want, err = golden{}, nil
	}
	if err != nil {
		return err
	}
	var found []difference
	var reported []string
	for _, r := range results {
		if r.report == nil {
			continue
		}
		reported = append(reported, r.pages...)
		if err := printTable(out, r.side, r.cases, r.report); err != nil {
			return err
		}
		for _, d := range compare(r.side, r.cases, want[r.side], r.report) {
			if e, ok := r.report[d.id]; ok {
				d.words = explain(e)
			}
			found = append(found, d)
		}
		want.set(r.side, r.report)
	}

	fmt.Fprintln(out)
	for _, path := range reported {
		fmt.Fprintln(out, "report:", path)
	}
	for _, d := range found {
		fmt.Fprintln(out, d)
	}
	switch {
	case len(found) > 0 && !cfg.update:
		return fmt.Errorf("%d results differ from expected.json", len(found))
	case !complete && cfg.update:
		return errors.New("expected.json is not written, since the run did not come to its end")
	case !complete:
		return nil
	case len(found) == 0:
		fmt.Fprintln(out, "all results are as expected")
		return nil
	default:
		fmt.Fprintf(out, "%d results changed in expected.json\n", len(found))
		return want.write(path)
	}
}
