package docs

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Go code in a page is quoted from a real file. The comment above the fence
// says from where:
//
//	<!-- from: ws/frame/header.go#Parse -->        the declaration, without its doc comment
//	<!-- from: ws/frame/header.go#Parse doc -->    with its doc comment
//	<!-- from: ws/example_test.go#ExampleDial body --> what stands between its braces
//	<!-- from: ws/example_test.go#ExampleDial body 2 --> the second paragraph of that
//
//	<!-- from: interop/proxies/haproxy.cfg -->     all of a file that is not Go
//
// A line `// ...` in the quote stands for any lines left out, and `# ...` where
// comments look like that. //req: directives are left out always.

// elision tells whether a line of a quote stands for lines left out.
func elision(line string) bool {
	line = strings.TrimSpace(line)
	return line == "// ..." || line == "# ..."
}

// sourceOf finds the text that a mark names in its file.
func sourceOf(name, decl, text string) ([]string, error) {
	isGo := strings.HasSuffix(name, ".go")
	switch {
	case isGo != (decl != ""):
		return nil, fmt.Errorf("%s: a quote names a declaration of a Go file, or another file", name)
	case isGo:
		return quoted(name, text, decl)
	}
	return strings.Split(strings.TrimRight(text, "\n"), "\n"), nil
}

// quoted finds the text that a mark names.
func quoted(name, source, mark string) ([]string, error) {
	decl, how, _ := strings.Cut(mark, " ")
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	from, to, doc := token.NoPos, token.NoPos, token.NoPos
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if funcName(d) != decl {
				continue
			}
			from, to = d.Pos(), d.End()
			if d.Doc != nil {
				doc = d.Doc.Pos()
			}
			if strings.HasPrefix(how, "body") && d.Body != nil {
				from, to = d.Body.Lbrace+1, d.Body.Rbrace
			}
		case *ast.GenDecl:
			named := func(s ast.Spec) bool { return specName(s) == decl }
			if d.Tok == token.IMPORT || !slices.ContainsFunc(d.Specs, named) {
				continue
			}
			// A declaration of its own, or the whole group that it begins.
			if named(d.Specs[0]) {
				from, to = d.Pos(), d.End()
				if d.Doc != nil {
					doc = d.Doc.Pos()
				}
				continue
			}
			spec := d.Specs[slices.IndexFunc(d.Specs, named)]
			from, to = spec.Pos(), spec.End()
		}
	}
	if !from.IsValid() {
		return nil, fmt.Errorf("%s declares no %s", name, decl)
	}
	paragraph, err := strconv.Atoi(cmp.Or(strings.TrimPrefix(how, "body "), "0"))
	switch {
	case how == "" || how == "body" || paragraph > 0 && err == nil:
	case how == "doc" && doc.IsValid():
		from = doc
	default:
		return nil, fmt.Errorf("%s: %s has no %q", name, decl, how)
	}
	text := source[fset.Position(from).Offset:fset.Position(to).Offset]
	lines := strings.Split(strings.Trim(text, "\n"), "\n")
	lines = slices.DeleteFunc(lines, func(l string) bool {
		return strings.HasPrefix(strings.TrimSpace(l), "//req:")
	})
	if paragraph > 0 {
		if lines = nthParagraph(lines, paragraph); lines == nil {
			return nil, fmt.Errorf("%s: %s has no paragraph %d", name, decl, paragraph)
		}
	}
	if last := len(lines) - 1; last >= 0 && strings.TrimSpace(lines[last]) == "" {
		lines = lines[:last]
	}
	return dedent(lines), nil
}

// nthParagraph cuts lines at blank ones, and counts from 1.
func nthParagraph(lines []string, n int) []string {
	var current []string
	for i, l := range lines {
		blank := strings.TrimSpace(l) == ""
		if !blank {
			current = append(current, l)
		}
		if (blank || i == len(lines)-1) && len(current) > 0 {
			if n--; n == 0 {
				return current
			}
			current = nil
		}
	}
	return nil
}

// dedent takes away the tabs that all lines begin with, and writes the others
// as they are. The first line of a spec inside a group has lost its own.
func dedent(lines []string) []string {
	depth := -1
	for i, l := range lines {
		if strings.TrimSpace(l) == "" || (i == 0 && len(lines) > 1 && !strings.HasPrefix(l, "\t")) {
			continue
		}
		tabs := len(l) - len(strings.TrimLeft(l, "\t"))
		if depth < 0 || tabs < depth {
			depth = tabs
		}
	}
	out := make([]string, len(lines))
	for i, l := range lines {
		tabs := len(l) - len(strings.TrimLeft(l, "\t"))
		out[i] = strings.TrimRight(l[min(tabs, max(depth, 0)):], " \t")
	}
	return out
}

// matches compares a quote with its source; an elision matches one line or
// more.
func matches(quote, source []string) bool {
	if len(quote) == 0 {
		return len(source) == 0
	}
	if elision(quote[0]) {
		for skip := 1; skip <= len(source); skip++ {
			if matches(quote[1:], source[skip:]) {
				return true
			}
		}
		return false
	}
	return len(source) > 0 && strings.TrimRight(quote[0], " \t") == source[0] && matches(quote[1:], source[1:])
}

func TestQuotes(t *testing.T) {
	for _, p := range pages(t) {
		for _, f := range p.fences {
			mark, isQuote := strings.CutPrefix(f.mark, "from: ")
			if !isQuote {
				assert.NotEqual(t, "go", f.language(), "%s:%d: Go code in a page says which declaration it is (CONTRIBUTING.md)", p.name, f.line)
				continue
			}
			name, decl, _ := strings.Cut(mark, "#")
			if !exists(name) {
				t.Errorf("%s:%d: from: %s: no such file; write path#Declaration", p.name, f.line, mark)
				continue
			}
			source, err := sourceOf(name, decl, read(t, name))
			if err != nil {
				t.Errorf("%s:%d: %v", p.name, f.line, err)
				continue
			}
			if matches(f.body, source) {
				continue
			}
			if *update && !slices.ContainsFunc(f.body, elision) {
				p.replace(f, source)
				continue
			}
			t.Errorf("%s:%d: not what %s says now:\n%s", p.name, f.line, mark, strings.Join(source, "\n"))
		}
		p.save(t)
	}
}

func TestQuoted(t *testing.T) {
	const source = `package x

// F does.
//
//req:impl RFC6455-5.1-02
func F() int {
	a := 1
	// A rule.
	//req:impl RFC6455-5.1-02
	b := 2

	return a + b
}

const (
	// One is first.
	One = 1
	Two = 2
)
`
	get := func(mark string) string {
		lines, err := quoted("x.go", source, mark)
		require.NoError(t, err)
		return strings.Join(lines, "\n")
	}
	assert.Equal(t, "func F() int {\n\ta := 1\n\t// A rule.\n\tb := 2\n\n\treturn a + b\n}", get("F"))
	assert.Equal(t, "a := 1\n// A rule.\nb := 2\n\nreturn a + b", get("F body"))
	assert.Equal(t, "a := 1\n// A rule.\nb := 2", get("F body 1"))
	assert.Equal(t, "return a + b", get("F body 2"))
	assert.True(t, strings.HasPrefix(get("F doc"), "// F does.\n//\nfunc F"))
	assert.True(t, strings.HasPrefix(get("One"), "const (\n"))
	assert.Equal(t, "Two = 2", get("Two"))
	for _, bad := range []string{"G", "F tail", "F body 3", "F body x", "One doc"} {
		_, err := quoted("x.go", source, bad)
		require.Error(t, err, bad)
	}

	lines := strings.Split(get("F"), "\n")
	assert.True(t, matches(lines, lines))
	assert.True(t, matches([]string{lines[0], "\t// ...", "}"}, lines))
	assert.False(t, matches(append(slices.Clone(lines), "// ..."), lines), "an elision that stands for nothing")
	assert.False(t, matches(lines[:3], lines))
	assert.False(t, matches([]string{lines[0], "// ...", "\treturn a - b", "}"}, lines))

	file, err := sourceOf("x.conf", "", "a on;\nb off;\n\nc;\n")
	require.NoError(t, err)
	assert.Equal(t, []string{"a on;", "b off;", "", "c;"}, file)
	assert.True(t, matches([]string{"    # ...", "b off;", "# ..."}, file))
	for name, decl := range map[string]string{"x.conf": "F", "x.go": ""} {
		_, err := sourceOf(name, decl, "package x\n\nfunc F() {}\n")
		assert.Error(t, err, name)
	}
}
