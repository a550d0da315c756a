package docs

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"longwire.example/ws/frame"
	"longwire.example/ws/protocol"
)

// generated are the fences that the code writes itself. The comment above the
// fence names one: <!-- generated: state diagram -->
var generated = map[string]func() string{
	"state diagram": func() string { return protocol.Mermaid(protocol.Transitions()) },
	"violations":    violations,
	"agreements":    agreements,
	"answers":       answers,
	"takeover":      takeover,
	"lengths":       lengths,
	"idle memory":   idleMemory,
}

// violations is the table of everything that a peer can do wrong.
func violations() string {
	var b strings.Builder
	for _, v := range frame.Violations() {
		fmt.Fprintf(&b, "%d  %-22s %-20s %s\n", uint16(v.Code), v.Token, v.Req, v.Text)
	}
	return b.String()
}

func TestGenerated(t *testing.T) {
	for _, p := range pages(t) {
		for _, f := range p.fences {
			what, ok := strings.CutPrefix(f.mark, "generated: ")
			if !ok {
				continue
			}
			draw, known := generated[what]
			if !known {
				t.Errorf("%s:%d: nothing generates %q", p.name, f.line, what)
				continue
			}
			body := strings.Split(strings.TrimRight(draw(), "\n"), "\n")
			if *update {
				p.replace(f, body)
				continue
			}
			assert.Equal(t, strings.Join(body, "\n"), strings.Join(f.body, "\n"), "%s:%d: run go test ./docs -update", p.name, f.line)
		}
		p.save(t)
	}
}

func TestGeneratedIsNotEmpty(t *testing.T) {
	for name, draw := range generated {
		assert.Greater(t, strings.Count(draw(), "\n"), 4, name)
	}
}
