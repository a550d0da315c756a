package docs

import (
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tableUnder gives the rows of the first table below a heading, without its
// head, cells trimmed.
func tableUnder(p page, title string) [][]string {
	var rows [][]string
	below, inTable := false, 0
	for _, line := range p.lines {
		if m := heading.FindStringSubmatch(line); m != nil {
			below = m[1] == title
		}
		if !below {
			continue
		}
		if !strings.HasPrefix(line, "|") {
			if inTable > 0 {
				break
			}
			continue
		}
		if inTable++; inTable <= 2 {
			continue
		}
		var row []string
		for cell := range strings.SplitSeq(strings.Trim(line, "|"), "|") {
			row = append(row, strings.TrimSpace(cell))
		}
		rows = append(rows, row)
	}
	return rows
}

var (
	testLink = regexp.MustCompile(`\[((?:Test|Fuzz|Example)\w*)\]\(([^)]+_test\.go)\)`)
	folderIn = regexp.MustCompile("`([a-z][a-z0-9/]*)/`")
	typeIn   = regexp.MustCompile("`ws\\.([A-Z][A-Za-z0-9]*)`")
)

var declaredType = regexp.MustCompile(`(?m)^type ([A-Z]\w*)`)

// claim says what is wrong with one row of the table: what works names tests
// that are there, what does not names a folder or a type of ws that is not.
func claim(row []string, types map[string]bool, read func(string) (string, bool)) string {
	if len(row) != 3 {
		return "three cells: what, works, shown by"
	}
	switch row[1] {
	case "yes":
		links := testLink.FindAllStringSubmatch(row[2], -1)
		if len(links) == 0 {
			return "what works names a test: [TestX](path/x_test.go)"
		}
		for _, m := range links {
			source, there := read(m[2])
			if !there || !strings.Contains(source, "\nfunc "+m[1]+"(") {
				return m[2] + " has no " + m[1]
			}
		}
	case "not yet":
		if m := typeIn.FindStringSubmatch(row[2]); m != nil {
			if types[m[1]] {
				return m[1] + " is there: does it work?"
			}
			return ""
		}
		m := folderIn.FindStringSubmatch(row[2])
		if m == nil {
			return "what does not work yet names the folder or type that it will be: `path/` or `ws.Type`"
		}
		if _, there := read(m[1]); there {
			return m[1] + " is there: does it work?"
		}
	default:
		return "the second cell is yes or not yet"
	}
	return ""
}

func TestWhatWorks(t *testing.T) {
	rows := tableUnder(parsePage("README.md", read(t, "README.md")), "What works today")
	require.NotEmpty(t, rows)
	types := map[string]bool{}
	for _, name := range files(t, ".go") {
		if path.Dir(name) == "ws" {
			for _, m := range declaredType.FindAllStringSubmatch(read(t, name), -1) {
				types[m[1]] = true
			}
		}
	}
	require.True(t, types["Conn"])
	for _, row := range rows {
		wrong := claim(row, types, func(rel string) (string, bool) {
			if !exists(rel) {
				return "", false
			}
			if strings.HasSuffix(rel, ".go") {
				return read(t, rel), true
			}
			return "", true
		})
		assert.Empty(t, wrong, "README.md, What works today: %s", row[0])
	}
}

func TestClaim(t *testing.T) {
	source := map[string]string{"ws/a_test.go": "package ws\n\nfunc TestA(t *testing.T) {}\n", "ws": ""}
	check := func(cells ...string) string {
		return claim(cells, map[string]bool{"Conn": true}, func(rel string) (string, bool) { s, ok := source[rel]; return s, ok })
	}
	assert.Empty(t, check("a", "yes", "[TestA](ws/a_test.go)"))
	assert.Empty(t, check("b", "not yet", "`ws/deflate/`"))
	assert.NotEmpty(t, check("a", "yes", "[TestB](ws/a_test.go)"))
	assert.NotEmpty(t, check("a", "yes", "[TestA](ws/b_test.go)"))
	assert.NotEmpty(t, check("a", "yes", "it does"))
	assert.Empty(t, check("b", "not yet", "`ws.Server`"))
	assert.NotEmpty(t, check("b", "not yet", "`ws/`"))
	assert.NotEmpty(t, check("b", "not yet", "`ws.Conn`"))
	assert.NotEmpty(t, check("b", "not yet", "later"))
	assert.NotEmpty(t, check("b", "partly", "[TestA](ws/a_test.go)"))
	assert.NotEmpty(t, check("b"))
}

// What the README says of the Autobahn suite is what autobahn/expected.json has
// for each side.
func TestAutobahnCounts(t *testing.T) {
	says := regexp.MustCompile(`Both sides: (\d+) OK and (\d+) INFORMATIONAL`).FindStringSubmatch(read(t, "README.md"))
	require.Len(t, says, 3)
	sides := outcomes(t)
	require.Len(t, sides, 2)
	for side, cases := range sides {
		counts := map[string]int{}
		for _, verdict := range cases {
			counts[verdict["behavior"]]++
		}
		assert.Equal(t, says[1], strconv.Itoa(counts["OK"]), side)
		assert.Equal(t, says[2], strconv.Itoa(counts["INFORMATIONAL"]), side)
		assert.Equal(t, len(cases), counts["OK"]+counts["INFORMATIONAL"], side)
	}
}

// The servers and the clients of the README, of both protocols, and what turns
// compression on are 10 lines each at most.
func TestExamplesAreShort(t *testing.T) {
	n := 0
	for _, f := range parsePage("README.md", read(t, "README.md")).fences {
		if f.language() == "go" {
			n++
			assert.LessOrEqual(t, len(f.body), 10, "README.md:%d", f.line)
		}
	}
	assert.Equal(t, 5, n)
}
