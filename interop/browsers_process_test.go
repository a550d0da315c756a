package interop

import (
	"bufio"
	"bytes"
	"context"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// helperProcess is a driver or a display: a program that a browser needs. It ends
// with the test, and with it all that it has started.
type helperProcess struct {
	cmd   *exec.Cmd
	ended chan struct{}

	mu     sync.Mutex
	output bytes.Buffer
}

func (p *helperProcess) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.output.Write(b)
}

func (p *helperProcess) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.output.String()
}

func startHelper(t *testing.T, cmd *exec.Cmd) *helperProcess {
	t.Helper()
	p := &helperProcess{cmd: cmd, ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = p, p
	cmd.WaitDelay = time.Second
	newGroup(cmd)
	require.NoError(t, cmd.Start())
	go func() {
		defer close(p.ended)
		_ = cmd.Wait() // how it ends when it is killed is no news
	}()
	t.Cleanup(func() {
		killGroup(cmd)
		<-p.ended
		if t.Failed() {
			t.Logf("%s said:\n%s", cmd.Path, p.said())
		}
	})
	return p
}

// startDriver starts the driver of a browser and gives its URL when it is ready.
func startDriver(t *testing.T, program func(port string) *exec.Cmd) (url string) {
	t.Helper()
	// Not all of them take port 0, so a free one is looked for; somebody else may
	// take it meanwhile.
	for range 5 {
		port := strconv.Itoa(freePort(t))
		url = "http://127.0.0.1:" + port
		if p := startHelper(t, program(port)); p.ready(t, url) {
			return url
		}
	}
	require.FailNow(t, "the driver does not start")
	return ""
}

// ready waits until a driver is ready for a session (section 8.3), and tells whether
// it is.
func (p *helperProcess) ready(t *testing.T, url string) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for {
		var status struct{ Ready bool }
		if err := webDriver(ctx, http.MethodGet, url+"/status", nil, &status); err == nil && status.Ready {
			return true
		}
		select {
		case <-look.C:
		case <-p.ended:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

// startDisplay starts an X server without a screen. It chooses its own number, and
// tells it when it is ready.
func startDisplay(t *testing.T) (display string) {
	t.Helper()
	cmd := exec.Command(tool(t, "Xvfb"), "-displayfd", "3", "-screen", "0", "1600x4000x24", "-nolisten", "tcp")
	number, theirs, err := os.Pipe()
	require.NoError(t, err)
	defer number.Close()
	cmd.ExtraFiles = []*os.File{theirs} // descriptor 3
	p := startHelper(t, cmd)
	require.NoError(t, theirs.Close())
	require.NoError(t, number.SetReadDeadline(time.Now().Add(patience)))
	line, err := bufio.NewReader(number).ReadString('\n')
	require.NoError(t, err, "Xvfb tells no number\n%s", p.said())
	return ":" + strings.TrimSpace(line)
}
