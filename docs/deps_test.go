package docs

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "longwire.example"

// layers says which packages of this module each package may import outside
// its tests. A package that is not listed fails the test: whoever adds one
// decides here what it stands on. A leaf stands on anything but other leaves
// and is imported by nobody outside its own folder.
var layers = map[string][]string{
	"ws/frame":     {},
	"ws/protocol":  {"ws/frame"},
	"ws/handshake": {},
	"ws":           {"ws/frame", "ws/protocol", "ws/handshake"},
	"ws/wsjson":    {"ws"},
	"ws/wstest":    {"ws", "ws/frame", "ws/protocol", "ws/handshake"},
}

var leaves = []string{"cmd", "autobahn", "fuzz", "docs", "bench", "interop", "examples"}

// machines are the packages without I/O, with what they never import
// themselves. None of them may reach package net, on any system and by any
// way; so none of them can open, listen or look up.
var machines = []string{"ws/frame", "ws/protocol", "ws/handshake", "ws/deflate", "sse/parser"}

var banned = []string{"net/http", "os", "time", "log", "log/slog", "sync", "sync/atomic", "context", "unsafe"}

// systems are pairs of GOOS and GOARCH: imports differ by system.
var systems = []string{"linux/amd64", "linux/386", "darwin/arm64", "windows/amd64", "freebsd/amd64", "js/wasm"}

type listed struct {
	ImportPath string
	Standard   bool
	Imports    []string
	Deps       []string
}

func (p listed) short() string { return strings.TrimPrefix(p.ImportPath, module+"/") }

// goList lists the packages of this module (without nested modules) as they
// are built for one system.
func goList(t *testing.T, system string) []listed {
	t.Helper()
	goos, goarch, _ := strings.Cut(system, "/")
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Standard,Imports,Deps", "./...")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch, "CGO_ENABLED=0")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = os.Stderr
	require.NoError(t, cmd.Start())
	var all []listed
	for dec := json.NewDecoder(out); ; {
		var p listed
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		all = append(all, p)
	}
	require.NoError(t, cmd.Wait(), "go list for %s", system)
	return all
}

func leafOf(short string) string {
	first, _, _ := strings.Cut(short, "/")
	if slices.Contains(leaves, first) {
		return first
	}
	return ""
}

// offences says what is wrong with the imports of one package.
func offences(p listed) []string {
	var wrong []string
	from := p.short()
	leaf := leafOf(from)
	may, known := layers[from]
	if leaf == "" && !known {
		wrong = append(wrong, from+" has no line in layers (docs/deps_test.go)")
	}
	for _, path := range p.Imports {
		to, ours := strings.CutPrefix(path, module+"/")
		switch {
		case !ours:
			if slices.Contains(machines, from) && slices.Contains(banned, path) {
				wrong = append(wrong, from+" imports "+path)
			}
		case leaf != "":
			if other := leafOf(to); other != "" && other != leaf {
				wrong = append(wrong, from+" imports the leaf "+to)
			}
		case known && !slices.Contains(may, to):
			wrong = append(wrong, from+" imports "+to)
		}
	}
	if slices.Contains(machines, from) && slices.Contains(p.Deps, "net") {
		wrong = append(wrong, from+" reaches package net")
	}
	return wrong
}

func TestImportDirections(t *testing.T) {
	for _, system := range systems {
		t.Run(strings.ReplaceAll(system, "/", "_"), func(t *testing.T) {
			t.Parallel()
			all := goList(t, system)
			require.NotEmpty(t, all)
			for _, p := range all {
				for _, wrong := range offences(p) {
					t.Errorf("%s", wrong)
				}
			}
		})
	}
}

// The rules themselves can fail.
func TestImportOffences(t *testing.T) {
	for name, p := range map[string]listed{
		"upwards":        {ImportPath: module + "/ws/frame", Imports: []string{module + "/ws/protocol"}},
		"sideways":       {ImportPath: module + "/ws/protocol", Imports: []string{module + "/ws/handshake"}},
		"a clock":        {ImportPath: module + "/ws/protocol", Imports: []string{"time"}},
		"the network":    {ImportPath: module + "/ws/handshake", Deps: []string{"net", "strings"}},
		"a leaf":         {ImportPath: module + "/ws", Imports: []string{module + "/autobahn/client"}},
		"leaf to leaf":   {ImportPath: module + "/cmd/echo", Imports: []string{module + "/autobahn"}},
		"not in layers":  {ImportPath: module + "/ws/new"},
		"wsjson to wire": {ImportPath: module + "/ws/wsjson", Imports: []string{module + "/ws/frame"}},
	} {
		assert.NotEmpty(t, offences(p), name)
	}
	for name, p := range map[string]listed{
		"a driver":        {ImportPath: module + "/ws", Imports: []string{"net/http", "time", module + "/ws/frame"}},
		"within one leaf": {ImportPath: module + "/autobahn/run", Imports: []string{module + "/autobahn", module + "/ws"}},
	} {
		assert.Empty(t, offences(p), name)
	}
}

// maxLines is where a file stops being one concept. Tests may be longer: a
// table of cases is long without being hard to read.
const maxLines = 500

func TestFileSize(t *testing.T) {
	for _, name := range files(t, ".go") {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		lines := 0
		for s := bufio.NewScanner(strings.NewReader(read(t, name))); s.Scan(); {
			lines++
		}
		assert.LessOrEqual(t, lines, maxLines, "%s: split it by concept", name)
	}
}

// Every package of the module says in doc.go what it is about.
func TestPackageDoc(t *testing.T) {
	for name := range layers {
		if exists(name) {
			assert.True(t, exists(name+"/doc.go"), "%s has no doc.go", name)
		}
	}
}
