package interop

import (
	"bufio"
	"bytes"
	"io"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// buildEcho builds cmd/echo as a user would.
func buildEcho(t *testing.T) string {
	t.Helper()
	binary, err := filepath.Abs(filepath.Join(t.TempDir(), "echo"))
	require.NoError(t, err)
	require.NoError(t, command(t.Context(), root, "go", "build", "-o", binary, "./cmd/echo"))
	return binary
}

// program is a running cmd/echo.
type program struct {
	url string // as it was printed

	cmd    *exec.Cmd
	stderr bytes.Buffer
	out    chan struct{} // closed at the end of its output
	ended  bool
}

var printedURL = regexp.MustCompile(`\b(?:http|ws)s?://[^\s]+`)

// startEcho starts cmd/echo on a free port and reads the URL that it prints. It
// is stopped at the end of the test.
func startEcho(t *testing.T, binary string, flags ...string) *program {
	t.Helper()
	p := &program{cmd: exec.Command(binary, append([]string{"-addr", "127.0.0.1:0"}, flags...)...), out: make(chan struct{})}
	p.cmd.Stderr = &p.stderr
	stdout, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.cmd.Start())
	t.Cleanup(func() { p.stop(t) })

	found := make(chan string, 1)
	go func() {
		defer close(p.out)
		lines := bufio.NewScanner(stdout)
		for lines.Scan() {
			if url := printedURL.FindString(lines.Text()); url != "" && len(found) == 0 {
				found <- url
			}
		}
		_, _ = io.Copy(io.Discard, stdout)
	}()
	select {
	case p.url = <-found:
	case <-p.out:
	case <-time.After(patience):
	}
	require.NotEmpty(t, p.url, "cmd/echo printed no URL")
	return p
}

// stop ends the program as a user would, and checks that it ended well.
func (p *program) stop(t *testing.T) {
	t.Helper()
	if p.ended {
		return
	}
	p.ended = true
	assert.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	kill := time.AfterFunc(patience, func() { _ = p.cmd.Process.Kill() })
	defer kill.Stop()
	<-p.out
	assert.NoError(t, p.cmd.Wait(), "exit code of cmd/echo")
	if t.Failed() {
		t.Logf("cmd/echo said:\n%s", &p.stderr)
	}
}
