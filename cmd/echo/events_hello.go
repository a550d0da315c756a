package main

import (
	"net/http"

	"longwire.example/sse/parser"
)

// greeting is the first of each stream, so that `curl -N` shows that it is open
// before anything was posted.
var greeting = parser.AppendComment(nil, "hello")

// greeter puts the greeting before all else of a response that is a stream. It
// waits for the first octets of the hub, an id to begin with: by then the hub
// knows of the stream, so nothing that is posted after the greeting was seen can
// pass it by. With resumed the greeting goes out with the head, since the hub may
// have nothing to say, and a stream that resumes misses nothing.
type greeter struct {
	http.ResponseWriter
	resumed bool
	decided bool // about the greeting
}

// WriteHeader leaves answers alone that are no stream.
func (g *greeter) WriteHeader(status int) {
	g.decided = g.decided || status != http.StatusOK
	g.ResponseWriter.WriteHeader(status)
}

func (g *greeter) Write(b []byte) (int, error) {
	if err := g.greet(); err != nil {
		return 0, err
	}
	return g.ResponseWriter.Write(b)
}

// FlushError is what http.ResponseController looks for.
func (g *greeter) FlushError() error {
	if g.resumed {
		if err := g.greet(); err != nil {
			return err
		}
	}
	return http.NewResponseController(g.ResponseWriter).Flush()
}

// Unwrap gives http.ResponseController the way to deadlines.
func (g *greeter) Unwrap() http.ResponseWriter { return g.ResponseWriter }

func (g *greeter) greet() error {
	if g.decided {
		return nil
	}
	g.decided = true
	_, err := g.ResponseWriter.Write(greeting)
	return err
}
