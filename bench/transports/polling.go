//go:build linux

package main

import (
	"encoding/json"
)

// batch is the format of polling of package comet: a list, and where to go on.
type batch struct{}

func (batch) take(_ head, body []byte, end bool, out *output) (int, error) {
	if !end {
		return 0, nil
	}
	var b struct {
		Cursor string       `json:"cursor"`
		Events []cometEvent `json:"events"`
		More   bool         `json:"more"`
	}
	if err := json.Unmarshal(body, &b); err != nil {
		return 0, err
	}
	for _, e := range b.Events {
		if err := out.add(e); err != nil {
			return 0, err
		}
	}
	out.at.cursor, out.more = b.Cursor, b.More
	return len(body), nil
}

// whole is that of nchan: an answer is one event, and says nothing of others; 304
// says that there is none.
type whole struct{}

func (whole) take(h head, body []byte, end bool, out *output) (int, error) {
	if !end {
		return 0, nil
	}
	if out.more = h.status() == 200; !out.more {
		return len(body), nil
	}
	out.at = position{modified: h.field("Last-Modified"), etag: h.field("Etag")}
	out.events = append(out.events, event{nchanID(h), string(body)})
	return len(body), nil
}

// drain is the format of answers of which the status is enough.
type drain struct{}

func (drain) take(_ head, body []byte, _ bool, _ *output) (int, error) { return len(body), nil }
