package interop

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// servedAnswer is what a program answers a request with.
type servedAnswer struct {
	Status     int               `json:"status"`
	Header     map[string]string `json:"header,omitempty"`
	Parts      [][]byte          `json:"parts"`                 // each is written at once, and is a chunk
	Live       bool              `json:"live,omitempty"`        // each part but the first waits for permit
	Gzip       bool              `json:"gzip,omitempty"`        // compressed, and flushed after each part
	UntilClose bool              `json:"until_close,omitempty"` // not chunked: the connection ends the body
	Cut        bool              `json:"cut,omitempty"`         // the connection ends inside the body
	Trailer    map[string]string `json:"trailer,omitempty"`
}

// streamOf is an answer that is an event stream.
func streamOf(parts ...string) servedAnswer {
	a := servedAnswer{Status: http.StatusOK, Header: map[string]string{"Content-Type": "text/event-stream"}}
	for _, part := range parts {
		a.Parts = append(a.Parts, []byte(part))
	}
	return a
}

// servedRequest is a request as the program saw it.
type servedRequest struct {
	Ports  []int // of the first line that it prints, which is no request
	Ready  bool  // the script for the path is there: no request either
	Path   string
	Method string
	Header http.Header // names in lower case
	Body   []byte
	came   time.Time
}

// get gives the values of a header.
func (r *servedRequest) get(name string) []string { return r.Header[name] }

// servingProgram is a program that serves streams. At the path of another
// script it answers otherwise; when a script is at its end it answers 204.
type servingProgram struct {
	in    io.Writer
	ports []int // of its two origins

	mu       sync.Mutex
	paths    int
	requests map[string]chan *servedRequest
}

// startServing starts a program that serves streams. It ends with the test.
func startServing(t *testing.T, argv ...string) *servingProgram {
	t.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	p := &servingProgram{in: in, requests: map[string]chan *servedRequest{}}
	first := make(chan []int, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.read(t, out, first)
	}()
	t.Cleanup(func() {
		in.Close() // it ends with its input
		kill := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
		<-done
		assert.NoError(t, cmd.Wait(), "%s", &stderr)
		kill.Stop()
		if t.Failed() {
			t.Logf("%q said:\n%s", argv, &stderr)
		}
	})
	select {
	case p.ports = <-first:
	case <-done:
	case <-time.After(patience):
	}
	require.Len(t, p.ports, 2, "%q does not listen", argv)
	return p
}

// read hands on the requests that the program tells of.
func (p *servingProgram) read(t *testing.T, out io.Reader, first chan<- []int) {
	for dec := json.NewDecoder(out); ; {
		var r servedRequest
		if err := dec.Decode(&r); err != nil {
			if !errors.Is(err, io.EOF) {
				t.Errorf("the output of the program: %v", err)
				_, _ = io.Copy(io.Discard, out)
			}
			return
		}
		if r.Ports != nil {
			first <- r.Ports
			continue
		}
		r.came = time.Now()
		p.mu.Lock()
		requests := p.requests[r.Path]
		p.mu.Unlock()
		select {
		case requests <- &r:
		default:
			t.Errorf("more requests for %s than expected", r.Path)
		}
	}
}

// tell sends a command.
func (p *servingProgram) tell(t *testing.T, command map[string]any) {
	t.Helper()
	line, err := json.Marshal(command)
	require.NoError(t, err)
	p.mu.Lock()
	defer p.mu.Unlock()
	_, err = p.in.Write(append(line, '\n'))
	require.NoError(t, err)
}

// served is a script at its path.
type served struct {
	program *servingProgram
	path    string
	live    bool
}

// script makes the program answer the requests for a path, which it gives. The
// answer to none is 204.
func (p *servingProgram) script(t *testing.T, answers ...servedAnswer) *served {
	t.Helper()
	p.mu.Lock()
	p.paths++
	s := &served{program: p, path: fmt.Sprintf("/%d", p.paths)}
	p.requests[s.path] = make(chan *servedRequest, 16)
	p.mu.Unlock()
	for _, a := range answers {
		s.live = s.live || a.Live
	}
	p.tell(t, map[string]any{"do": "script", "path": s.path, "answers": append([]servedAnswer{}, answers...)})
	require.True(t, s.request(t).Ready)
	return s
}

// url gives the URL of the script at one of the program's two origins.
func (s *served) url(origin int) string {
	return fmt.Sprintf("http://127.0.0.1:%d%s", s.program.ports[origin], s.path)
}

// permit lets a live answer send its next part.
func (s *served) permit(t *testing.T) {
	t.Helper()
	if s.live {
		s.program.tell(t, map[string]any{"do": "permit", "path": s.path})
	}
}

// request gives the next request that has come.
func (s *served) request(t *testing.T) *servedRequest {
	t.Helper()
	s.program.mu.Lock()
	requests := s.program.requests[s.path]
	s.program.mu.Unlock()
	select {
	case r := <-requests:
		return r
	case <-time.After(patience):
	}
	require.FailNow(t, "no request comes")
	return nil
}

// quiet checks that no more requests have come.
func (s *served) quiet(t *testing.T) {
	t.Helper()
	s.program.mu.Lock()
	defer s.program.mu.Unlock()
	assert.Empty(t, s.program.requests[s.path], "more requests than expected")
}
