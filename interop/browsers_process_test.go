package interop

import (
	"bufio"
	"bytes"
	"context"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
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

// startSession waits until the driver is there, and has it start its browser.
func startSession(t *testing.T, name, driver string, capabilities map[string]any, p *helperProcess) *session {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), browserPatience)
	defer cancel()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for { // section 8.3; the text for people comes in different forms
		var status struct{ Ready bool }
		err := webDriver(ctx, http.MethodGet, driver+"/status", nil, &status)
		if err == nil && status.Ready {
			break
		}
		select {
		case <-look.C:
		case <-p.ended:
			require.FailNow(t, "the driver of "+name+" has ended", "%s", p.said())
		case <-ctx.Done():
			require.FailNow(t, "the driver of "+name+" is not ready", "%v\n%s", err, p.said())
		}
	}
	s, err := newSession(ctx, name, driver, capabilities)
	require.NoError(t, err, "%s", p.said())
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		assert.NoError(t, s.end(ctx), "end the session with %s", name)
	})
	return s
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
