package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// judge prints the summary and compares with expected.json, or writes it.
func judge(cfg *config, path string, sides []*side, reports []map[string]entry, complete bool, out io.Writer) error {
	want, err := readGolden(path)
	if cfg.update && errors.Is(err, os.ErrNotExist) {
		want, err = golden{}, nil
	}
	if err != nil {
		return err
	}
	var found []difference
	var reported []string
	for i, s := range sides {
		if reports[i] == nil {
			continue // why is said already
		}
		reported = append(reported, filepath.Join(s.dir, "index.html"))
		if err := printTable(out, s.name, s.cases, reports[i]); err != nil {
			return err
		}
		for _, d := range compare(s.name, s.cases, want[s.name], reports[i]) {
			if e, ok := reports[i][d.id]; ok {
				d.words = explain(s.dir, e)
			}
			found = append(found, d)
		}
		want.set(s.name, reports[i])
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
