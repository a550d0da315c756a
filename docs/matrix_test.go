package docs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// coverage is what the directives say of one id.
type coverage struct{ impl, test []directive }

// cover groups directives by id, each declaration named once.
func cover(all []directive) map[string]coverage {
	by := map[string]coverage{}
	for _, d := range all {
		c := by[d.ID]
		list := &c.impl
		if d.Test {
			list = &c.test
		}
		same := func(o directive) bool { return o.File == d.File && o.Decl == d.Decl }
		if !slices.ContainsFunc(*list, same) {
			*list = append(*list, d)
		}
		by[d.ID] = c
	}
	return by
}

// gaps says what is missing or stale: a strict row without code or test and
// without an exception, and an exception that is no longer true.
func gaps(rows []requirement, excused map[string]exception, by map[string]coverage) []string {
	var missing []string
	for _, r := range rows {
		c := by[r.ID]
		held := len(c.impl) > 0 && len(c.test) > 0
		e, isExcused := excused[r.ID]
		switch {
		case isExcused && e.Kind == option && !held:
			missing = append(missing, fmt.Sprintf("%s (%s): an option needs code and a test", r.ID, r.Layer))
		case isExcused && e.Kind != option && held:
			missing = append(missing, r.ID+": it has code and a test, so its line in exceptions.tsv is stale")
		case isExcused || held || !r.strict():
		case len(c.impl) > 0:
			missing = append(missing, fmt.Sprintf("%s (%s): no test: %s", r.ID, r.Layer, r.Text))
		case len(c.test) > 0:
			missing = append(missing, fmt.Sprintf("%s (%s): no code: %s", r.ID, r.Layer, r.Text))
		default:
			missing = append(missing, fmt.Sprintf("%s (%s): neither code nor test: %s", r.ID, r.Layer, r.Text))
		}
	}
	return missing
}

func TestRequirementsAreHeld(t *testing.T) {
	for _, gap := range gaps(requirements(t), exceptions(t), cover(allDirectives(t))) {
		t.Error(gap)
	}
}

func TestDirectiveIDsExist(t *testing.T) {
	known := map[string]bool{}
	for _, r := range requirements(t) {
		known[r.ID] = true
	}
	for _, d := range allDirectives(t) {
		assert.True(t, known[d.ID], "%s:%d: %s is in no list of docs/spec", d.File, d.Line, d.ID)
	}
	// Error values, pages and comments cite ids too.
	cited := regexp.MustCompile(`\b(?:RFC(?:6455|7692|8441|9220)|SSE)-(?:[0-9.]+|enc)-\d\d\b`)
	for _, name := range slices.Concat(files(t, ".go"), files(t, ".md")) {
		if strings.HasPrefix(name, "docs/") && strings.HasSuffix(name, "_test.go") {
			continue // they hold invented ids
		}
		for _, id := range cited.FindAllString(read(t, name), -1) {
			assert.True(t, known[id], "%s: %s is in no list of docs/spec", name, id)
		}
	}
}

// testsOf finds the tests whose names carry the number of a lesson.
func testsOf(t *testing.T) map[string][]directive {
	t.Helper()
	numbered := regexp.MustCompile(`(?m)^func (Test([WS][1-9]\d?)_\w+)\(`)
	by := map[string][]directive{}
	for _, name := range files(t, "_test.go") {
		for _, m := range numbered.FindAllStringSubmatch(read(t, name), -1) {
			by[m[2]] = append(by[m[2]], directive{ID: m[2], Test: true, File: name, Decl: m[1]})
		}
	}
	return by
}

// Every lesson has a test that carries its number.
func TestLessonsAreHeld(t *testing.T) {
	excused, by := exceptions(t), testsOf(t)
	known := map[string]bool{}
	for _, l := range lessons(t) {
		known[l.ID] = true
		_, isExcused := excused[l.ID]
		if isExcused {
			assert.Empty(t, by[l.ID], "%s has a test, so its line in exceptions.tsv is stale", l.ID)
			continue
		}
		assert.NotEmpty(t, by[l.ID], "%s has no test Test%s_...: %s", l.ID, l.ID, l.Text)
	}
	for id := range by {
		assert.True(t, known[id], "tests are named after %s, which is not in lessons.tsv", id)
	}
}

const matrixFile = "docs/spec/matrix.md"

func TestMatrix(t *testing.T) {
	got := matrix(&sources{
		rows:     requirements(t),
		lessons:  lessons(t),
		excused:  exceptions(t),
		covered:  cover(allDirectives(t)),
		numbered: testsOf(t),
		autobahn: conformanceByID(t),
	})
	if *update {
		write(t, matrixFile, got)
		return
	}
	want := ""
	if exists(matrixFile) {
		want = read(t, matrixFile)
	}
	if got != want {
		t.Errorf("%s is not what the directives say: run go test ./docs -update\n%s", matrixFile, difference(want, got))
	}
}

// difference shows the first lines that only one of two texts has; whole, the
// matrix would bury what changed.
func difference(want, got string) string {
	var b strings.Builder
	only := func(sign, in, out string) {
		others := strings.Split(out, "\n")
		shown := 0
		for line := range strings.SplitSeq(in, "\n") {
			if !slices.Contains(others, line) && shown < 5 {
				shown++
				fmt.Fprintf(&b, "%s %s\n", sign, line)
			}
		}
	}
	only("-", want, got)
	only("+", got, want)
	return b.String()
}

// sources are what the matrix is made of.
type sources struct {
	rows     []requirement
	lessons  []lesson
	excused  map[string]exception
	covered  map[string]coverage
	numbered map[string][]directive // tests by lesson
	autobahn map[string][]string    // cases by requirement
}

// matrix renders what is held where. It names files and declarations, not
// lines, so that it changes only when the coverage does.
func matrix(s *sources) string {
	var b strings.Builder
	b.WriteString("# Requirements, code and tests\n\n" +
		"Generated by `go test ./docs -update`; do not edit. [README.md](README.md) says what the lists are.\n\n")

	b.WriteString(s.count())

	section, spec := "", ""
	for _, r := range s.rows {
		c := s.covered[r.ID]
		if _, isStrict := strict[r.Spec]; !isStrict && len(c.impl)+len(c.test) == 0 {
			continue
		}
		autobahn := r.Spec == "RFC 6455" || r.Spec == "RFC 7692" // the suite is about no other
		if r.Spec != spec {
			spec, section = r.Spec, ""
			fmt.Fprintf(&b, "\n## %s\n", r.Spec)
		}
		if r.Section != section {
			section = r.Section
			fmt.Fprintf(&b, "\n### %s section %s\n\n| id | level | rule | code | tests |", r.Spec, r.Section)
			if autobahn {
				b.WriteString(" Autobahn |\n|---|---|---|---|---|---|\n")
			} else {
				b.WriteString("\n|---|---|---|---|---|\n")
			}
		}
		code := places(c.impl)
		if e, ok := s.excused[r.ID]; ok {
			code = strings.TrimPrefix(code+"<br>", "<br>") + "*" + e.Kind + ":* " + cell(e.Reason)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |", r.ID, r.Level, cell(r.Text), code, places(c.test))
		if autobahn {
			fmt.Fprintf(&b, " %s |", strings.ReplaceAll(strings.Join(s.autobahn[r.ID], " "), "*", `\*`))
		}
		b.WriteByte('\n')
	}

	b.WriteString("\n## What went wrong elsewhere\n\n| id | requirement | seen | tests |\n|---|---|---|---|\n")
	for _, l := range s.lessons {
		tests := places(s.numbered[l.ID])
		if e, ok := s.excused[l.ID]; ok {
			tests = "*" + e.Kind + ":* " + cell(e.Reason)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", l.ID, cell(l.Text), l.Seen, tests)
	}
	return b.String()
}

// count says of each strict specification how many of its rows are held.
func (s *sources) count() string {
	type sum struct{ rows, held, excused int }
	sums := map[string]*sum{}
	var order []string
	for _, r := range s.rows {
		if !r.strict() {
			continue
		}
		if sums[r.Spec] == nil {
			sums[r.Spec] = &sum{}
			order = append(order, r.Spec)
		}
		n := sums[r.Spec]
		n.rows++
		if _, ok := s.excused[r.ID]; ok {
			n.excused++
		} else if c := s.covered[r.ID]; len(c.impl) > 0 && len(c.test) > 0 {
			n.held++
		}
	}
	var b strings.Builder
	for _, spec := range order {
		n := sums[spec]
		verb := "are"
		if n.excused == 1 {
			verb = "is"
		}
		fmt.Fprintf(&b, "- %s has %d %s: %d have code and a test, %d %s in [exceptions.tsv](exceptions.tsv) with a reason.\n",
			spec, n.rows, strict[spec].rows, n.held, n.excused, verb)
	}
	return b.String()
}

// places links declarations, seen from docs/spec.
func places(all []directive) string {
	var out []string
	for _, d := range all {
		name := d.Decl
		if name == "" {
			name = "(file)"
		}
		out = append(out, fmt.Sprintf("[%s %s](../../%s)", folder(d.File), name, d.File))
	}
	slices.Sort(out)
	return strings.Join(out, "<br>")
}

func folder(file string) string {
	if i := strings.LastIndexByte(file, '/'); i >= 0 {
		return file[:i]
	}
	return "."
}

// cell makes text safe inside a Markdown table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;").Replace(text)
}

func TestGaps(t *testing.T) {
	rows := []requirement{
		{ID: "RFC6455-1-01", Spec: "RFC 6455", Level: "MUST"},
		{ID: "RFC6455-1-02", Spec: "RFC 6455", Level: "MUST NOT"},
		{ID: "RFC6455-1-03", Spec: "RFC 6455", Level: "SHOULD"},
		{ID: "RFC8441-1-01", Spec: "RFC 8441", Level: "MUST"},
	}
	impl, test := directive{File: "a.go", Decl: "F"}, directive{File: "a_test.go", Decl: "TestF", Test: true}
	both := coverage{impl: []directive{impl}, test: []directive{test}}
	excused := func(id, kind string) map[string]exception {
		return map[string]exception{id: {id, kind, "reason"}}
	}

	assert.Len(t, gaps(rows, nil, nil), 2, "both strict rows")
	assert.Len(t, gaps(rows, nil, map[string]coverage{"RFC6455-1-01": both}), 1)
	assert.Len(t, gaps(rows, nil, map[string]coverage{"RFC6455-1-01": {impl: both.impl}, "RFC6455-1-02": both}), 1, "code alone")
	assert.Len(t, gaps(rows, nil, map[string]coverage{"RFC6455-1-01": both, "RFC6455-1-02": {test: both.test}}), 1, "a test alone")
	assert.Empty(t, gaps(rows, excused("RFC6455-1-02", notOurs), map[string]coverage{"RFC6455-1-01": both}))
	assert.Len(t, gaps(rows, excused("RFC6455-1-01", notOurs), map[string]coverage{"RFC6455-1-01": both, "RFC6455-1-02": both}), 1, "stale")
	assert.Len(t, gaps(rows, excused("RFC6455-1-02", option), map[string]coverage{"RFC6455-1-01": both}), 1, "an option without code")
	assert.Empty(t, gaps(rows, excused("RFC6455-1-02", option), map[string]coverage{"RFC6455-1-01": both, "RFC6455-1-02": both}))

	// Of event streams every row is strict, whatever its level.
	var streams []requirement
	for i, level := range []string{"must", "may", "should", "implied", "definition", "advice", "derived"} {
		streams = append(streams, requirement{ID: fmt.Sprintf("SSE-1-%02d", i+1), Spec: "WHATWG HTML 2026-03-16", Level: level})
	}
	assert.Len(t, gaps(streams, nil, nil), len(streams))
	assert.Len(t, gaps(streams, nil, map[string]coverage{"SSE-1-01": both, "SSE-1-06": both, "SSE-1-07": {test: both.test}}), len(streams)-2)
	assert.Len(t, gaps(streams, excused("SSE-1-02", notOurs), nil), len(streams)-1)
}

// The sentences at the top of the matrix count what gaps looks for.
func TestCount(t *testing.T) {
	both := coverage{impl: []directive{{}}, test: []directive{{}}}
	s := sources{
		rows: []requirement{
			{ID: "RFC6455-1-01", Spec: "RFC 6455", Level: "MUST"},
			{ID: "RFC6455-1-02", Spec: "RFC 6455", Level: "MAY"},
			{ID: "RFC8441-1-01", Spec: "RFC 8441", Level: "MUST"},
			{ID: "SSE-1-01", Spec: "WHATWG HTML 2026-03-16", Level: "must"},
			{ID: "SSE-1-02", Spec: "WHATWG HTML 2026-03-16", Level: "advice"},
			{ID: "SSE-1-03", Spec: "WHATWG HTML 2026-03-16", Level: "may"},
		},
		excused: map[string]exception{"SSE-1-03": {"SSE-1-03", notOurs, "reason"}},
		covered: map[string]coverage{"RFC6455-1-02": both, "SSE-1-02": both, "SSE-1-01": {impl: both.impl}},
	}
	assert.Equal(t, "- RFC 6455 has 1 rows that say MUST or MUST NOT: 0 have code and a test, 0 are in [exceptions.tsv](exceptions.tsv) with a reason.\n"+
		"- WHATWG HTML 2026-03-16 has 3 rows: 1 have code and a test, 1 is in [exceptions.tsv](exceptions.tsv) with a reason.\n", s.count())
}
