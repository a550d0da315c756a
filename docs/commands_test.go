package docs

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

var (
	goPath     = regexp.MustCompile(`\bgo (?:run|test|build|vet|install)((?: -?[^\s#;&|]+)*)`)
	makeTarget = regexp.MustCompile(`\bmake ([a-z][a-z0-9-]*)`)
)

// commandText is what a reader would copy: code spans, and fences that hold
// commands.
func commandText(p page) []span {
	all := p.inline
	for _, f := range p.fences {
		switch f.language() {
		case "", "sh", "console", "bash", "text":
			for i, line := range f.body {
				all = append(all, span{line, f.line + 1 + i})
			}
		}
	}
	return all
}

// The commands in pages name folders and targets that exist.
func TestCommands(t *testing.T) {
	makefile := read(t, "Makefile")
	for _, p := range pages(t) {
		for _, s := range commandText(p) {
			for _, m := range goPath.FindAllStringSubmatch(s.text, -1) {
				for arg := range strings.FieldsSeq(m[1]) {
					if rel, ok := strings.CutPrefix(arg, "./"); ok && !strings.Contains(rel, "...") {
						assert.True(t, exists(strings.TrimRight(rel, "`).,")), "%s:%d: %s: no such folder", p.name, s.line, arg)
					}
				}
			}
			for _, m := range makeTarget.FindAllStringSubmatch(s.text, -1) {
				assert.Regexp(t, `(?m)^`+regexp.QuoteMeta(m[1])+`:`, makefile, "%s:%d: make %s: no such target", p.name, s.line, m[1])
			}
		}
	}
}
