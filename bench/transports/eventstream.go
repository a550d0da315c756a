//go:build linux

package main

import (
	"bytes"
	"strings"
)

// block cuts an event stream at empty lines, with line feeds as both servers write
// them (the HTML standard, section 9.2.6).
func block(_ head, b []byte) (int, []byte, error) {
	i := bytes.Index(b, []byte("\n\n"))
	if i < 0 {
		return 0, nil, nil
	}
	return i + 2, b[:i], nil
}

// fields reads an event of an event stream. Without data it is none.
func fields(content []byte, out *output) error {
	var e event
	data := false
	for l := range strings.SplitSeq(string(content), "\n") {
		name, value, _ := strings.Cut(l, ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "id":
			e.id = value
		case "data":
			if data {
				e.data += "\n"
			}
			e.data += value
			data = true
		}
	}
	if data {
		out.events = append(out.events, e)
	}
	return nil
}
