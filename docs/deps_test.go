package docs

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path"
	"slices"
	"strconv"
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
	"ws/deflate":   {},
	"ws":           {"ws/frame", "ws/protocol", "ws/handshake", "ws/deflate"},
	"ws/wsjson":    {"ws"},
	"ws/wstest":    {"ws", "ws/frame", "ws/protocol", "ws/handshake"},
	"sse/parser":   {},
	"sse":          {"sse/parser"},
	"sse/ssetest":  {"sse/parser"}, // not sse: its own tests use it
	"comet":        {"sse", "ws", "ws/handshake"},
}

var leaves = []string{"cmd", "autobahn", "fuzz", "docs", "bench", "interop", "examples"}

// machines are the packages without I/O, with what they never import
// themselves. None of them may reach package net, on any system and by any
// way; so none of them can open, listen or look up.
var machines = []string{"ws/frame", "ws/protocol", "ws/handshake", "ws/deflate", "sse/parser"}

var banned = []string{"net/http", "os", "time", "log", "log/slog", "sync", "sync/atomic", "context", "unsafe"}

// named are banned packages of which a machine may use these names and no
// other. A reconnection time is a duration, and naming it so needs no clock.
var named = map[string]map[string][]string{
	"sse/parser": {"time": {"Duration", "Nanosecond", "Microsecond", "Millisecond", "Second", "Minute", "Hour"}},
}

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
	for _, imported := range p.Imports {
		to, ours := strings.CutPrefix(imported, module+"/")
		switch {
		case !ours:
			if slices.Contains(machines, from) && slices.Contains(banned, imported) && named[from][imported] == nil {
				wrong = append(wrong, from+" imports "+imported)
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
		"ws to sse":      {ImportPath: module + "/ws", Imports: []string{module + "/sse"}},
		"sse to ws":      {ImportPath: module + "/sse", Imports: []string{module + "/ws"}},
		"parser to sse":  {ImportPath: module + "/sse/parser", Imports: []string{module + "/sse"}},
		"parser locks":   {ImportPath: module + "/sse/parser", Imports: []string{"sync"}},
		"ssetest to sse": {ImportPath: module + "/sse/ssetest", Imports: []string{module + "/sse"}},
	} {
		assert.NotEmpty(t, offences(p), name)
	}
	for name, p := range map[string]listed{
		"a driver":        {ImportPath: module + "/ws", Imports: []string{"net/http", "time", module + "/ws/frame"}},
		"a duration":      {ImportPath: module + "/sse/parser", Imports: []string{"time"}},
		"within one leaf": {ImportPath: module + "/autobahn/run", Imports: []string{module + "/autobahn", module + "/ws"}},
	} {
		assert.Empty(t, offences(p), name)
	}
}

// A machine that may import a banned package uses no more of it than named
// says: sse/parser has durations and no clock.
func TestNamedOnly(t *testing.T) {
	for folder, packages := range named {
		for _, name := range files(t, ".go") {
			if path.Dir(name) != folder || strings.HasSuffix(name, "_test.go") {
				continue
			}
			for pkg, names := range packages {
				wrong, err := usesOf(name, read(t, name), pkg, names)
				require.NoError(t, err)
				assert.Empty(t, wrong)
			}
		}
	}
}

// usesOf says what a file uses of a package besides names.
func usesOf(name, source, pkg string, names []string) (wrong []string, err error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	local := ""
	for _, i := range file.Imports {
		if i.Path.Value != strconv.Quote(pkg) {
			continue
		}
		local = path.Base(pkg)
		if i.Name != nil {
			local = i.Name.Name
		}
		if local == "." || local == "_" {
			wrong = append(wrong, fmt.Sprintf("%s: import %s %q hides what is used of it", name, local, pkg))
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok || local == "" {
			return true
		}
		if x, ok := s.X.(*ast.Ident); ok && x.Name == local && !slices.Contains(names, s.Sel.Name) {
			wrong = append(wrong, fmt.Sprintf("%s uses %s.%s", fset.Position(s.Pos()), pkg, s.Sel.Name))
		}
		return true
	})
	return wrong, nil
}

func TestUsesOf(t *testing.T) {
	names := named["sse/parser"]["time"]
	for source, want := range map[string]int{
		`import "time"; var d = 3 * time.Second; func f(d time.Duration) int64 { return d.Milliseconds() }`: 0,
		`import "strings"; var _ = strings.Repeat`:                                                          0,
		`import "time"; var now = time.Now()`:                                                               1,
		`import "time"; var clock = time.Now; var t *time.Timer`:                                            2,
		`import "time"; func f() { time.Sleep(time.Second); <-time.After(1) }`:                              2,
		`import "time"; type T struct { at time.Time }`:                                                     1,
		`import clock "time"; var now = clock.Now()`:                                                        1,
		`import . "time"; var now = Now()`:                                                                  1,
		`import _ "time"`:                                                                                   1,
		`import "time"; import other "example.test/time"; var _ = other.Now`:                                0,
	} {
		wrong, err := usesOf("x.go", "package x\n"+source, "time", names)
		require.NoError(t, err)
		assert.Len(t, wrong, want, source)
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
