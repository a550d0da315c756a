package polling

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var techniques = []string{"short", "jsonp", "long", "stream", "multipart", "iframe", "sse"}

// patience is how long a program or a build may take on a busy machine.
const patience = 5 * time.Minute

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(b)
}

// Each program is what the chapter says: short, and of the standard library alone.
func TestPrograms(t *testing.T) {
	found, err := filepath.Glob("*/main.go")
	require.NoError(t, err)
	require.Len(t, found, len(techniques))
	imports := regexp.MustCompile(`(?m)^\t"([^"]+)"$`)
	for _, name := range techniques {
		program, page := read(t, name+"/main.go"), read(t, name+"/index.html")
		assert.Less(t, strings.Count(program, "\n"), 60, name)
		files, err := filepath.Glob(name + "/*.go")
		require.NoError(t, err)
		assert.Len(t, files, 2, "%s: a program and its test", name)
		all := imports.FindAllStringSubmatch(program, -1)
		require.NotEmpty(t, all, name)
		for _, m := range all {
			assert.NotContains(t, m[1], ".", "%s imports something from elsewhere", name)
		}
		// What comes from a server becomes text, never markup.
		assert.NotRegexp(t, `innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(`, page, name)
	}
}

// start runs a program and gives its port.
func start(t *testing.T, program string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Env = append(os.Environ(), "PORT=0")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	port, ok := strings.CutPrefix(strings.TrimSpace(line), "http://127.0.0.1:")
	require.True(t, ok, line)
	return port
}

// A capture is a block of docs/before.md that begins with a command.
type capture struct {
	technique, command, output string
}

var fence = regexp.MustCompile("(?s)<!-- curl: (\\w+) -->\n```console\n\\$ ([^\n]*)\n(.*?)```\n")

func captures(page string) (all []capture) {
	for _, m := range fence.FindAllStringSubmatch(page, -1) {
		all = append(all, capture{m[1], m[2], m[3]})
	}
	return all
}

var (
	date   = regexp.MustCompile(`(?m)^Date: .* GMT$`)
	number = regexp.MustCompile(`\b\d{9}\b`)
)

// timeless takes out of an output what the time makes of it: the date, the CRs,
// and of the numbers of events all but how far they are from the first.
func timeless(output string) string {
	output = date.ReplaceAllString(strings.ReplaceAll(output, "\r", ""), "Date: now")
	first := 0
	return number.ReplaceAllStringFunc(output, func(s string) string {
		n, _ := strconv.Atoi(s)
		if first == 0 {
			first = n
		}
		return "event+" + strconv.Itoa(n-first)
	})
}

// What the chapter shows is what curl prints.
func TestCaptures(t *testing.T) {
	if testing.Short() {
		t.Skip("programs are built and run, which tells nothing of another processor, and not under an emulator")
	}
	for _, tool := range []string{"curl", "sh", "head"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("LONGWIRE_CI") == "1" {
				require.FailNow(t, "missing tool: "+tool)
			}
			t.Skip("missing tool: " + tool)
		}
	}
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	out, err := exec.CommandContext(ctx, "go", "build", "-o", dir, "./...").CombinedOutput()
	require.NoError(t, err, "%s", out)
	ports := map[string]string{}
	for _, name := range techniques {
		ports[name] = start(t, filepath.Join(dir, name))
	}
	// run gives what a command prints. The command stays as it is on the page, and so
	// does the Host that curl sends.
	run := func(t *testing.T, technique, command string) string {
		t.Helper()
		t.Parallel() // most wait for an event
		script := "curl() { command curl -q --noproxy '*' --connect-to 127.0.0.1:8080:127.0.0.1:" + ports[technique] + ` "$@"; }
` + command
		got, err := exec.CommandContext(ctx, "sh", "-c", script).Output()
		require.NoError(t, err, command)
		return string(got)
	}
	shown := map[string]bool{}
	for _, c := range captures(read(t, "../before.md")) {
		shown[c.technique] = true
		t.Run(c.technique, func(t *testing.T) {
			require.NotEmpty(t, ports[c.technique], "there is no %q", c.technique)
			got := run(t, c.technique, c.command)
			assert.Equal(t, timeless(c.output), timeless(got), "%s:\n%s", c.command, got)
		})
	}
	for _, name := range techniques {
		assert.True(t, shown[name], "the chapter shows nothing of %s", name)
		t.Run(name+" page", func(t *testing.T) {
			assert.Equal(t, read(t, name+"/index.html"), run(t, name, "curl -sf http://127.0.0.1:8080/"))
		})
	}
}

func TestTimeless(t *testing.T) {
	assert.Equal(t, "Date: now\n[event+0,event+2]\n", timeless("Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n[589075200,589075202]\r\n"))
	assert.NotEqual(t, timeless("589075200 589075201"), timeless("589075200 589075202"))
	assert.Equal(t, "Content-Length: 102", timeless("Content-Length: 102"))
	assert.Equal(t, []capture{{"x", "curl -s y", "a\nb\n"}}, captures("<!-- curl: x -->\n```console\n$ curl -s y\na\nb\n```\n\n```console\n$ other\n```\n"))
}
