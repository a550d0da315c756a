//go:build linux

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// The lines of a page between which the table stands.
const (
	beginLine = "<!-- begin: nchan -->\n"
	endLine   = "<!-- end: nchan -->\n"
)

// replace puts text between the lines of a page. A page that is not there is made.
func replace(name, text string) error {
	page, err := os.ReadFile(name) //nolint:gosec // the one who types it is trusted
	if errors.Is(err, fs.ErrNotExist) {
		page, err = []byte(beginLine+endLine), nil
	}
	if err != nil {
		return err
	}
	before, rest, begins := strings.Cut(string(page), beginLine)
	_, after, ends := strings.Cut(rest, endLine)
	if !begins || !ends {
		return fmt.Errorf("%s: there is no %q with %q behind it", name, strings.TrimSpace(beginLine), strings.TrimSpace(endLine))
	}
	return os.WriteFile(name, []byte(before+beginLine+text+endLine+after), 0o644) //nolint:gosec // a page of the documentation
}
