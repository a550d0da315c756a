package interop

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// seen is something that a client of event streams noticed.
type seen struct {
	// Saw is open (a response has begun), event, comment, retry, lost (the
	// response has ended, and another request will come) or closed.
	Saw string

	Type, Data, ID string // of an event; Data also of a comment
	Retry          int    // milliseconds
}

// seeing is how a client tells what it noticed. It is closed after the last.
type seeing <-chan seen

// next gives what the client notices next.
func (s seeing) next(t *testing.T) seen {
	t.Helper()
	select {
	case v, ok := <-s:
		require.True(t, ok, "the client has ended")
		return v
	case <-time.After(patience):
	}
	require.FailNow(t, "the client notices nothing more")
	return seen{}
}

// closed waits until the client has closed the stream and ended, without an
// event.
func (s seeing) closed(t *testing.T) {
	t.Helper()
	for {
		v := s.next(t)
		require.NotEqual(t, "event", v.Saw, "%+v", v)
		if v.Saw == "closed" {
			break
		}
	}
	s.end(t)
}

// end waits until the client has ended, having noticed nothing more.
func (s seeing) end(t *testing.T) {
	t.Helper()
	select {
	case v, ok := <-s:
		require.False(t, ok, "the client notices more: %+v", v)
	case <-time.After(patience):
		require.FailNow(t, "the client does not end")
	}
}

// startReader starts a program that reads a stream and prints what it sees as
// lines of JSON. It ends by itself once the stream is closed.
func startReader(t *testing.T, env []string, argv ...string) seeing {
	t.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	cmd.WaitDelay = time.Second
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())

	what := make(chan seen, 64)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		defer close(what)
		for dec := json.NewDecoder(out); ; {
			var v seen
			if err := dec.Decode(&v); err != nil {
				if !errors.Is(err, io.EOF) {
					t.Logf("the output of %q: %v", argv, err)
				}
				return
			}
			select {
			case what <- v:
			case <-stop:
				return
			}
		}
	}()
	t.Cleanup(func() {
		close(stop)
		if t.Failed() {
			_ = cmd.Process.Kill()
		}
		kill := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
		<-done
		err := cmd.Wait()
		kill.Stop()
		if t.Failed() {
			t.Logf("%q said:\n%s", argv, &stderr)
		} else {
			assert.NoError(t, err, "%q\n%s", argv, &stderr)
		}
	})
	return what
}
