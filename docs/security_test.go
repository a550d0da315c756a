package docs

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// constants evaluates the constants of one package that need nothing but
// package time, without building the package.
func constants(t *testing.T, folder string) map[string]int64 {
	t.Helper()
	fset := token.NewFileSet()
	var parsed []*ast.File
	for _, name := range files(t, ".go") {
		if path.Dir(name) != folder || strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, read(t, name), parser.SkipObjectResolution)
		require.NoError(t, err)
		kept := []ast.Decl{}
		for _, d := range f.Decls {
			if g, ok := d.(*ast.GenDecl); ok && (g.Tok == token.CONST || importsTime(g)) {
				kept = append(kept, d)
			}
		}
		f.Decls = kept
		parsed = append(parsed, f)
	}
	require.NotEmpty(t, parsed, folder)
	conf := types.Config{
		Importer: importer.ForCompiler(fset, "source", nil),
		Error:    func(error) {}, // constants that need the rest of the package
	}
	pkg, _ := conf.Check(folder, fset, parsed, nil)
	values := map[string]int64{}
	for _, name := range pkg.Scope().Names() {
		if c, ok := pkg.Scope().Lookup(name).(*types.Const); ok && c.Val().Kind() == constant.Int {
			if v, exact := constant.Int64Val(c.Val()); exact {
				values[name] = v
			}
		}
	}
	return values
}

func importsTime(g *ast.GenDecl) bool {
	if g.Tok != token.IMPORT {
		return false
	}
	kept := []ast.Spec{}
	for _, s := range g.Specs {
		if s.(*ast.ImportSpec).Path.Value == `"time"` {
			kept = append(kept, s)
		}
	}
	g.Specs = kept
	return len(kept) > 0
}

var quantity = regexp.MustCompile(`^([0-9][0-9,]*)\s*(KiB|MiB|ms|s|min|h)?\b`)

// number reads "1 MiB", "131,072 frames", "10 s" as the constant has it.
func number(text string) (int64, error) {
	m := quantity.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return 0, fmt.Errorf("%q is no quantity", text)
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(m[1], ",", ""), 10, 64)
	unit := map[string]int64{
		"": 1, "KiB": 1 << 10, "MiB": 1 << 20,
		"ms": int64(time.Millisecond), "s": int64(time.Second), "min": int64(time.Minute), "h": int64(time.Hour),
	}[m[2]]
	return n * unit, err
}

// The table of defaults in SECURITY.md is what the code has, and has every
// Default constant of the packages that have limits.
func TestDefaults(t *testing.T) {
	row := regexp.MustCompile("(?m)^\\| [^|]+ \\| ([^|]+) \\| `([a-z]+)\\.([A-Za-z0-9]+)` \\|")
	packages := map[string]string{"ws": "ws", "handshake": "ws/handshake", "deflate": "ws/deflate", "sse": "sse", "parser": "sse/parser", "comet": "comet"}
	listed := map[string]bool{}
	byFolder := map[string]map[string]int64{}
	for _, m := range row.FindAllStringSubmatch(read(t, "SECURITY.md"), -1) {
		text, folder, name := m[1], packages[m[2]], m[3]
		if folder == "" {
			t.Errorf("SECURITY.md: %s.%s: no such package here", m[2], name)
			continue
		}
		if byFolder[folder] == nil {
			byFolder[folder] = constants(t, folder)
		}
		value, known := byFolder[folder][name]
		if !known {
			t.Errorf("SECURITY.md: %s has no constant %s", folder, name)
			continue
		}
		listed[folder+"."+name] = true
		says, err := number(text)
		require.NoError(t, err)
		assert.Equal(t, value, says, "SECURITY.md says %q for %s.%s", text, folder, name)
	}
	for _, folder := range packages {
		for name := range constants(t, folder) {
			if strings.HasPrefix(name, "Default") {
				assert.True(t, listed[folder+"."+name], "SECURITY.md has no row for %s.%s", folder, name)
			}
		}
	}
	assert.NotEmpty(t, listed)
}

func TestNumber(t *testing.T) {
	for text, want := range map[string]int64{
		"1 MiB": 1 << 20, "16 KiB a head": 16 << 10, "131,072 frames": 131072, "10 s": 10e9, "64 messages": 64,
		"1 min": 60e9, "1 h": 3600e9, "2 minutes": 2, "3 hops": 3,
	} {
		got, err := number(text)
		require.NoError(t, err)
		assert.Equal(t, want, got, text)
	}
	_, err := number("off")
	assert.Error(t, err)
}
