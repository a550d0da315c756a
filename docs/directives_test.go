package docs

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A directive is one id of a //req:impl or //req:test line, with the
// declaration that it stands in or above.
type directive struct {
	ID   string
	Test bool
	File string // from the root
	Decl string // "Receiver.Next", "ErrUnmasked", or "" where the file has no declaration for it
	Line int
}

var directiveLike = regexp.MustCompile(`^//\s*req\s*:`)

// directives reads the directives of one Go file. What looks like a directive
// and is none is an error, since it would be lost silently.
func directives(name, source string) ([]directive, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var all []directive
	for _, group := range file.Comments {
		for _, c := range group.List {
			if !directiveLike.MatchString(c.Text) {
				continue
			}
			line := fset.Position(c.Pos()).Line
			kind, ids, _ := strings.Cut(c.Text, " ")
			if kind != "//req:impl" && kind != "//req:test" || strings.TrimSpace(ids) == "" {
				return nil, fmt.Errorf("%s:%d: %q is no directive; write //req:impl ID or //req:test ID", name, line, c.Text)
			}
			test := kind == "//req:test"
			decl := declarationAt(file, c.Pos())
			if test != strings.HasSuffix(name, "_test.go") {
				return nil, fmt.Errorf("%s:%d: req:test belongs in a _test.go file, req:impl elsewhere", name, line)
			}
			if test && !isTestName(decl) {
				return nil, fmt.Errorf("%s:%d: req:test stands above a Test, Fuzz or Example function, not %q", name, line, decl)
			}
			for id := range strings.FieldsSeq(ids) {
				all = append(all, directive{ID: id, Test: test, File: name, Decl: decl, Line: line})
			}
		}
	}
	return all, nil
}

func isTestName(decl string) bool {
	return strings.HasPrefix(decl, "Test") || strings.HasPrefix(decl, "Fuzz") || strings.HasPrefix(decl, "Example")
}

// declarationAt names the declaration that a comment stands in, or else the
// next one below it.
func declarationAt(file *ast.File, pos token.Pos) string {
	for _, d := range file.Decls {
		if d.End() < pos {
			continue
		}
		switch d := d.(type) {
		case *ast.FuncDecl:
			return funcName(d)
		case *ast.GenDecl:
			if d.Tok == token.IMPORT {
				continue
			}
			for _, spec := range d.Specs {
				if spec.End() < pos {
					continue
				}
				return specName(spec)
			}
		}
	}
	return ""
}

func funcName(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return d.Name.Name
	}
	recv := d.Recv.List[0].Type
	if star, ok := recv.(*ast.StarExpr); ok {
		recv = star.X
	}
	switch generic := recv.(type) {
	case *ast.IndexExpr:
		recv = generic.X
	case *ast.IndexListExpr:
		recv = generic.X
	}
	if id, ok := recv.(*ast.Ident); ok {
		return id.Name + "." + d.Name.Name
	}
	return d.Name.Name
}

func specName(spec ast.Spec) string {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		return spec.Name.Name
	case *ast.ValueSpec:
		return spec.Names[0].Name
	}
	return ""
}

// allDirectives reads the whole repository, nested modules too.
func allDirectives(t *testing.T) []directive {
	t.Helper()
	var all []directive
	for _, name := range files(t, ".go") {
		found, err := directives(name, read(t, name))
		require.NoError(t, err)
		all = append(all, found...)
	}
	return all
}

func TestDirectives(t *testing.T) {
	const source = `package x

import "fmt"

// Above a function.
//
//req:impl RFC6455-1-01 RFC6455-1-02
func F() {
	// Inside it.
	//req:impl RFC6455-1-03
	fmt.Println()
}

// Apart from the next declaration.
//req:impl RFC6455-1-04

func (p *T[K]) M() {}

var (
	A = 1
	// In a group.
	//req:impl RFC6455-1-05
	B = 2
)

type S struct {
	//req:impl RFC6455-1-06
	F int
}
`
	found, err := directives("x.go", source)
	require.NoError(t, err)
	var got []string
	for _, d := range found {
		assert.False(t, d.Test)
		got = append(got, d.ID+" "+d.Decl)
	}
	assert.Equal(t, []string{
		"RFC6455-1-01 F", "RFC6455-1-02 F", "RFC6455-1-03 F",
		"RFC6455-1-04 T.M", "RFC6455-1-05 B", "RFC6455-1-06 S",
	}, got)

	for what, bad := range map[string][2]string{
		"a space":           {"x.go", "package x\n\n// req:impl RFC6455-1-01\nfunc F() {}\n"},
		"another kind":      {"x.go", "package x\n\n//req:tests RFC6455-1-01\nfunc F() {}\n"},
		"no id":             {"x.go", "package x\n\n//req:impl\nfunc F() {}\n"},
		"impl in a test":    {"x_test.go", "package x\n\n//req:impl RFC6455-1-01\nfunc F() {}\n"},
		"test in no test":   {"x.go", "package x\n\n//req:test RFC6455-1-01\nfunc TestF() {}\n"},
		"test above helper": {"x_test.go", "package x\n\n//req:test RFC6455-1-01\nfunc helper() {}\n"},
	} {
		_, err := directives(bad[0], bad[1])
		assert.Error(t, err, what)
	}
}
