package docs

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A requirement is one row of a list in docs/spec. docs/spec/README.md says
// what the columns mean.
type requirement struct {
	ID, Spec, Section, Level, Kind, AppliesTo, Layer, Text string
}

// strict says which rows of a specification need code and a test now. A
// specification joins when its layer is built.
var strict = map[string]strictness{
	"RFC 6455":               {"rows that say MUST or MUST NOT", mandatory},
	"RFC 7692":               {"rows that say MUST or MUST NOT", mandatory},
	"WHATWG HTML 2026-03-16": {"rows", everyLevel},
}

// strictness is the rows that need code and a test, in words and as a function
// of the level.
type strictness struct {
	rows string
	has  func(level string) bool
}

func mandatory(level string) bool { return level == "MUST" || level == "MUST NOT" }

// The list of event streams is short, and most of what goes wrong with them is
// in its advice: all of it is held.
func everyLevel(string) bool { return true }

func (r requirement) strict() bool {
	s, ok := strict[r.Spec]
	return ok && s.has(r.Level)
}

// An exception is a strict row, or a lesson, that is not held as it stands.
type exception struct{ ID, Kind, Reason string }

// The kinds of exceptions.
const (
	notOurs = "n/a"    // a rule for somebody else; it has no code here
	option  = "option" // it has code and a test, and is off by default
	later   = "later"  // it will have code and a test
)

// A lesson is a requirement of this project's own: what has gone wrong
// elsewhere. Its tests carry its number in their names: TestW14_..., TestS3_...
type lesson struct{ ID, Text, Seen string }

var (
	requirementID = regexp.MustCompile(`^(RFC\d+|SSE)-([0-9.]+|enc)-\d\d$`)
	lessonID      = regexp.MustCompile(`^[WS][1-9]\d?$`)
)

// table reads a file of tab-separated columns whose first line names them.
func table(t *testing.T, rel string, columns ...string) [][]string {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(read(t, rel), "\n"), "\n")
	require.Equal(t, strings.Join(columns, "\t"), lines[0], "%s: the columns", rel)
	var rows [][]string
	for i, line := range lines[1:] {
		row := strings.Split(line, "\t")
		require.Len(t, row, len(columns), "%s:%d", rel, i+2)
		rows = append(rows, row)
	}
	return rows
}

func requirements(t *testing.T) []requirement {
	t.Helper()
	var all []requirement
	for _, list := range []string{"rfc6455", "rfc7692", "rfc8441", "rfc9220", "whatwg-sse"} {
		rows := table(t, path.Join("docs/spec", list+".tsv"),
			"id", "spec", "section", "level", "kind", "applies_to", "layer", "paraphrase")
		for _, f := range rows {
			all = append(all, requirement{f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7]})
		}
	}
	return all
}

func exceptions(t *testing.T) map[string]exception {
	t.Helper()
	all := map[string]exception{}
	for _, f := range table(t, "docs/spec/exceptions.tsv", "id", "kind", "reason") {
		assert.NotContains(t, all, f[0], "exceptions.tsv has it twice")
		assert.Contains(t, []string{notOurs, option, later}, f[1], "exceptions.tsv: kind of %s", f[0])
		assert.NotEmpty(t, strings.TrimSpace(f[2]), "exceptions.tsv: reason of %s", f[0])
		all[f[0]] = exception{f[0], f[1], f[2]}
	}
	return all
}

func lessons(t *testing.T) []lesson {
	t.Helper()
	var all []lesson
	for _, f := range table(t, "docs/spec/lessons.tsv", "id", "requirement", "seen") {
		all = append(all, lesson{f[0], f[1], f[2]})
	}
	return all
}

func TestLists(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range requirements(t) {
		assert.Regexp(t, requirementID, r.ID)
		assert.Contains(t, r.ID, "-"+r.Section+"-", "the id carries the section")
		assert.False(t, seen[r.ID], "%s is there twice", r.ID)
		assert.NotEmpty(t, strings.TrimSpace(r.Text), r.ID)
		seen[r.ID] = true
	}
	for _, l := range lessons(t) {
		assert.Regexp(t, lessonID, l.ID)
		assert.False(t, seen[l.ID], "%s is there twice", l.ID)
		seen[l.ID] = true
	}
	for id := range exceptions(t) {
		assert.True(t, seen[id], "exceptions.tsv names %s, which is in no list", id)
	}
	for spec := range strict {
		some := slices.ContainsFunc(requirements(t), func(r requirement) bool { return r.Spec == spec })
		assert.True(t, some, "no list is of %s, which is strict", spec)
	}
}
