package docs

import (
	"fmt"
	"net/url"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// broken says what is wrong with the links of one page. Links to other sites
// are not fetched, only read: a test must not depend on somebody's server.
func broken(p page, byName map[string]page, exists func(string) bool) []string {
	var wrong []string
	for _, l := range p.links {
		at := fmt.Sprintf("%s:%d: %s", p.name, l.line, l.target)
		u, err := url.Parse(l.target)
		switch {
		case err != nil:
			wrong = append(wrong, fmt.Sprintf("%s: %v", at, err))
			continue
		case u.Scheme == "https" || u.Scheme == "http" || u.Scheme == "mailto":
			continue
		case u.Scheme != "" || u.Host != "":
			wrong = append(wrong, at+": a link is relative or https")
			continue
		}
		target := p.name
		if u.Path != "" {
			target = path.Join(path.Dir(p.name), u.Path)
		}
		if strings.HasPrefix(target, "../") || strings.HasPrefix(u.Path, "/") {
			wrong = append(wrong, at+": leads out of the repository")
			continue
		}
		if !exists(target) {
			wrong = append(wrong, at+": no such file")
			continue
		}
		if u.Fragment == "" {
			continue
		}
		to, isPage := byName[target]
		if !isPage {
			wrong = append(wrong, at+": only .md files have anchors; line numbers drift")
		} else if !to.anchors[u.Fragment] {
			wrong = append(wrong, at+": no such heading")
		}
	}
	return wrong
}

func TestLinks(t *testing.T) {
	byName := map[string]page{}
	for _, p := range pages(t) {
		byName[p.name] = p
	}
	for _, p := range byName {
		for _, wrong := range broken(p, byName, exists) {
			t.Error(wrong)
		}
	}
}

// Every page can be found from the README.
func TestPagesAreReachable(t *testing.T) {
	byName := map[string]page{}
	for _, p := range pages(t) {
		byName[p.name] = p
	}
	reached := map[string]bool{"README.md": true}
	for queue := []string{"README.md"}; len(queue) > 0; queue = queue[1:] {
		p := byName[queue[0]]
		for _, l := range p.links {
			target, _, _ := strings.Cut(l.target, "#")
			to := path.Join(path.Dir(p.name), target)
			if exists(path.Join(to, "README.md")) {
				to = path.Join(to, "README.md")
			}
			if _, isPage := byName[to]; isPage && !reached[to] {
				reached[to] = true
				queue = append(queue, to)
			}
		}
	}
	for name := range byName {
		assert.True(t, reached[name], "no link leads from README.md to %s", name)
	}
}

func TestBroken(t *testing.T) {
	byName := map[string]page{"docs/b.md": parsePage("docs/b.md", "# Here\n")}
	there := func(name string) bool { return name == "docs/b.md" || name == "ws/conn.go" || name == "docs/a.md" }
	check := func(target string) []string {
		return broken(parsePage("docs/a.md", "[x]("+target+")"), byName, there)
	}
	for _, good := range []string{"b.md", "b.md#here", "../docs/b.md", "../ws/conn.go", "https://www.rfc-editor.org/rfc/rfc6455"} {
		assert.Empty(t, check(good), good)
	}
	for _, bad := range []string{"c.md", "b.md#there", "../../shared/design.md", "/ws/conn.go", "../ws/conn.go#L10", "file:///ws/conn.go", "%zz"} {
		assert.NotEmpty(t, check(bad), bad)
	}
}
