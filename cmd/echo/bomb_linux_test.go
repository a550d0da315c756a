//go:build !race

package main

import (
	"bufio"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
	"longwire.example/ws/wstest"
)

// asProgram makes this test binary be the program.
const asProgram = "LONGWIRE_ECHO_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// process is a run of the program in a process of its own.
type process struct {
	program
	pid int
}

func startProcess(t *testing.T, args ...string) *process {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"-addr", "127.0.0.1:0"}, args...)...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	err = cmd.Start()
	if errors.Is(err, syscall.ENOEXEC) {
		t.Skip("built for another machine:", err)
	}
	require.NoError(t, err)
	t.Cleanup(func() {
		assert.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
		assert.NoError(t, cmd.Wait())
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	_, text, _ := strings.Cut(strings.TrimSpace(line), "Longwire echo: ")
	p := &process{pid: cmd.Process.Pid}
	p.url, err = url.Parse(text)
	require.NoError(t, err)
	return p
}

// peak is the most memory that the process has held so far, in KiB.
func (p *process) peak(t *testing.T) (kib int) {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.pid))
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(b), "\nVmHWM:")
	require.True(t, ok)
	_, err = fmt.Sscan(rest, &kib)
	require.NoError(t, err)
	return kib
}

// 16 MiB of zeros in less than 20 KB, against a limit of 64 KiB: the program
// ends the connection with 1009 and grows by less than an eighth of that at any
// time, what the runtime takes for itself meanwhile included. It is measured in a
// process of its own; -v prints the figures.
func TestBomb(t *testing.T) {
	const size, limit = 16 << 20, 64 << 10
	bomb := wstest.Binary(make([]byte, size)).Compressed()
	require.Less(t, len(bomb.Payload), 20_000)
	for _, driver := range drivers {
		for _, takeover := range []bool{false, true} {
			args := []string{"-driver", driver, "-max-message", fmt.Sprint(limit), "-deflate", fmt.Sprintf("-takeover=%v", takeover)}
			agreement := noTakeover
			if takeover {
				agreement = "permessage-deflate"
			}
			t.Run(strings.Join(args, " "), func(t *testing.T) {
				p := startProcess(t, args...)
				// It has to have worked once, or the first use of everything
				// would be counted; once in each event loop, if there are any,
				// with as long a message as is allowed.
				largest := wstest.Binary(make([]byte, limit)).Compressed()
				for range runtime.GOMAXPROCS(0) {
					peer := p.deflating(t, "/", agreement)
					peer.Send(largest)
					peer.NextMessage()
					peer.Hangup()
				}

				before := p.peak(t)
				for _, frames := range [][]wstest.Frame{{bomb}, bomb.Cut(100, 0, 1000, 1)} {
					peer := p.deflating(t, "/", agreement)
					peer.Send(frames...)
					peer.ExpectClose(frame.CloseTooBig)
					peer.Hangup()
				}
				after := p.peak(t)
				assert.Less(t, after-before, size>>10/8, "KiB")
				t.Logf("%d octets of zeros in %d, whole and in fragments: closed with 1009; the process held %d KiB before, %d KiB at most since: %d KiB more",
					size, len(bomb.Payload), before, after, after-before)
			})
		}
	}
}
