package main

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"longwire.example/ws"
	"longwire.example/ws/frame"
)

// lineWriter writes what is given to it whole, from any goroutine.
type lineWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lineWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

// tracer is the observer of -trace. Each frame is written at once, so those of
// different connections don't mix.
type tracer struct {
	w      io.Writer
	number uint64 // of the connection
	out    []byte
}

func (t *tracer) opened(c *ws.Conn) {
	info := c.Info()
	subprotocol := ""
	if info.Subprotocol != "" {
		subprotocol = ", subprotocol " + info.Subprotocol
	}
	extensions := ""
	if len(info.Extensions) > 0 {
		extensions = ", " + strings.Join(info.Extensions, ", ")
	}
	fmt.Fprintf(t.w, "connection %d opened: %s from %v%s%s\n\n", t.number, info.Target, info.RemoteAddr, subprotocol, extensions)
}

func (t *tracer) frame(from frame.Side, an frame.Annotation) {
	direction := "received"
	if from == frame.SideServer {
		direction = "sent"
	}
	t.out = fmt.Appendf(t.out[:0], "connection %d %s: ", t.number, direction)
	t.out = append(an.Append(t.out), '\n')
	_, _ = t.w.Write(t.out)
}

func (t *tracer) ended(err *ws.CloseError) {
	fmt.Fprintf(t.w, "connection %d ended: %v\n\n", t.number, err)
}
