package docs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
)

// page is what the checks need of a .md file: no more of Markdown than these
// pages use.
type page struct {
	name    string // from the root
	lines   []string
	anchors map[string]bool
	links   []link
	fences  []fence
	inline  []span // code spans
	changed []fence
	bodies  [][]string // of the changed fences
}

type link struct {
	target string
	line   int
}

type span struct {
	text string
	line int
}

// fence is a block between lines of three back quotes. mark is the HTML
// comment on the line above, without its arrows: `from: ws/conn.go#Conn.Read`.
type fence struct {
	info, mark string
	body       []string
	line       int // of the opening line, counted from 1
}

func (f fence) language() string {
	first, _, _ := strings.Cut(f.info, " ")
	return first
}

var (
	heading    = regexp.MustCompile(`^#{1,6}\s+(.*?)\s*#*$`)
	htmlMark   = regexp.MustCompile(`^<!--\s*(.*?)\s*-->$`)
	codeSpan   = regexp.MustCompile("(`+)(.+?)(`+)")
	inlineLink = regexp.MustCompile(`\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)`)
	refLink    = regexp.MustCompile(`^\s*\[[^\]]+\]:\s+(\S+)`)
	htmlLink   = regexp.MustCompile(`(?:href|src|srcset)="([^"]+)"`)
	htmlAnchor = regexp.MustCompile(`<[^>]+\b(?:id|name)="([^"]+)"`)
	linkText   = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`)
)

func parsePage(name, text string) page {
	p := page{name: name, lines: strings.Split(text, "\n"), anchors: map[string]bool{}}
	seen := map[string]int{}
	mark := ""
	for i := 0; i < len(p.lines); i++ {
		line := strings.TrimRight(p.lines[i], " \r")
		if rest, ok := strings.CutPrefix(strings.TrimLeft(line, " "), "```"); ok {
			f := fence{info: strings.TrimSpace(rest), mark: mark, line: i + 1}
			for i++; i < len(p.lines) && !strings.HasPrefix(strings.TrimLeft(p.lines[i], " "), "```"); i++ {
				f.body = append(f.body, p.lines[i])
			}
			p.fences = append(p.fences, f)
			mark = ""
			continue
		}
		if m := htmlMark.FindStringSubmatch(line); m != nil {
			mark = m[1]
			continue
		}
		if strings.TrimSpace(line) != "" {
			mark = ""
		}
		if m := heading.FindStringSubmatch(line); m != nil {
			s := slug(m[1])
			if n := seen[s]; n > 0 {
				p.anchors[fmt.Sprintf("%s-%d", s, n)] = true
			} else {
				p.anchors[s] = true
			}
			seen[s]++
		}
		for _, m := range htmlAnchor.FindAllStringSubmatch(line, -1) {
			p.anchors[m[1]] = true
		}
		for _, m := range codeSpan.FindAllStringSubmatch(line, -1) {
			p.inline = append(p.inline, span{m[2], i + 1})
		}
		prose := codeSpan.ReplaceAllString(line, "``")
		for _, find := range []*regexp.Regexp{inlineLink, refLink, htmlLink} {
			for _, m := range find.FindAllStringSubmatch(prose, -1) {
				p.links = append(p.links, link{m[1], i + 1})
			}
		}
	}
	return p
}

// slug is the anchor that code hosts give a heading: lower case, punctuation
// gone, spaces turned to hyphens.
func slug(text string) string {
	text = linkText.ReplaceAllString(text, "$1")
	var b strings.Builder
	for _, r := range strings.ToLower(text) {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			b.WriteRune(r)
		case r == ' ':
			b.WriteByte('-')
		}
	}
	return b.String()
}

func pages(t *testing.T) []page {
	t.Helper()
	var all []page
	for _, name := range files(t, ".md") {
		all = append(all, parsePage(name, read(t, name)))
	}
	return all
}

// replace puts a new body into a fence when the page is saved.
func (p *page) replace(f fence, body []string) {
	p.changed = append(p.changed, f)
	p.bodies = append(p.bodies, body)
}

// text is the page with its replaced bodies, the last one put in first, so
// that the lines of the others stay where they are.
func (p *page) text() string {
	lines := slices.Clone(p.lines)
	for i, f := range slices.Backward(p.changed) {
		lines = slices.Replace(lines, f.line, f.line+len(f.body), p.bodies[i]...)
	}
	return strings.Join(lines, "\n")
}

func (p *page) save(t *testing.T) {
	t.Helper()
	if len(p.changed) > 0 {
		write(t, p.name, p.text())
	}
}

func TestParsePage(t *testing.T) {
	p := parsePage("x.md", strings.Join([]string{
		"# The `Read` call, and [more](a.md#b)",
		"See [b](b.md), ![c](c.png \"title\") and `[d](d.md)`.",
		"# Twice",
		"## Twice",
		"<!-- from: ws/conn.go#F -->",
		"```go extra words",
		"[e](e.md)",
		"```",
		"[f]: f.md",
	}, "\n"))
	assert.Equal(t, []link{{"a.md#b", 1}, {"b.md", 2}, {"c.png", 2}, {"f.md", 9}}, p.links)
	assert.Equal(t, map[string]bool{"the-read-call-and-more": true, "twice": true, "twice-1": true}, p.anchors)
	if assert.Len(t, p.fences, 1) {
		f := p.fences[0]
		assert.Equal(t, "go", f.language())
		assert.Equal(t, "from: ws/conn.go#F", f.mark)
		assert.Equal(t, []string{"[e](e.md)"}, f.body)
		assert.Equal(t, 6, f.line)
	}
	assert.Equal(t, []span{{"Read", 1}, {"[d](d.md)", 2}}, p.inline)
}

func TestReplace(t *testing.T) {
	p := parsePage("x.md", "a\n```go\n```\nb\n```frame 89 00\nold\nolder\n```\nc\n")
	p.replace(p.fences[0], []string{"new"})
	p.replace(p.fences[1], []string{"x"})
	assert.Equal(t, "a\n```go\nnew\n```\nb\n```frame 89 00\nx\n```\nc\n", p.text())
}
