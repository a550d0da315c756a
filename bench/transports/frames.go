//go:build linux

package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// frame cuts at the frames of a server, which are text messages of one frame each
// (RFC 6455 section 5.2).
func frame(_ head, b []byte) (int, []byte, error) {
	if len(b) < 2 {
		return 0, nil, nil
	}
	if b[0] != 0x81 {
		return 0, nil, fmt.Errorf("not a text message of one frame: % x", b[:2])
	}
	header, length := 2, int(b[1])
	switch {
	case length == 126:
		if header += 2; len(b) >= header {
			length = int(binary.BigEndian.Uint16(b[2:]))
		}
	case length > 126:
		return 0, nil, fmt.Errorf("a masked frame, or one of more than 64 KiB: % x", b[:2])
	}
	if len(b) < header+length {
		return 0, nil, nil
	}
	return header + length, b[header : header+length], nil
}

// meta reads a message of nchan's subprotocol ws+meta.nchan: lines with the ID and
// others, an empty one, the data.
func meta(content []byte, out *output) error {
	lines, data, ok := bytes.Cut(content, []byte("\n\n"))
	id, found := strings.CutPrefix(string(lines), "id: ")
	if !ok || !found {
		return fmt.Errorf("not a message of ws+meta.nchan: %.200q", content)
	}
	id, _, _ = strings.Cut(id, "\n")
	out.events = append(out.events, event{id, string(data)})
	return nil
}
