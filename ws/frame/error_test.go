package frame_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"longwire.example/ws/frame"
)

// requirements reads the ids of docs/spec.
func requirements(t *testing.T) map[string]bool {
	t.Helper()
	ids := map[string]bool{}
	for _, list := range []string{"rfc6455", "rfc7692"} {
		b, err := os.ReadFile("../../docs/spec/" + list + ".tsv")
		require.NoError(t, err)
		for line := range strings.Lines(string(b)) {
			id, _, _ := strings.Cut(line, "\t")
			ids[id] = true
		}
	}
	return ids
}

// The table of violations: every entry can be answered, named and looked up.
func TestViolations(t *testing.T) {
	ids := requirements(t)
	tokens := map[string]bool{}
	for _, e := range frame.Violations() {
		assert.True(t, e.Code.Sendable(), e.Token)
		assert.True(t, ids[e.Req], "%s: no requirement %s", e.Token, e.Req)
		assert.Regexp(t, `^[a-z0-9]+(-[a-z0-9]+)*$`, e.Token)
		assert.False(t, tokens[e.Token], "token %s stands twice", e.Token)
		tokens[e.Token] = true
		assert.LessOrEqual(t, len(e.Text), frame.MaxReason, e.Token)
		assert.NotEmpty(t, e.Text)
		assert.True(t, utf8.ValidString(e.Text))
		assert.Regexp(t, `^\d+(\.\d+)*$`, e.Section(), e.Req)
		rfc, _, _ := strings.Cut(strings.TrimPrefix(e.Req, "RFC"), "-")
		assert.Equal(t, e.Text+" (RFC "+rfc+" section "+e.Section()+")", e.Error())
	}
}

// The close codes of section 7.4.1: protocol 1002, type of data 1003, data 1007,
// policy 1008, size 1009.
//
//req:test RFC6455-7.4.1-07
func TestViolations_codes(t *testing.T) {
	other := map[*frame.Error]frame.CloseCode{
		frame.ErrInvalidUTF8:      frame.CloseInvalidPayload,
		frame.ErrCloseReason:      frame.CloseInvalidPayload,
		frame.ErrInflate:          frame.CloseInvalidPayload,
		frame.ErrInflateRatio:     frame.CloseTooBig,
		frame.ErrFrameTooBig:      frame.CloseTooBig,
		frame.ErrMessageTooBig:    frame.CloseTooBig,
		frame.ErrTooManyFragments: frame.ClosePolicyViolation,
		frame.ErrControlFlood:     frame.ClosePolicyViolation,
		frame.ErrUnexpectedData:   frame.ClosePolicyViolation,
		frame.ErrUnsupportedData:  frame.CloseUnsupportedData,
	}
	for _, e := range frame.Violations() {
		want, ok := other[e]
		if !ok {
			want = frame.CloseProtocolError
		}
		assert.Equal(t, want, e.Code, e.Token)
	}
}

// The caller gets a table of its own, with every *Error variable of the
// package in it.
func TestViolations_complete(t *testing.T) {
	v := frame.Violations()
	first := v[0]
	v[0] = nil
	assert.Same(t, first, frame.Violations()[0])

	file, err := parser.ParseFile(token.NewFileSet(), "error.go", nil, 0)
	require.NoError(t, err)
	n := 0
	ast.Inspect(file, func(node ast.Node) bool {
		if spec, ok := node.(*ast.ValueSpec); ok && strings.HasPrefix(spec.Names[0].Name, "Err") {
			n++
		}
		return true
	})
	assert.Len(t, v, n)
	assert.Positive(t, n)
}

// An Error of another specification names it; one without a section does not.
func TestError_otherSpecification(t *testing.T) {
	e := &frame.Error{Req: "RFC7692-7.2.2-01", Text: "no DEFLATE data"}
	assert.Equal(t, "7.2.2", e.Section())
	assert.Equal(t, "no DEFLATE data (RFC 7692 section 7.2.2)", e.Error())
	e = &frame.Error{Text: "something"}
	assert.Empty(t, e.Section())
	assert.Equal(t, "something", e.Error())
}
