package interop

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/sse"
)

// curlDone is an exit code of curl: a whole response has come.
const curlDone = 0

// With curl each octet of a stream can be seen.
func TestStreamCurl(t *testing.T) {
	for _, version := range []struct {
		name  string
		major int
		args  []string
	}{
		{"HTTP 1.1", 1, []string{"--http1.1"}},
		{"HTTP 2", 2, []string{"--http2-prior-knowledge"}},
	} {
		t.Run(version.name, func(t *testing.T) {
			t.Parallel()
			for _, sc := range streamScenarios {
				t.Run(sc.name, func(t *testing.T) {
					playCurl(t, sc, version.major, version.args)
				})
			}
		})
	}
}

// playCurl plays a scenario with a curl for each request.
func playCurl(t *testing.T, sc streamScenario, major int, args []string) {
	t.Helper()
	o := sc.serverOptions()
	srv := serveStreams(t, o)
	if o.Gzip {
		args = append([]string{"--compressed"}, args...)
	}
	for _, str := range sc.streams {
		var more []string
		if str.resume != "" {
			more = []string{"-H", "Last-Event-ID: " + str.resume}
		}
		c := startCurl(t, srv.url, append(more, args...)...)
		r := srv.next(t)
		checkResume(t, r, str.resume)

		// curl prints the head with the first octets of the body.
		headless := true
		expect := func(wire string) {
			if headless {
				checkHead(t, c.head(t, major), o)
				headless = false
			}
			c.expect(t, wire)
		}
		if o.Retry > 0 {
			expect("retry: " + strconv.FormatInt(o.Retry.Milliseconds(), 10) + "\n\n")
		}
		for _, st := range str.steps {
			require.NoError(t, st.send(r.conn))
			expect(st.wire)
		}
		if headless {
			r.finish(t)
			expect("")
			assert.Equal(t, curlDone, c.end(t))
			continue
		}
		if str.cut {
			r.cut(t)
			assert.NotEqual(t, curlDone, c.end(t), "curl takes a cut connection for the end of the response")
		} else {
			r.finish(t)
			assert.Equal(t, curlDone, c.end(t))
		}
	}
	srv.over.Store(true)
	c := startCurl(t, srv.url, args...)
	line, err := c.out.ReadString('\n')
	require.NoError(t, err)
	assert.Contains(t, line, " 204")
	_, err = io.Copy(io.Discard, c.out)
	require.NoError(t, err)
	assert.Equal(t, curlDone, c.end(t))
}

// checkHead checks the head of a stream's response.
func checkHead(t *testing.T, head http.Header, o *sse.Options) {
	t.Helper()
	assert.Equal(t, "text/event-stream", head.Get("Content-Type"))
	assert.Equal(t, "no-store", head.Get("Cache-Control"))
	assert.Equal(t, "no", head.Get("X-Accel-Buffering"))
	assert.Equal(t, "nosniff", head.Get("X-Content-Type-Options"))
	assert.NotContains(t, head, "Connection")
	assert.NotContains(t, head, "Content-Length")
	if o.Gzip {
		assert.Equal(t, "gzip", head.Get("Content-Encoding"))
		assert.Contains(t, head.Values("Vary"), "Accept-Encoding")
	} else {
		assert.NotContains(t, head, "Content-Encoding")
	}
}

// curl is a running curl. It prints the head of the response, too.
type curl struct {
	cmd    *exec.Cmd
	out    *bufio.Reader
	stderr bytes.Buffer
	kill   *time.Timer
	ended  bool
}

func startCurl(t *testing.T, url string, args ...string) *curl {
	t.Helper()
	argv := append([]string{"-q", "-sS", "-N", "-i", "--noproxy", "*"}, append(args, url)...)
	c := &curl{cmd: exec.Command(tool(t, "curl"), argv...)}
	c.cmd.Stderr = &c.stderr
	out, err := c.cmd.StdoutPipe()
	require.NoError(t, err)
	c.out = bufio.NewReaderSize(out, 1<<16)
	require.NoError(t, c.cmd.Start())
	c.kill = time.AfterFunc(patience, func() { _ = c.cmd.Process.Kill() })
	t.Cleanup(func() {
		if !c.ended {
			_ = c.cmd.Process.Kill()
			c.end(t)
		}
		if t.Failed() && c.stderr.Len() > 0 {
			t.Logf("curl said: %s", &c.stderr)
		}
	})
	return c
}

// head reads the head of the response.
func (c *curl) head(t *testing.T, major int) http.Header {
	t.Helper()
	line, err := c.out.Peek(len("HTTP/1"))
	require.NoError(t, err)
	require.Equal(t, "HTTP/"+strconv.Itoa(major), string(line))
	if major == 2 { // which ReadResponse wants a minor version for
		line, err := c.out.ReadString('\n')
		require.NoError(t, err)
		c.out = bufio.NewReaderSize(io.MultiReader(bytes.NewBufferString("HTTP/2.0"+line[len("HTTP/2"):]), c.out), 1<<16)
	}
	res, err := http.ReadResponse(c.out, nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode)
	if major == 1 {
		assert.Equal(t, []string{"chunked"}, res.TransferEncoding)
	}
	return res.Header
}

// expect waits for octets.
func (c *curl) expect(t *testing.T, want string) {
	t.Helper()
	got := make([]byte, len(want))
	n, err := io.ReadFull(c.out, got)
	require.NoError(t, err, "%.100q", got[:n])
	same := string(got) == want
	require.True(t, same, "%.200q came, not %.200q", got, want) // Equal would print a mebibyte
}

// end waits until curl ends, having printed nothing more, and gives its exit
// code.
func (c *curl) end(t *testing.T) int {
	t.Helper()
	c.ended = true
	rest, err := io.ReadAll(c.out)
	if !t.Failed() {
		assert.NoError(t, err)
		assert.Empty(t, string(rest), "octets after the last one expected")
	}
	_ = c.cmd.Wait()
	c.kill.Stop()
	return c.cmd.ProcessState.ExitCode()
}
