//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"errors"
)

// errOver is a stream that has ended, which none does while it is measured.
var errOver = errors.New("the server has ended the stream")

// pieces is a format of bodies without end. cut gives how many octets the first
// piece has, or 0 if it is not there as a whole, and what is in it.
type pieces struct {
	cut  func(h head, b []byte) (n int, content []byte, err error)
	read func(content []byte, out *output) error
}

func (p *pieces) take(h head, body []byte, end bool, out *output) (taken int, _ error) {
	for {
		n, content, err := p.cut(h, body[taken:])
		if err != nil {
			return taken, err
		}
		if n == 0 {
			break
		}
		taken += n
		if err := p.read(content, out); err != nil {
			return taken, err
		}
	}
	if end {
		return taken, errOver
	}
	return taken, nil
}

// line cuts at line feeds.
func line(_ head, b []byte) (int, []byte, error) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return 0, nil, nil
	}
	return i + 1, b[:i], nil
}

// cometEvent is an event of package comet.
type cometEvent struct {
	ID   string  `json:"id"`
	Type string  `json:"type"`
	Data *string `json:"data"`
}

// object reads an event of package comet; one without data is none.
func object(content []byte, out *output) error {
	var e cometEvent
	if err := json.Unmarshal(content, &e); err != nil {
		return err
	}
	return out.add(e)
}

func (out *output) add(e cometEvent) error {
	switch {
	case e.Data == nil:
	case e.Type == "" || e.Type == "message":
		out.events = append(out.events, event{e.ID, *e.Data})
	default:
		return errors.New("an event of type " + e.Type + ": " + *e.Data)
	}
	return nil
}

// text reads an event that has nothing but its data.
func text(content []byte, out *output) error {
	out.events = append(out.events, event{data: string(content)})
	return nil
}
