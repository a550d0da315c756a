//go:build linux

package main

import (
	"bytes"
	"fmt"
	"strings"
)

// parts is a format of multipart bodies, which are cut at their delimiters (RFC 2046
// section 5.1.1). What is between two of them is a part, and its content begins
// with the line break that ends the first delimiter line.
func parts(read func(content []byte, out *output) error) format {
	dash := ""
	return &pieces{read: read, cut: func(h head, b []byte) (int, []byte, error) {
		if dash == "" {
			// That of nchan may have a slash without quotes, which package mime
			// refuses (RFC 2045 section 5.1).
			_, boundary, ok := strings.Cut(h.field("Content-Type"), "; boundary=")
			if !ok {
				return 0, nil, fmt.Errorf("no boundary in %q", h.field("Content-Type"))
			}
			dash = "--" + boundary
		}
		if len(b) < len(dash) {
			return 0, nil, nil
		}
		if string(b[:len(dash)]) != dash {
			return 0, nil, fmt.Errorf("not a delimiter: %.100q", b)
		}
		i := bytes.Index(b[len(dash):], []byte("\r\n"+dash))
		if i < 0 {
			return 0, nil, nil
		}
		return len(dash) + i + len(crlf), b[len(dash) : len(dash)+i], nil
	}}
}

// partBody gives the header fields and the body of a part.
func partBody(content []byte) (h head, body []byte, err error) {
	fields, body, ok := bytes.Cut(content, []byte("\r\n\r\n"))
	if !ok {
		return "", nil, fmt.Errorf("a part without an empty line: %.200q", content)
	}
	return head(fields), body, nil
}

// objectPart reads a part of package comet.
func objectPart(content []byte, out *output) error {
	_, body, err := partBody(content)
	if err != nil {
		return err
	}
	return object(body, out)
}

// nchanPart reads one of nchan, where two header fields are the ID.
func nchanPart(content []byte, out *output) error {
	h, body, err := partBody(content)
	if err != nil {
		return err
	}
	out.events = append(out.events, event{nchanID(h), string(body)})
	return nil
}

// nchanID makes one string of the two header fields.
func nchanID(h head) string {
	return strings.TrimSpace(h.field("Last-Modified") + " " + h.field("Etag"))
}
