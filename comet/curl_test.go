package comet_test

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// needs skips a test that lacks a program; CI has all of them.
func needs(t *testing.T, tool string) {
	t.Helper()
	if _, err := exec.LookPath(tool); err == nil {
		return
	}
	if os.Getenv("LONGWIRE_CI") == "1" {
		require.FailNow(t, "missing tool: "+tool)
	}
	t.Skip("missing tool: " + tool)
}

// Each transport of HTTP can be looked at with curl, and shows each event when it is
// published. (A WebSocket can't: what a curl without ws:// shows are frames.)
func TestCurl(t *testing.T) {
	needs(t, "curl")
	for _, c := range []struct {
		target string
		begin  string // stands in a line that comes before there is an event
		event  string // what stands before and after its data
	}{
		{"stream?", `{"id":"`, `"data":"hello 0"}`},
		{"multipart?", `{"id":"`, `"data":"hello 0"}`},
		{"iframe?origin=", `e({"id":"`, `"data":"hello 0"})</script>`},
		{"sse?", `id: `, `data: hello 0`},
		{"longpoll?", ``, `"data":"hello 0"}]}`},
		{"longpoll?callback=on", ``, `"data":"hello 0"}]});`},
		{"poll?callback=on", ``, `"data":"hello 0"}]});`},
		{"poll?", ``, `"data":"hello 0"}]}`},
	} {
		t.Run(c.target, func(t *testing.T) {
			t.Parallel()
			h := allow()
			h.JSONP = true
			s := overTCP(t, h)
			target := s.url + c.target
			if strings.HasPrefix(c.target, "iframe") {
				target += strings.TrimSuffix(s.url, "/comet/")
			}
			send := func() {
				id, err := exec.CommandContext(t.Context(), "curl", "-fsS", "-d", "hello 0", s.url+"send").Output()
				require.NoError(t, err)
				assert.Contains(t, string(id), "-1")
			}
			if c.begin == "" { // it answers once, with what came after the cursor
				cursor := s.poll("poll", "").Cursor
				send()
				target += "&cursor=" + cursor
			}
			curl := exec.CommandContext(t.Context(), "curl", "-fsSN", target)
			out, err := curl.StdoutPipe()
			require.NoError(t, err)
			curl.Stderr = os.Stderr
			require.NoError(t, curl.Start())
			r := bufio.NewReader(out)
			for begun := c.begin == ""; ; {
				line, err := r.ReadString('\n')
				if !begun && strings.Contains(line, c.begin) {
					begun = true
					send()
				} else if strings.Contains(line, c.event) {
					break
				}
				require.NoError(t, err, "%q", line)
			}
			if c.begin != "" {
				require.NoError(t, curl.Process.Kill())
				assert.Error(t, curl.Wait())
				return
			}
			assert.NoError(t, curl.Wait())
		})
	}
}
